import { discovered, type Preset, type PresetDefaults, plainDefaults } from './preset.ts';

/**
 * Amazon Cognito user pools (docs.aws.amazon.com, "Understanding the access token"). Access tokens, the default, have no `aud` unless the client bound
 * them to a resource: `authorizedParties` (their `client_id`) takes its place. `tokenUse: id` takes id tokens, whose `aud` is the client. The two kinds are
 * told apart by `token_use`, never by their other claims.
 */
export const cognito: Preset = {
  parameters: ['userPoolId', 'tokenUse'],
  defaults(written, report): PresetDefaults {
    const tokenUse = written.tokenUse ?? 'access';
    const known: PresetDefaults = {
      ...plainDefaults,
      algorithms: ['RS256'],
      require: [{ StringEquals: { 'claims.token_use': [tokenUse] } }],
      audience: tokenUse === 'access' ? 'optional' : 'required',
    };
    const { userPoolId } = written;
    if (userPoolId === undefined) {
      report(['userPoolId'], 'is required by the preset cognito: the id of the user pool');
      return known;
    }
    const region = userPoolId.slice(0, userPoolId.indexOf('_'));
    const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
    const issuer = `https://cognito-idp.${region}.${suffix}/${userPoolId}`;
    return { ...known, issuers: [discovered(issuer)] };
  },
};

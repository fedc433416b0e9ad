import * as z from 'zod';
import { ADDRESS, ANY_TEXT, claim, oneOf, REGISTERED } from './claims.ts';
import { definePreset, discovered, type PresetFacts } from './preset.ts';

/**
 * Amazon Cognito user pools (docs.aws.amazon.com, "Understanding the access token"). Access tokens, the default, have
 * no `aud` unless the client bound them to a resource: `authorizedParties` (their `client_id`) takes its place.
 * `tokenUse: id` takes id tokens, whose `aud` is the client. The two kinds are told apart by `token_use`, never by
 * their other claims.
 */
export const cognito = definePreset({
  documentation: {
    needs: '`userPoolId`, `authorizedParties`',
    fillsIn: 'issuer, RS256, `token_use` is `access`; with `tokenUse: id`, `audience` is needed instead',
  },
  claims: {
    provider: 'Amazon Cognito',
    source:
      'https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html',
    isIssuer: ({ hostname }) => /^cognito-idp\.[a-z0-9-]+\.amazonaws\.(?:com(?:\.cn)?|eu)$/.test(hostname),
    parametersOf: ({ pathname }) => ({ userPoolId: pathname.slice(1) }),
    names: 'open',
    elsewhere: 'open',
    prefixes: ['custom:'],
    audience: 'provider',
    claims: {
      ...REGISTERED,
      sub: claim(ANY_TEXT),
      auth_time: claim(ANY_TEXT),
      client_id: claim(ANY_TEXT),
      'cognito:groups': claim(ANY_TEXT),
      'cognito:username': claim(ANY_TEXT, { ids: ['sub'] }),
      email: claim(ADDRESS, { ids: ['sub'] }),
      event_id: claim(ANY_TEXT),
      scope: claim(ANY_TEXT),
      token_use: claim(oneOf('access', 'id')),
      username: claim(ANY_TEXT, { ids: ['sub'] }),
      version: claim(ANY_TEXT),
    },
  },
  parameters: {
    userPoolId: z
      .string()
      .regex(/^[a-z]{2,4}(-[a-z]+)+-[0-9]_[A-Za-z0-9]{1,55}$/, 'must be a user pool id such as eu-west-1_AbCdEf123')
      .optional(),
    tokenUse: z.enum(['access', 'id'], 'must be access or id').optional(),
  },
  facts({ userPoolId, tokenUse = 'access' }, _written, report) {
    const ofAnyPool: Partial<PresetFacts> = {
      algorithms: ['RS256'],
      require: [{ StringEquals: { 'claims.token_use': [tokenUse] } }],
      audience: tokenUse === 'access' ? 'optional' : 'required',
    };
    if (userPoolId === undefined) {
      report(['userPoolId'], 'is required by the preset cognito: the id of the user pool', 'missing-field');
      return { ...ofAnyPool, issuers: [] };
    }
    const region = userPoolId.slice(0, userPoolId.indexOf('_'));
    const host = `cognito-idp.${region}.${suffixOf(region)}`;
    return { ...ofAnyPool, issuers: [discovered(`https://${host}/${userPoolId}`)] };
  },
});

/** What a Region's hosts end in (AWS's `partitions.json`). */
function suffixOf(region: string): string {
  if (region.startsWith('cn-')) return 'amazonaws.com.cn';
  return region.startsWith('eusc-') ? 'amazonaws.eu' : 'amazonaws.com';
}

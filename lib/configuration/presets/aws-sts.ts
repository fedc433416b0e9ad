import { type Preset, type PresetDefaults, plainDefaults } from './preset.ts';

/** The member that holds what AWS says of the session, escaped for a JSON pointer. */
const SESSION = '/https:~1~1sts.amazonaws.com~1';

const PARTITIONS = ['aws', 'aws-cn', 'aws-us-gov'] as const;

/**
 * AWS's own JSON web tokens (sts:GetWebIdentityToken). Every account has an issuer of its own, `https://<uuid>.tokens.sts.global.api.aws`, and all of them
 * name their keys alike; `sub` is the ARN of the role. Both that ARN's account and `aws_account` must be among `accounts`.
 */
export const awsSts: Preset = {
  parameters: ['accounts'],
  defaults(written, report): PresetDefaults {
    const accounts = written.accounts ?? [];
    if (accounts.length === 0)
      report(['accounts'], 'is required by the preset aws-sts: the accounts whose roles are named');
    const roles = accounts.flatMap((account) =>
      PARTITIONS.map((partition) => `arn:${partition}:iam::${account}:role/*`),
    );
    return {
      ...plainDefaults,
      algorithms: ['RS256', 'ES384'],
      claims: {
        account: `${SESSION}/aws_account`,
        sourceRegion: `${SESSION}/source_region`,
        orgId: `${SESSION}/org_id`,
        ouPath: `${SESSION}/ou_path`,
      },
      require: [{ StringEquals: { 'claims.account': [...accounts] }, StringLike: { 'claims.sub': roles } }],
    };
  },
};

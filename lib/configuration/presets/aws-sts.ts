import { accountIds } from '../schema/values.ts';
import { ANY_TEXT, claim, REGISTERED } from './claims.ts';
import { definePreset, type PresetFacts } from './preset.ts';

/** The member that holds what AWS says of the session, escaped for a JSON pointer. */
const SESSION = '/https:~1~1sts.amazonaws.com~1';
const ACCOUNT = `${SESSION}/aws_account`;

const PARTITIONS = ['aws', 'aws-cn', 'aws-us-gov'] as const;

/**
 * AWS's own JSON web tokens (sts:GetWebIdentityToken). Every account has an issuer of its own,
 * `https://<uuid>.tokens.sts.global.api.aws`, and all of them name their keys alike; `sub` is the ARN of the role. That
 * ARN's account is the one that `aws_account` states, and it is among `accounts`.
 */
export const awsSts = definePreset({
  documentation: {
    needs: '`issuer`, `accounts`',
    fillsIn:
      "RS256 and ES384, aliases `account`, `sourceRegion`, `orgId`, `ouPath`; `account` and the role's ARN in `sub` " +
      'are of `accounts`, and of one account',
  },
  claims: {
    provider: 'AWS STS',
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound_token_claims.html',
    isIssuer: ({ hostname }) => hostname.endsWith('.tokens.sts.global.api.aws'),
    parametersOf: () => null,
    names: 'closed',
    elsewhere: 'closed',
    prefixes: [],
    audience: 'caller',
    claims: {
      ...REGISTERED,
      sub: claim(ANY_TEXT),
      'https://sts.amazonaws.com/': claim(ANY_TEXT),
    },
  },
  parameters: { accounts: accountIds.optional() },
  facts({ accounts = [] }, _written, report) {
    const ofAnyAccount: Partial<PresetFacts> = {
      algorithms: ['RS256', 'ES384'],
      aliases: {
        account: ACCOUNT,
        sourceRegion: `${SESSION}/source_region`,
        orgId: `${SESSION}/org_id`,
        ouPath: `${SESSION}/ou_path`,
      },
      roleAccount: ACCOUNT,
    };
    if (accounts.length === 0) {
      report(['accounts'], 'is required by the preset aws-sts: the accounts whose roles are named', 'missing-field');
      return ofAnyAccount;
    }
    const roles = accounts.flatMap((account) =>
      PARTITIONS.map((partition) => `arn:${partition}:iam::${account}:role/*`),
    );
    return {
      ...ofAnyAccount,
      require: [{ StringEquals: { 'claims.account': [...accounts] }, StringLike: { 'claims.sub': roles } }],
    };
  },
});

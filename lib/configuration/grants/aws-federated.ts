import * as z from 'zod';
import type { AwsFederatedGrant } from '../../policy/grants/aws-federated.ts';
import type { Report } from '../problem.ts';
import { duration } from '../schema/values.ts';
import { accountOf, normalizeRole, roleFields } from './aws-role.ts';
import type { WrittenGrantKind } from './written-grant.ts';

/** The caller's own proof goes to STS, so that the role's own maximum (up to 12 h) holds. */
export const awsFederatedSchema = z.strictObject({
  type: z.literal('aws-federated'),
  via: z.enum(['web-identity', 'saml'], 'must be web-identity or saml'),
  ...roleFields,
  principalArn: z
    .string()
    .regex(/^arn:aws[a-z-]*:iam::[0-9]{12}:saml-provider\/[\w.-]{1,128}$/, 'must be the ARN of an IAM SAML provider')
    .optional(),
  duration: duration(900, 43_200).optional(),
  maxDuration: duration(900, 43_200).optional(),
});

type Written = z.infer<typeof awsFederatedSchema>;

export const awsFederated: WrittenGrantKind<Written, AwsFederatedGrant> = {
  normalize: (written, _deployment, report) => {
    checkPrincipalArn(written, report);
    const base = { type: 'aws-federated', ...normalizeRole(written, report) } as const;
    // Empty only where an error was reported, so that the rest of a grant is still checked.
    return written.via === 'saml'
      ? { ...base, via: 'saml', principalArn: written.principalArn ?? '' }
      : { ...base, via: 'web-identity', principalArn: null };
  },
  demand: ({ via }) => {
    const type = via === 'saml' ? 'saml' : 'oidc';
    return {
      unnamed: `a grant via ${via} forwards the caller's own proof: name a connection`,
      problem: (name, connection) =>
        name === 'broker' || (connection?.type ?? type) !== type
          ? { message: `${name} is not a connection of type ${type}, which a grant via ${via} needs` }
          : null,
    };
  },
};

function checkPrincipalArn({ via, roleArn, principalArn }: Written, report: Report): void {
  if (via === 'saml' && principalArn === undefined)
    report(['principalArn'], 'is required with via: saml', 'missing-field');
  if (via !== 'saml' && principalArn !== undefined)
    report(['principalArn'], 'goes with via: saml only', 'misplaced-field');
  if (principalArn !== undefined && accountOf(principalArn) !== accountOf(roleArn)) {
    report(['principalArn'], 'is in another account than the role');
  }
}

import { approvalRefusals } from './approval.ts';
import { awsIamRefusals } from './aws-iam.ts';
import { clientRefusals } from './client.ts';
import { credentialRefusals } from './credential.ts';
import { downstreamRefusals } from './downstream.ts';
import type { RefusalEntry } from './kinds.ts';
import { outageRefusals } from './outage.ts';
import { policyRefusals } from './policy.ts';
import { proofRefusals } from './proof.ts';
import { requestRefusals } from './request.ts';
import { samlRefusals } from './saml.ts';
import { signInRefusals } from './sign-in.ts';

/** Every reason that a caller can be given, with its class. Cause and fix: `explained/registry.ts`. */
export const refusals = {
  ...requestRefusals,
  ...proofRefusals,
  ...awsIamRefusals,
  ...samlRefusals,
  ...clientRefusals,
  ...policyRefusals,
  ...approvalRefusals,
  ...credentialRefusals,
  ...downstreamRefusals,
  ...signInRefusals,
  ...outageRefusals,
} as const;

/** A stable code, part of the contract: never renamed, never reused. */
export type Reason = keyof typeof refusals;

export const isReason = (value: unknown): value is Reason =>
  typeof value === 'string' && Object.hasOwn(refusals, value);

export const refusalEntry = (reason: Reason): RefusalEntry => refusals[reason];

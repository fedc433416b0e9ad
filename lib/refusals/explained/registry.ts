import type { refusals } from '../registry.ts';
import { approvalExplanations } from './approval.ts';
import { awsIamExplanations } from './aws-iam.ts';
import { clientExplanations } from './client.ts';
import { credentialExplanations } from './credential.ts';
import { downstreamExplanations } from './downstream.ts';
import type { Explanations } from './kinds.ts';
import { outageExplanations } from './outage.ts';
import { policyExplanations } from './policy.ts';
import { proofExplanations } from './proof.ts';
import { requestExplanations } from './request.ts';
import { samlExplanations } from './saml.ts';
import { signInExplanations } from './sign-in.ts';

/** The explanation of every refusal reason. */
export const explanations: Explanations<typeof refusals> = {
  ...approvalExplanations,
  ...awsIamExplanations,
  ...clientExplanations,
  ...credentialExplanations,
  ...downstreamExplanations,
  ...outageExplanations,
  ...policyExplanations,
  ...proofExplanations,
  ...requestExplanations,
  ...samlExplanations,
  ...signInExplanations,
};

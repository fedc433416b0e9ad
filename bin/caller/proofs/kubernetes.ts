import { existsSync } from 'node:fs';
import { tokenFile } from './file.ts';
import type { ProofKind } from './proof.ts';

/** Where a pod finds its service account's token (Kubernetes, "Configure Service Accounts for Pods"). */
const SERVICE_ACCOUNT_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/**
 * `kubernetes[:PATH]`: a service account's token. One for the broker's own audience is a projected volume, whose path
 * the pod chose.
 */
export const kubernetes: ProofKind = {
  operand: 'PATH',
  operandIs: 'optional',
  offered: () => (existsSync(SERVICE_ACCOUNT_TOKEN) ? `${SERVICE_ACCOUNT_TOKEN} is there` : null),
  source: (operand, context) => {
    const path = operand || SERVICE_ACCOUNT_TOKEN;
    return tokenFile(operand === '' ? 'kubernetes' : `kubernetes:${operand}`, path, context);
  },
};

import { runUnsafeSimulation } from '@cloud-copilot/iam-simulate';
import type { JsonObject } from '../../../lib/json.ts';

export interface OracleRequest {
  readonly action: string;
  readonly resource: string;
  readonly context: Record<string, string | string[]>;
}

/**
 * Whether an independent implementation of IAM allows it to a role with this policy and, where given, a session with
 * that one. The simulator has no session policies in this form; a permissions boundary limits what identity policies
 * allow in the same way (IAM User Guide, "Policy evaluation logic").
 */
export function oracleAllows(role: JsonObject, session: JsonObject | null, request: OracleRequest): boolean {
  const { action, resource, context } = request;
  const boundary = session === null ? {} : { permissionBoundaryPolicies: [{ name: 'session', policy: session }] };
  const simulation = {
    request: {
      principal: 'arn:aws:iam::111122223333:role/probe',
      action,
      resource: { resource, accountId: '111122223333' },
      contextVariables: context,
    },
    identityPolicies: [{ name: 'role', policy: role }],
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    ...boundary,
  };
  return runUnsafeSimulation(simulation, {}) === 'Allowed';
}

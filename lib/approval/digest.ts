import { createHash } from 'node:crypto';
import { canonical } from '../policy/plan/fields.ts';
import type { ApprovalRequest } from './approvals.ts';

/** What an approval is bound to. Whatever differs in any of it is another request. */
export type BoundRequest = Pick<
  ApprovalRequest,
  | 'scopes'
  | 'configVersion'
  | 'subject'
  | 'actors'
  | 'clients'
  | 'intent'
  | 'duration'
  | 'parameters'
  | 'grant'
  | 'gives'
>;

/**
 * SHA-256 (hex) of a request for approval: subject, actors, clients, scopes, parameters, what is given (role, narrowed
 * policy, tags, claims), duration, intent and configuration version. The same for the same request whenever it comes,
 * in whatever order its JSON has its members; labels of people and its proof play no part.
 */
export function digestOf(bound: BoundRequest): string {
  const { scopes, configVersion, subject, actors, clients, intent, duration, parameters, grant, gives } = bound;
  const party = ({ connection, client, subject: name }: ApprovalRequest['subject']) => [connection, client, name];
  const text = canonical([
    'approval/1',
    [...scopes].sort(),
    configVersion,
    party(subject),
    actors.map(party),
    [...clients].sort(),
    intent,
    duration,
    parameters,
    grant,
    gives,
  ]);
  return createHash('sha256').update(text).digest('hex');
}

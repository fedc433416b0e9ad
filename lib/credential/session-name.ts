import { Fault } from '../outcome.ts';

/** STS API reference, AssumeRole, RoleSessionName. */
const SESSION_NAME = /^[\w+=,.@-]{2,64}$/;

/**
 * The role session name of an issuance: its id, so that CloudTrail's `userIdentity.arn` names the ledger's record. What
 * a caller sends as RoleSessionName never gets here. Throws `Fault('bug')` for an id that STS would not take.
 */
export function sessionNameOf(issuance: string): string {
  if (!SESSION_NAME.test(issuance)) throw new Fault('bug', 'An issuance id is not a role session name.');
  return issuance;
}

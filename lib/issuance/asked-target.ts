import { accept, type Outcome, refuse } from '../outcome.ts';
import type { CompiledGrant } from '../policy/grants/compiled-grant.ts';
import { type Grant, type GrantType, grantKinds } from '../policy/grants/kinds.ts';
import { isSameResource } from '../resource-indicator.ts';

/** What a caller says that the grant is for. Nothing of it widens anything: it is compared with the grant. */
export interface AskedTarget {
  /** `audience`, `resource`, or a role's ARN: every one must be the grant's, an origin with or without its slash. */
  readonly names: readonly string[];
  /** `requested_token_type` (RFC 8693 section 2.1); null: none was asked for. */
  readonly tokenType: string | null;
  /** `PrincipalArn` of /sts, empty where none was sent; null: the route has no such parameter. */
  readonly principalArn: string | null;
}

/** Whether a grant is what was asked for. Refuses with `target_mismatch` or `requested_token_type_mismatch`. */
export const checkTarget = ({ type, document }: CompiledGrant, asked: AskedTarget): Outcome<null> =>
  compare(type, document, asked);

function compare<T extends GrantType>(type: T, grant: Grant<T>, asked: AskedTarget): Outcome<null> {
  const kind = grantKinds[type];
  const own = kind.targets(grant);
  if (!asked.names.every((name) => own.some((one) => isSameResource(one, name)))) return refuse('target_mismatch');
  const principalArn = kind.principalArn(grant);
  if (asked.principalArn !== null && principalArn !== null && asked.principalArn !== principalArn) {
    return refuse('target_mismatch');
  }
  if (asked.tokenType === null || kind.tokenTypes.includes(asked.tokenType)) return accept(null);
  return refuse('requested_token_type_mismatch');
}

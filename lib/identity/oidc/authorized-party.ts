import type { JsonObject } from '../../json.ts';
import { accept, type Outcome, refuse } from '../../outcome.ts';
import { publicList } from './public-text.ts';

/** The client that a token was issued to, as its issuer says. */
export type AuthorizedParty =
  | { readonly kind: 'none' }
  | { readonly kind: 'one'; readonly value: string }
  /** A claim of the wrong type, or two that name different parties. */
  | { readonly kind: 'mistyped' | 'contradictory' };

/** OpenID Connect Core section 2, Entra ID v1, Okta, and RFC 9068 section 2.2 with Cognito. */
const PARTY_CLAIMS = ['azp', 'appid', 'cid', 'client_id'] as const;

export function readAuthorizedParty(claims: JsonObject): AuthorizedParty {
  const values = PARTY_CLAIMS.filter((name) => Object.hasOwn(claims, name)).map((name) => claims[name]);
  const [first, ...others] = values;
  if (first === undefined) return { kind: 'none' };
  if (values.some((value) => typeof value !== 'string' || value === '')) return { kind: 'mistyped' };
  if (others.some((other) => other !== first)) return { kind: 'contradictory' };
  return { kind: 'one', value: String(first) };
}

/**
 * Refuses a token whose party claims are mistyped (`claims_invalid`) or disagree, and one that was issued to a party
 * that is not in the list (`authorized_party_mismatch`). An empty list accepts any party, or none.
 */
export function checkAuthorizedParty(party: AuthorizedParty, accepted: readonly string[]): Outcome<true> {
  if (party.kind === 'mistyped') {
    return refuse('claims_invalid', { detail: 'azp, appid, cid and client_id must be non-empty strings.' });
  }
  if (party.kind === 'contradictory') {
    return refuse('authorized_party_mismatch', { detail: 'azp, appid, cid and client_id name different parties.' });
  }
  if (accepted.length === 0) return accept(true);
  if (party.kind === 'one' && accepted.includes(party.value)) return accept(true);
  return refuse('authorized_party_mismatch', {
    detail: `The token must be issued to one of: ${publicList(accepted)}.`,
  });
}

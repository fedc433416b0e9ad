import type { JsonObject, JsonValue } from '../../json.ts';
import { type Outcome, PASSED, refuse } from '../../outcome.ts';
import { publicClaim, publicList } from './public-text.ts';

/** The client that a token was issued to, as its issuer says. */
export type AuthorizedParty =
  | { readonly kind: 'none' }
  | { readonly kind: 'one'; readonly value: string }
  /** A claim of the wrong type, or two that name different parties: all that there are, by name. */
  | { readonly kind: 'mistyped' | 'contradictory'; readonly claims: readonly (readonly [string, JsonValue])[] };

/** OpenID Connect Core section 2, Entra ID v1, Okta, and RFC 9068 section 2.2 with Cognito. */
const PARTY_CLAIMS = ['azp', 'appid', 'cid', 'client_id'] as const;

export function readAuthorizedParty(claims: JsonObject): AuthorizedParty {
  const present = PARTY_CLAIMS.flatMap((name): (readonly [string, JsonValue])[] => {
    const value = claims[name];
    return value === undefined ? [] : [[name, value]];
  });
  const values = present.map(([, value]) => value);
  const [first, ...others] = values;
  if (first === undefined) return { kind: 'none' };
  if (values.some((value) => typeof value !== 'string' || value === '')) return { kind: 'mistyped', claims: present };
  if (others.some((other) => other !== first)) return { kind: 'contradictory', claims: present };
  return { kind: 'one', value: String(first) };
}

/**
 * Refuses a token whose party claims are mistyped (`claims_invalid`) or disagree, and one that was issued to a party
 * that is not in the list (`authorized_party_mismatch`). An empty list accepts any party, or none.
 */
export function checkAuthorizedParty(party: AuthorizedParty, accepted: readonly string[]): Outcome<true> {
  if (party.kind === 'mistyped') {
    const detail = `azp, appid, cid and client_id must be non-empty strings; ${named(party.claims)}.`;
    return refuse('claims_invalid', { detail });
  }
  if (party.kind === 'contradictory') {
    return refuse('authorized_party_mismatch', {
      detail: `One token names different parties: ${named(party.claims)}.`,
    });
  }
  if (accepted.length === 0) return PASSED;
  if (party.kind === 'one' && accepted.includes(party.value)) return PASSED;
  return refuse('authorized_party_mismatch', { detail: explainParty(accepted, party) });
}

/** Who was expected, and who came. */
export function explainParty(accepted: readonly string[], party: AuthorizedParty): string {
  const came = party.kind === 'one' ? publicClaim(party.value) : 'nobody that it names';
  return `The token must be issued to one of: ${publicList(accepted)}; it was issued to ${came}.`;
}

const named = (claims: readonly (readonly [string, JsonValue])[]): string =>
  claims.map(([name, value]) => `${name} is ${publicClaim(value)}`).join(', ');

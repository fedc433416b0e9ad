import { isJsonObject } from '../../json.ts';
import { accept, type Outcome, refuse } from '../../outcome.ts';
import type { ParsedJwt } from './jwt.ts';

/** A SHA-256 thumbprint of a JWK (RFC 7638), base64url. */
const THUMBPRINT = /^[\w-]{43}$/;

/**
 * The thumbprint of the key that whoever presents the token has to prove (`cnf`, RFC 7800); null: of none. What is
 * bound is no bearer token. Refuses with claims_invalid where the key is named by anything but `jkt` (RFC 9449 section
 * 6.1): no proof that comes here could be held against it.
 */
export function readBoundKey({ unverified: { cnf } }: Pick<ParsedJwt, 'unverified'>): Outcome<string | null> {
  if (cnf === undefined) return accept(null);
  const { jkt, ...others } = isJsonObject(cnf) ? cnf : {};
  const isKnown = typeof jkt === 'string' && THUMBPRINT.test(jkt) && Object.keys(others).length === 0;
  if (isKnown) return accept(jkt);
  const detail =
    'The token is bound to a key (cnf) in a way that cannot be proven here: only jkt can, by a DPoP proof.';
  return refuse('claims_invalid', { detail });
}

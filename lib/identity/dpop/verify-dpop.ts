import { createHash } from 'node:crypto';
import type { JsonObject } from '../../json.ts';
import { accept, type Outcome, refuse } from '../../outcome.ts';
import { type EpochSeconds, epochSeconds, seconds } from '../../time.ts';
import { algorithmNamed } from '../oidc/algorithms.ts';
import { bareKey, keyMisfit } from '../oidc/jwk.ts';
import { parseJwt, tokenType } from '../oidc/jwt.ts';
import { verifySignature } from '../oidc/signature.ts';
import type { DpopProof, ProvenKey } from '../principal.ts';
import { DPOP_ALGORITHMS } from './algorithms.ts';

/** How old a proof may be, and how far ahead its maker's clock (RFC 9449 section 11.1: seconds or minutes). */
const OLDEST = seconds(60);
const AHEAD = seconds(10);
const LONGEST_ID = 256;

/**
 * Verifies a DPoP proof (RFC 9449 section 4.3): one compact JWS of type dpop+jwt under an asymmetric algorithm, signed
 * by the public key in its own header, for this method and URL, made at most 60 s ago, with an id; and, where it comes
 * with an access token, for that token. Refuses with `dpop_proof_invalid`, whose detail names the check.
 */
export async function verifyDpop(
  { proof, method, path, accessToken }: DpopProof,
  issuer: string,
  now: EpochSeconds,
): Promise<Outcome<ProvenKey>> {
  const jwt = parseJwt(proof);
  if (!jwt.ok) return invalid('form', 'it is not one compact JWS');
  const { header, unverified } = jwt.value;
  if (tokenType(header) !== 'dpop+jwt') return invalid('typ', 'typ must be dpop+jwt');
  const jwk = header.ownWord?.jwk ?? null;
  const algorithm = algorithmNamed(header.alg);
  if (algorithm === null || !DPOP_ALGORITHMS.some((known) => known === algorithm)) {
    return invalid('alg', `alg must be one of ${DPOP_ALGORITHMS.join(', ')}`);
  }
  if (jwk === null || keyMisfit(jwk, algorithm) !== null) return invalid('jwk', 'jwk must be a public key for alg');
  const signature = await verifySignature(jwt.value, [jwk], DPOP_ALGORITHMS);
  if (!signature.ok) return invalid('signature', 'the signature does not verify with jwk');
  const claims = checkClaims(unverified, { method, url: `${issuer}${path}`, accessToken }, now);
  if (!claims.ok) return claims;
  const thumbprint = thumbprintOf(jwk);
  const { tokenId, issuedAt } = claims.value;
  const until = epochSeconds(issuedAt + OLDEST);
  return accept({ thumbprint, reuse: { reuse: 'once', issuer: `dpop ${thumbprint}`, tokenId, until } });
}

interface ProofClaims {
  readonly tokenId: string;
  readonly issuedAt: EpochSeconds;
}

function checkClaims(
  { jti, htm, htu, iat, ath }: JsonObject,
  { method, url, accessToken }: Omit<DpopProof, 'proof' | 'path'> & { readonly url: string },
  now: EpochSeconds,
): Outcome<ProofClaims> {
  if (typeof jti !== 'string' || jti === '' || jti.length > LONGEST_ID)
    return invalid('jti', 'jti must be 1 to 256 characters');
  if (htm !== method) return invalid('htm', `htm must be ${method}`);
  if (typeof htu !== 'string' || !isSameAddress(htu, url)) return invalid('htu', `htu must be ${url}`);
  if (typeof iat !== 'number') return invalid('iat', 'iat must be a number of seconds');
  if (iat < now - OLDEST || iat > now + AHEAD) {
    return invalid('iat', `iat is ${iat}; the clock here says ${now}, and a proof is good for ${OLDEST} s`);
  }
  if (accessToken !== null && ath !== hashOf(accessToken))
    return invalid('ath', 'ath must be the hash of the access token');
  return accept({ tokenId: jti, issuedAt: epochSeconds(iat) });
}

/**
 * RFC 9449 section 4.3: without query and fragment, normalized as RFC 3986 section 6.2 has it; a final slash is
 * ignored. API Gateway has the path decoded, so that nobody knows how it was written.
 */
function isSameAddress(htu: string, url: string): boolean {
  if (!URL.canParse(htu)) return false;
  const given = new URL(htu);
  const wanted = new URL(url);
  return given.origin === wanted.origin && pathOf(given) === pathOf(wanted);
}

const withoutSlash = (path: string): string => path.replace(/(?<=.)\/$/, '');

function pathOf({ pathname }: URL): string {
  try {
    return withoutSlash(decodeURIComponent(pathname));
  } catch {
    return withoutSlash(pathname);
  }
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** RFC 7638 section 3: the members that are the key, in their order, as JSON without blanks. */
function thumbprintOf(jwk: JsonObject): string {
  const key = bareKey(jwk);
  return hashOf(JSON.stringify(key, Object.keys(key).sort()));
}

const invalid = (check: string, what: string) =>
  refuse('dpop_proof_invalid', { detail: `The DPoP proof is not good: ${what}.`, log: { check: `dpop ${check}` } });

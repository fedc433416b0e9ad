import type { DpopProof } from '../identity/principal.ts';
import type { HttpRequest } from './http-request.ts';

/**
 * The DPoP header of a request (RFC 9449 section 4.1), unread, for the access token that it comes with; nothing where
 * there is none. Two headers come as one with a comma, which no proof has.
 */
export function readDpop(
  { headers, method, path }: HttpRequest,
  accessToken: string | null,
): { readonly dpop?: DpopProof } {
  const proof = headers['dpop']?.trim();
  return proof === undefined ? {} : { dpop: { proof, method, path, accessToken } };
}

import type { PresentedBearer } from '../../admit-bearer.ts';
import { accept, type Outcome, refuse } from '../../outcome.ts';
import { readDpop } from '../dpop-header.ts';
import type { HttpRequest } from '../http-request.ts';

/**
 * The token of `Authorization: Bearer` (RFC 6750 section 2.1), or of `Authorization: DPoP` with the proof beside it
 * (RFC 9449 section 7.1): the only place where one is read.
 */
export function readBearer(request: HttpRequest): Outcome<PresentedBearer> {
  const authorization = request.headers['authorization']?.trim() ?? '';
  if (authorization === '') return refuse('proof_missing');
  if (authorization.includes(',')) return refuse('several_proofs');
  const [, scheme, token] = /^(bearer|dpop) +(\S+)$/i.exec(authorization) ?? [];
  // Another scheme is no proof here; the challenge says which one is (RFC 9110 section 11.6.1).
  if (scheme === undefined || token === undefined) return refuse('proof_missing');
  return accept({
    token,
    requestId: request.id,
    ...(scheme.toLowerCase() === 'dpop' ? { key: 'required', ...readDpop(request, token) } : {}),
  });
}

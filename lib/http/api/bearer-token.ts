import { accept, type Outcome, refuse } from '../../outcome.ts';
import type { HttpRequest } from '../http-request.ts';

/** The token of `Authorization: Bearer` (RFC 6750 section 2.1), the only place where one is read. */
export function readBearer(request: HttpRequest): Outcome<string> {
  const authorization = request.headers['authorization']?.trim() ?? '';
  if (authorization === '') return refuse('proof_missing');
  if (authorization.includes(',')) return refuse('several_proofs');
  const token = /^bearer +(\S+)$/i.exec(authorization)?.[1];
  // Another scheme is no proof here; the challenge says which one is (RFC 9110 section 11.6.1).
  return token === undefined ? refuse('proof_missing') : accept(token);
}

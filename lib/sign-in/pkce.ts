import { createHash, timingSafeEqual } from 'node:crypto';

const VERIFIER = /^[A-Za-z0-9._~-]{43,128}$/;
const CHALLENGE = /^[A-Za-z0-9_-]{43}$/;

/** True for the form of an S256 code challenge: base64url of 32 octets (RFC 7636 section 4.2). */
export const isCodeChallenge = (text: string): boolean => CHALLENGE.test(text);

/**
 * True if the verifier (43 to 128 unreserved characters) is the one that the S256 challenge was made of (RFC 7636
 * section 4.6).
 */
export function verifierFits(verifier: string, challenge: string): boolean {
  if (!VERIFIER.test(verifier) || !isCodeChallenge(challenge)) return false;
  const made = createHash('sha256').update(verifier).digest();
  const kept = Buffer.from(challenge, 'base64url');
  return made.length === kept.length && timingSafeEqual(made, kept);
}

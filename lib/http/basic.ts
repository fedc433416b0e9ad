import type { ClientProof } from '../identity/principal.ts';
import { accept, type Outcome, refuse } from '../outcome.ts';
import { formDecoded } from './parameters.ts';

/**
 * Reads the credentials of HTTP Basic as RFC 6749 section 2.3.1 has them: base64 of `id:secret`, each form-encoded
 * before. Most programs write the secret as it is: where that is another text, it comes along as `written`. What is
 * not base64 with its padding (RFC 7617 section 2), not UTF-8, has no colon or an empty half is refused without a word
 * on which.
 */
export function readBasic(credentials: string): Outcome<ClientProof> {
  const bytes = Buffer.from(credentials, 'base64');
  // Node reads base64 leniently; what it reads must be what was written.
  const canonical = credentials.length <= 2048 && bytes.toString('base64') === credentials;
  const text = canonical ? utf8(bytes) : null;
  const colon = text?.indexOf(':') ?? -1;
  if (text === null || colon < 0) return unreadable('basic_malformed');
  const client = formDecoded(text.slice(0, colon));
  const written = text.slice(colon + 1);
  const secret = formDecoded(written) ?? written;
  if (!client || secret === '') return unreadable('basic_incomplete');
  return accept({ method: 'client_secret_basic', client, secret, ...(secret === written ? {} : { written }) });
}

/** Told to the operator alone. */
export const unreadable = (check: string) => refuse('client_authentication_failed', { log: { check } });

function utf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

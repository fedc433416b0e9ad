import { accept, type Outcome } from '../../outcome.ts';
import { decodeMessage } from './message.ts';
import { readMessage } from './message-parts.ts';

/**
 * Which request a Response says it answers, believed by nobody yet: it finds the sign-in that the verification then holds it against. null: none. Refuses what
 * cannot be read, with the reasons of the verification.
 */
export function claimedInResponseTo(document: string): Outcome<string | null> {
  const decoded = decodeMessage(document);
  if (!decoded.ok) return decoded;
  const message = readMessage(decoded.value.text);
  return message.ok ? accept(message.value.response?.inResponseTo ?? null) : message;
}

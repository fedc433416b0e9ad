import { createHash } from 'node:crypto';
import type { Principal } from '../identity/principal.ts';

/** 64 characters at most: what can be read, a full stop, and 192 bits of hash in 32 characters. */
const READABLE_LENGTH = 31;
const HASH_BYTES = 24;

/**
 * The source identity of a principal's AWS sessions: the same for the same identity (connection or client, subject) for
 * ever, another for another one (192 bits of SHA-256), whatever the label says. It begins with what can be read of
 * source and subject, for people who look at CloudTrail; that part proves nothing. 2 to 64 characters of `[\w+=,.@-]`
 * (STS API reference, AssumeRole, SourceIdentity).
 */
export function sourceIdentityOf({ source, subject }: Pick<Principal, 'source' | 'subject'>): string {
  const readable = `${source.name}-${subject}`.slice(0, READABLE_LENGTH).replace(/[^A-Za-z0-9_+=,.@-]/g, '-');
  // JSON keeps the three apart, so that no name can run into a subject.
  const identity = JSON.stringify([source.kind, source.name, subject]);
  const hash = createHash('sha256').update(identity).digest().subarray(0, HASH_BYTES).toString('base64url');
  return `${readable}.${hash}`;
}

import { createHash, timingSafeEqual } from 'node:crypto';
import type { Client, ClientAuthentication } from '../../configuration/documents/clients.ts';
import { withoutLineEnd } from '../../line-end.ts';
import { accept, type Outcome, refuse } from '../../outcome.ts';
import type { Secrets, SecretVersion } from '../../ports/secrets.ts';
import { type EpochSeconds, milliseconds, type Seconds, seconds } from '../../time.ts';
import type { AuthenticatedClient, ClientProof } from '../principal.ts';
import { type ClientContext, clientFacts, clientRefusal, readClient } from './registered-client.ts';
import { isJson, isLongEnough } from './secret-form.ts';

/**
 * Read where there is no such client, whatever name came: a name that no client can have. So an unknown client depends
 * on Secrets Manager as a known one does, and a thousand of them cost what one does.
 */
const NOBODYS_SECRET = 'token-broker/clients/-';
const NOBODYS_DIGEST = Buffer.alloc(32);

/** Of a client that there is not: the usual one, so that the same reads follow. */
const DEFAULT_OVERLAP = seconds(86_400);

type Registered = Extract<ClientAuthentication, { method: 'secret' }>;
type Stored = Awaited<ReturnType<Secrets['read']>>;
type Mismatch =
  | 'client_secret_absent'
  | 'client_secret_wrong'
  | 'client_secret_json'
  | 'client_secret_retired'
  | 'client_secret_too_short';
type SecretProof = Extract<ClientProof, { method: 'client_secret_basic' | 'client_secret_post' }>;

/**
 * Compares the secret with the current version, and with the previous one until `secretOverlap` after the rotation,
 * both in constant time and always both. The evidence names the version, so that an operator knows when the old one is
 * idle. A stored secret of less than 16 characters is nobody's. Twenty wrong ones of one name from one address within a
 * minute, and nothing from there is compared until it is over: `client_attempts_exceeded`. RFC 6749 sections 2.3.1 and
 * 10.10 (guessing).
 */
export async function verifyClientSecret(
  proof: SecretProof,
  context: ClientContext,
): Promise<Outcome<AuthenticatedClient>> {
  const { sourceIp, wrongSecrets } = context;
  const blocked = wrongSecrets.blockedFor(proof.client, sourceIp);
  if (blocked !== null) return refuse('client_attempts_exceeded', { retryAfter: blocked });
  const client = await readClient(proof.client, context.configuration, context.signal);
  const registered = client?.authentication.method === 'secret' ? client.authentication : null;
  const compared = await compareSecret(proof, registered, context);
  if (client !== null && registered !== null && typeof compared !== 'string') {
    return accept(authenticated(client, compared));
  }
  const wait = await wrongSecrets.count(proof.client, sourceIp);
  if (wait !== null) return refuse('client_attempts_exceeded', { retryAfter: wait });
  return clientRefusal(registered === null || typeof compared !== 'string' ? 'client_unknown' : compared);
}

/**
 * The version that was presented, or the check that failed. A copy of the secret is never as old as the overlap, so
 * that a rotation ends the previous secret when it must; what does not fit is compared again with a fresh one, so that
 * a new secret works at once.
 */
async function compareSecret(
  { secret, written }: SecretProof,
  registered: Registered | null,
  { secrets, now, signal }: ClientContext,
): Promise<SecretVersion | Mismatch> {
  const presented = (written === undefined ? [secret] : [secret, written]).map(withoutLineEnd);
  const name = registered?.secret ?? NOBODYS_SECRET;
  const overlap = registered?.overlap ?? DEFAULT_OVERLAP;
  const kept = await secrets.read(name, signal, milliseconds(overlap * 1000));
  const first = matching(presented, kept, overlap, now);
  return typeof first === 'string'
    ? matching(presented, await secrets.read(name, signal, 'fresh'), overlap, now)
    : first;
}

/** `presented`: what may be meant; any of it that fits is the secret. */
function matching(
  presented: readonly string[],
  stored: Stored,
  overlap: Seconds,
  now: EpochSeconds,
): SecretVersion | Mismatch {
  const retired = stored?.previous?.retiredAt ?? null;
  // `now` is a whole second, and the clock that retired it another: none of that is an overlap where there is none.
  const inOverlap = overlap > 0 && retired !== null && now * 1000 < retired + overlap * 1000;
  const isCurrent = equals(presented, stored?.current);
  const isPrevious = equals(presented, stored?.previous);
  if (stored === null) return 'client_secret_absent';
  const version = isCurrent ? stored.current : isPrevious ? stored.previous : null;
  if (version === null) return isJson(stored.current.value) ? 'client_secret_json' : 'client_secret_wrong';
  if (!isLongEnough(withoutLineEnd(version.value))) return 'client_secret_too_short';
  return isCurrent || inOverlap ? version : 'client_secret_retired';
}

const authenticated = (client: Client, { versionId }: SecretVersion): AuthenticatedClient => ({
  client: client.client,
  ...clientFacts(client),
  proof: {
    kind: 'client-secret',
    issuer: null,
    tokenId: null,
    sha256: null,
    secretVersion: versionId,
    expires: null,
  },
  reuse: null,
});

/** Of digests, so that neither the length nor the place of the first difference shows in the time. */
function equals(presented: readonly string[], stored: SecretVersion | null | undefined): boolean {
  const value = withoutLineEnd(stored?.value ?? '');
  const digest = value === '' ? NOBODYS_DIGEST : sha256(value);
  return presented.filter((text) => timingSafeEqual(sha256(text), digest)).length > 0;
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

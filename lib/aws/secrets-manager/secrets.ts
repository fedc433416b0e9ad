import { awaitShared, type SharedRead } from '../../host/shared-read.ts';
import { Fault } from '../../outcome.ts';
import type { Clock } from '../../ports/host.ts';
import type { SecretAge, Secrets } from '../../ports/secrets.ts';
import { type EpochMilliseconds, milliseconds } from '../../time.ts';
import type { SecretsManager } from './client.ts';
import { readVersions, type SecretVersions } from './secret-versions.ts';

/** How long what was read counts, from when it was asked for. */
const LIFETIME = milliseconds(60_000);
/** One fresh read of each secret in this time, however often somebody asks. */
const FRESH = milliseconds(2_000);
/** Ends a read that several callers may be waiting for; each stops waiting at its own deadline. */
const READ_TIMEOUT = milliseconds(2_500);
/**
 * A configuration has no more secrets in use than this; the oldest gives way. Of names that lead to nothing as many.
 */
const MOST_KEPT = 1_000;

interface Kept {
  readonly since: EpochMilliseconds;
  readonly versions: Promise<SecretVersions>;
  /** When a fresh one was last asked for; null: never. */
  readonly freshAt: EpochMilliseconds | null;
}

export interface SecretsOptions {
  readonly client: SecretsManager;
  readonly clock: Clock;
  /** Names of the broker's own key rings: what is kept of them gives way to nothing. */
  readonly own: readonly string[];
}

/**
 * The port Secrets over AWS Secrets Manager. What was read is kept in memory for at most 60 s and never used longer,
 * outage or not; callers that come while a secret is being read wait for that one read. That there is no such secret is
 * kept alike, apart from those that there are; a failure is not kept. The broker's own key rings are kept apart from
 * both, so that no number of other names makes the broker read them again.
 */
export function secretsManagerSecrets({ client, clock, own }: SecretsOptions): Secrets {
  const rings: ReadonlySet<string> = new Set(own);
  const kept = { rings: new Map<string, Kept>(), secrets: new Map<string, Kept>(), absent: new Map<string, Kept>() };
  const read = (name: string, age: SecretAge): SharedRead<SecretVersions> => {
    const now = clock.now();
    const room = rings.has(name) ? kept.rings : kept.secrets;
    const known = room.get(name) ?? kept.absent.get(name);
    if (known !== undefined && serves(known, age, now)) return { result: known.versions, whose: 'joined' };
    const freshAt = age === 'fresh' ? now : (known?.freshAt ?? null);
    const entry = { since: now, versions: readVersions(client, name, AbortSignal.timeout(READ_TIMEOUT)), freshAt };
    kept.absent.delete(name);
    remember(room, name, entry);
    const forget = () => {
      if (room.get(name) === entry) room.delete(name);
    };
    entry.versions.then((versions) => {
      if (versions !== null || room !== kept.secrets || room.get(name) !== entry) return;
      forget();
      remember(kept.absent, name, entry);
    }, forget);
    return { result: entry.versions, whose: 'own' };
  };
  return { read: (name, signal, age = 'cached') => awaitShared(() => read(name, age), signal, late) };
}

/** A clock that went back says nothing of the age: then it is read anew. */
function serves({ since, freshAt }: Kept, age: SecretAge, now: EpochMilliseconds): boolean {
  if (now < since || now - since >= LIFETIME) return false;
  if (age === 'fresh') return freshAt !== null && now - freshAt < FRESH;
  return age === 'cached' || now - since < age;
}

function remember(kept: Map<string, Kept>, name: string, entry: Kept): void {
  kept.delete(name);
  const [oldest] = kept.keys();
  if (kept.size >= MOST_KEPT && oldest !== undefined) kept.delete(oldest);
  kept.set(name, entry);
}

const late = (cause: unknown): Fault => new Fault('secrets', 'A secret was not read in time.', { cause });

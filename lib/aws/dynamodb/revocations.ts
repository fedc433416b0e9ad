import type { BatchGetItemOutput } from '@aws-sdk/client-dynamodb';
import { keptFresh, READ_MS } from '../../host/kept-fresh.ts';
import { Fault } from '../../outcome.ts';
import type { Clock } from '../../ports/host.ts';
import type { Revocations } from '../../ports/revocations.ts';
import type { EpochMilliseconds, Milliseconds } from '../../time.ts';
import { readStanding, type VersionedRevocations } from './standing-revocations.ts';
import { keyOf, type StateTable, stateKey } from './state-table.ts';

export interface RevocationsOptions extends StateTable {
  readonly clock: Clock;
  /**
   * How long an answer "not revoked" is good for, at most 5 s; default 0: every call asks. For introspection, where 10
   * s are allowed (contract section 3); a proof that was revoked is refused at once.
   */
  readonly notRevokedFor?: Milliseconds;
}

/** Less than the 10 s of contract section 3, with room for the read itself. */
const MOST_NOT_REVOKED_MS = 5_000;
/** How long `revokedAmong` takes its own last answer for good. */
const AMONG_GOOD_FOR_MS = 3_000;
/** Kept beyond the token's end, so that no tolerance of a verifier outlives it (contract section 2: at most 300 s). */
const KEPT_BEYOND_SECONDS = 600;
/** Tokens that one instance remembers. Forgetting is safe: DynamoDB is asked again. */
const MOST_REMEMBERED = 10_000;

type Known = { readonly revoked: true } | { readonly revoked: false; readonly at: EpochMilliseconds };

/**
 * Revoked token ids, one item each. A revocation is final: an instance that knows of it never asks again. Reads are
 * consistent; a revocation is known everywhere `notRevokedFor` after it was written, and at once in the instance that
 * wrote it. An item counts whether or not its time to live is past. Throws `Fault('revocations')` where DynamoDB does
 * not answer: nobody is taken for not revoked then. What stands of whole names is one item, kept fresh as the
 * configuration is.
 */
export function dynamoRevocations(options: RevocationsOptions): Revocations {
  const { clock, notRevokedFor = 0 } = options;
  const goodForMs = Math.min(MOST_NOT_REVOKED_MS, notRevokedFor);
  const memory = new Map<string, Known>();
  const standing = keptFresh({
    clock,
    read: (last: VersionedRevocations | null) => readStanding(options, last, AbortSignal.timeout(READ_MS)),
    late: (cause) => new Fault('revocations', 'the deadline passed while revocations were being read', { cause }),
    unreadable: (cause) =>
      cause instanceof Fault ? cause : new Fault('revocations', 'revocations cannot be read', { cause }),
  });

  function remember(tokenId: string, known: Known): void {
    // A read that began before the revocation must not undo it.
    if (memory.get(tokenId)?.revoked === true) return;
    memory.delete(tokenId);
    memory.set(tokenId, known);
    const [oldest] = memory.keys();
    if (memory.size > MOST_REMEMBERED && oldest !== undefined) memory.delete(oldest);
  }

  /** undefined: it has to be asked. */
  function remembered(tokenId: string, withinMs: number): boolean | undefined {
    const known = memory.get(tokenId);
    // The clock may have been set back: an answer from the future is not fresh either.
    const age = known === undefined || known.revoked ? 0 : clock.now() - known.at;
    return known !== undefined && age >= 0 && (known.revoked || age < withinMs) ? known.revoked : undefined;
  }

  async function isRevoked(tokenId: string, signal: AbortSignal): Promise<boolean> {
    const known = remembered(tokenId, goodForMs);
    if (known !== undefined) return known;
    const at = clock.now();
    const revoked = await read(options, tokenId, signal);
    remember(tokenId, revoked ? { revoked } : { revoked, at });
    return revoked || memory.get(tokenId)?.revoked === true;
  }

  return {
    anyRevoked: async (tokenIds, signal) => {
      if (tokenIds.some((tokenId) => memory.get(tokenId)?.revoked === true)) return true;
      const answers = await Promise.all(tokenIds.map((tokenId) => isRevoked(tokenId, signal)));
      return answers.includes(true);
    },
    revokedAmong: async (tokenIds, signal) => {
      const unknown = tokenIds.filter((tokenId) => remembered(tokenId, AMONG_GOOD_FOR_MS) === undefined);
      const at = clock.now();
      const revoked = unknown.length === 0 ? new Set<string>() : await readMany(options, unknown, signal);
      for (const tokenId of unknown) {
        remember(tokenId, revoked.has(tokenId) ? { revoked: true } : { revoked: false, at });
      }
      return tokenIds.filter((tokenId) => revoked.has(tokenId) || memory.get(tokenId)?.revoked === true);
    },
    revoke: async (tokenId, until, signal) => {
      const expires = Math.ceil(until) + KEPT_BEYOND_SECONDS;
      const item = { ...keyOf(stateKey('revoked', [tokenId])), expires: { N: String(expires) } };
      const input = { TableName: options.table, Item: item };
      try {
        await options.client.call('PutItem', input, signal);
      } catch (cause) {
        throw new Fault('revocations', 'the revocation was not written', { cause });
      }
      remember(tokenId, { revoked: true });
    },
    standing: (signal) => standing.current(signal),
  };
}

async function read({ client, table }: StateTable, tokenId: string, signal: AbortSignal): Promise<boolean> {
  const key = keyOf(stateKey('revoked', [tokenId]));
  const input = { TableName: table, Key: key, ConsistentRead: true };
  try {
    return (await client.call('GetItem', input, signal)).Item !== undefined;
  } catch (cause) {
    throw new Fault('revocations', 'revocations cannot be read', { cause });
  }
}

/** What DynamoDB leaves unprocessed nobody knows. */
async function readMany(
  { client, table }: StateTable,
  tokenIds: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const byKey = new Map(tokenIds.map((tokenId) => [stateKey('revoked', [tokenId]), tokenId]));
  const asked = { Keys: [...byKey.keys()].map(keyOf), ProjectionExpression: 'pk', ConsistentRead: true };
  let answer: BatchGetItemOutput;
  try {
    answer = await client.call('BatchGetItem', { RequestItems: { [table]: asked } }, signal);
  } catch (cause) {
    throw new Fault('revocations', 'revocations cannot be read', { cause });
  }
  if (Object.keys(answer.UnprocessedKeys ?? {}).length > 0) {
    throw new Fault('revocations', 'DynamoDB throttles the revocations');
  }
  const found = (answer.Responses?.[table] ?? []).map((item) => byKey.get(item['pk']?.S ?? ''));
  return new Set(found.filter((tokenId) => tokenId !== undefined));
}

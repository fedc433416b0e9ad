import type { Random } from '../../ports/host.ts';
import type { Counted, CountedAhead, LimitCount, Limits } from '../../ports/limits.ts';
import { type EpochMilliseconds, seconds } from '../../time.ts';
import { RememberedCounters, type Window, windowOf } from './limit-windows.ts';
import { conditionHeld, keyOf, type StateTable } from './state-table.ts';

export interface LimitsOptions extends StateTable {
  readonly random: Random;
}

/**
 * Of a counter, what may be counted ahead: half. A smaller counter than this takes nothing ahead. What is counted ahead
 * and given back can thus stand in nobody's way, unless the other half is used up while it stands there.
 */
const roomAhead = (capacity: number): number => (capacity < 10 ? 0 : Math.floor(capacity / 2));
/** A counter that so many were given back to takes nothing ahead any more: somebody does that on purpose. */
const MOST_GIVEN_BACK = 20;

/**
 * Fixed windows since the epoch, each a few counters in the state table whose capacities add up to the limit. One count
 * is one conditional UpdateItem on a counter chosen at random; a full counter sends it on to the next, so that a window
 * takes exactly its limit, never more, and refuses before that only where an answer of DynamoDB got lost: the SDK
 * counted twice, or what was counted ahead could not be given back. An instance remembers full counters and asks them
 * no more, so that a refusal in an exhausted window costs no write.
 *
 * The limits of one call are counted in their order, until one is full: those before it stay counted (a later failure
 * gives nothing back), those behind it do not. A window known to be full refuses before anything is counted. To save
 * round trips, those behind the first are counted beside it, ahead of knowing, where they are less than half full.
 * `retryAfter` is the whole number of seconds, at least 1, until that window ends. Throws `Fault('limits')`.
 */
export function dynamoLimits(options: LimitsOptions): Limits {
  const memory = { full: new RememberedCounters(), crowded: new RememberedCounters() };
  return {
    count: (limits, now, signal) => begin(options, memory, limits, now, { ahead: 1, signal }).settle(signal),
    countAhead: (limits, now, signal) => begin(options, memory, limits, now, { ahead: 0, signal }),
  };
}

interface Memory {
  readonly full: RememberedCounters;
  /** Those that take nothing ahead any more. */
  readonly crowded: RememberedCounters;
}

/** Counts those from place `ahead` on; where one of all is known to be full, none. */
function begin(
  options: LimitsOptions,
  memory: Memory,
  limits: readonly LimitCount[],
  now: EpochMilliseconds,
  { ahead, signal }: { readonly ahead: number; readonly signal: AbortSignal },
): CountedAhead {
  const { full, crowded } = memory;
  for (const each of [full, crowded]) each.forgetEnded(now);
  const windows = limits.map((limit) => windowOf(limit, now));
  const exhausted = windows.findIndex((window) => full.hasAll(window));
  const counting = windows.map((window, at) =>
    exhausted >= 0 || at < ahead ? Promise.resolve(null) : countAhead(options, crowded, window, signal),
  );
  const refused = (at: number): Counted => ({
    within: false,
    full: limits[at]?.counter ?? '',
    retryAfter: seconds(Math.max(1, Math.ceil(((windows[at]?.endsMs ?? now) - now) / 1000))),
  });
  const giveBack = async (from: number, giveUp: AbortSignal): Promise<void> => {
    await Promise.all(counting.slice(from).map(async (counted) => uncount(options, await counted, giveUp)));
  };
  return {
    giveBack: (giveUp) => giveBack(0, giveUp),
    settle: async (settling) => {
      if (exhausted >= 0) return refused(exhausted);
      for (const [at, window] of windows.entries()) {
        if ((await counting[at]) !== null || (await countOne(options, full, window, settling))) continue;
        await giveBack(at + 1, settling);
        return refused(at);
      }
      return { within: true };
    },
  };
}

/** In the first counter from a random one on that is not full. False: all of them are. */
async function countOne(
  options: LimitsOptions,
  full: RememberedCounters,
  window: Window,
  signal: AbortSignal,
): Promise<boolean> {
  for (const shard of fromRandom(options.random, window)) {
    if (full.has(window, shard)) continue;
    const counted = countIn(options, window, shard, { below: window.capacities[shard] ?? 0, more: {}, signal });
    if (await counted) return true;
    full.add(window, shard);
  }
  return false;
}

/**
 * The key of the counter that took it. null: nobody knows of one, so it is counted in its turn; a write that failed may
 * have counted all the same.
 */
async function countAhead(
  options: LimitsOptions,
  crowded: RememberedCounters,
  window: Window,
  signal: AbortSignal,
): Promise<string | null> {
  const shard = fromRandom(options.random, window).find((each) => !crowded.has(window, each));
  const below = shard === undefined ? 0 : roomAhead(window.capacities[shard] ?? 0);
  if (shard === undefined || below === 0) return null;
  try {
    if (await countIn(options, window, shard, { below, more: FEW_GIVEN_BACK, signal })) return `${window.key}#${shard}`;
    crowded.add(window, shard);
  } catch {
    // Whoever settles asks again, and says what is wrong.
  }
  return null;
}

function fromRandom(random: Random, { capacities }: Window): readonly number[] {
  const first = random.bytes(1)[0] ?? 0;
  return capacities.map((_, step) => (first + step) % capacities.length);
}

const FEW_GIVEN_BACK = {
  condition: 'attribute_not_exists(#undone) OR size(#undone) < :most',
  names: { '#undone': 'undone' },
  values: { ':most': { N: String(MOST_GIVEN_BACK) } },
};

interface CountCondition {
  readonly below: number;
  readonly more: Partial<typeof FEW_GIVEN_BACK>;
  readonly signal: AbortSignal;
}

function countIn(
  { client, table }: LimitsOptions,
  window: Window,
  shard: number,
  { below, more, signal }: CountCondition,
): Promise<boolean> {
  const room = 'attribute_not_exists(pk) OR #count < :below';
  const input = {
    TableName: table,
    Key: keyOf(`${window.key}#${shard}`),
    UpdateExpression: 'SET #expires = :expires ADD #count :one',
    ConditionExpression: more.condition === undefined ? room : `(${room}) AND (${more.condition})`,
    ExpressionAttributeNames: { '#expires': 'expires', '#count': 'count', ...more.names },
    ExpressionAttributeValues: {
      ':expires': { N: String(window.expires) },
      ':one': { N: '1' },
      ':below': { N: String(below) },
      ...more.values,
    },
  };
  return conditionHeld(client.call('UpdateItem', input, signal), 'limits');
}

/** A request may arrive twice, and what is taken off twice would let one more through: each is taken off by name. */
async function uncount(
  { client, table, random }: LimitsOptions,
  key: string | null,
  signal: AbortSignal,
): Promise<void> {
  if (key === null) return;
  const call = Buffer.from(random.bytes(6)).toString('base64');
  const input = {
    TableName: table,
    Key: keyOf(key),
    UpdateExpression: 'ADD #count :less, #undone :calls',
    ConditionExpression: '#count > :none AND NOT contains(#undone, :call)',
    ExpressionAttributeNames: { '#count': 'count', '#undone': 'undone' },
    ExpressionAttributeValues: {
      ':less': { N: '-1' },
      ':none': { N: '0' },
      ':calls': { SS: [call] },
      ':call': { S: call },
    },
  };
  try {
    await client.call('UpdateItem', input, signal);
  } catch {
    // Best effort: what stays counted refuses and never allows.
  }
}

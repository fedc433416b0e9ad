import type { AttributeValue, BatchGetItemOutput } from '@aws-sdk/client-dynamodb';
import { Fault } from '../../outcome.ts';
import type { Clock, Random } from '../../ports/host.ts';
import type { HeldSlots, LiveSlots, SlotHolder, SlotSet, Taken } from '../../ports/live-slots.ts';
import { type EpochSeconds, epochSeconds, seconds, toEpochSeconds } from '../../time.ts';
import { conditionHeld, keyOf, type StateTable, stateKey } from './state-table.ts';

export interface LiveSlotsOptions extends StateTable {
  readonly clock: Clock;
  readonly random: Random;
}

/** Items outlive their slot by a little, so that clocks that differ find them. */
const KEPT_BEYOND_SECONDS = 300;
/** How often all slots of a set are looked at before it counts as full: others take what was free. */
const LOOKS = 5;
const GIVING_BACK_MS = 200;

/**
 * Numbered slots, an item each, which says what holds it and until when. Taking one is one conditional UpdateItem, so
 * that no more are taken than there are, whoever comes at once. The first is tried without looking; where somebody has
 * it, one BatchGetItem tells which are free. A slot is free when its `until` is over, to the second, or when what holds
 * it was ended; whether DynamoDB has deleted it by then makes no difference. A process that dies leaves its slot taken
 * until then, and no longer.
 */
export function dynamoLiveSlots(options: LiveSlotsOptions): LiveSlots {
  return {
    take: async (sets, holder, endedAmong, signal) => {
      const keys = new Set<string>();
      const held = heldSlots(options, keys, holder);
      // Before the answer: a write whose answer is lost may have taken it, and is given back with the others.
      const tryFor: TryFor = async (slot, ended) => {
        keys.add(slot);
        const isTaken = await put(options, slot, holder, ended, signal);
        if (!isTaken) keys.delete(slot);
        return isTaken;
      };
      try {
        for (const set of sets) {
          const notTaken = await takeOne(options, set, { tryFor, endedAmong }, signal);
          if (notTaken === null) continue;
          await held.giveBack(AbortSignal.timeout(GIVING_BACK_MS));
          return notTaken;
        }
      } catch (cause) {
        await held.giveBack(AbortSignal.timeout(GIVING_BACK_MS));
        throw cause;
      }
      return { taken: true, held };
    },
  };
}

type TryFor = (slot: string, ended: string | null) => Promise<boolean>;
type Holding = { readonly tryFor: TryFor; readonly endedAmong: Parameters<LiveSlots['take']>[2] };
type NotTaken = Extract<Taken, { readonly taken: false }>;

/** null: one of the set is taken. */
async function takeOne(
  options: LiveSlotsOptions,
  { set, slots }: SlotSet,
  { tryFor, endedAmong }: Holding,
  signal: AbortSignal,
): Promise<NotTaken | null> {
  const key = stateKey('live', [set]);
  const keys = fromRandom(options.random, slots).map((slot) => `${key}#${slot}`);
  const [first] = keys;
  if (first !== undefined && (await tryFor(first, null))) return null;
  let retryAfter = seconds(1);
  for (let look = 0; look < LOOKS; look += 1) {
    const now = toEpochSeconds(options.clock.now());
    const items = await read(options, keys, signal);
    const free = await freeOf(keys, items, now, endedAmong, signal);
    for (const { slot, ended } of free) {
      if (await tryFor(slot, ended)) return null;
    }
    if (free.length > 0) continue;
    const ends = [...items.values()].map(({ until }) => until);
    retryAfter = seconds(Math.max(1, Math.min(...ends) - now));
    break;
  }
  return { taken: false, full: set, retryAfter };
}

interface FreeSlot {
  readonly slot: string;
  /** The issuance that held it and was ended; null: its time is over, or nobody has held it. */
  readonly ended: string | null;
}

async function freeOf(
  keys: readonly string[],
  items: ReadonlyMap<string, SlotHolder>,
  now: EpochSeconds,
  endedAmong: Holding['endedAmong'],
  signal: AbortSignal,
): Promise<readonly FreeSlot[]> {
  const isOver = (slot: string): boolean => (items.get(slot)?.until ?? now) <= now;
  const over = keys.filter(isOver).map((slot) => ({ slot, ended: null }));
  if (over.length > 0) return over;
  const ended = new Set(await endedAmong([...new Set([...items.values()].map(({ issuance }) => issuance))], signal));
  return keys.flatMap((slot) => {
    const { issuance } = items.get(slot) ?? {};
    return issuance !== undefined && ended.has(issuance) ? [{ slot, ended: issuance }] : [];
  });
}

/** Every slot once, beginning anywhere: whoever comes at once begins elsewhere. */
function fromRandom(random: Random, slots: number): readonly number[] {
  const first = random.bytes(1)[0] ?? 0;
  return Array.from({ length: slots }, (_, step) => (first + step) % slots);
}

/** True where it is this holder's now, also where it was already: a request may arrive twice. */
function put(
  { client, table, clock }: LiveSlotsOptions,
  slot: string,
  { issuance, until }: SlotHolder,
  ended: string | null,
  signal: AbortSignal,
): Promise<boolean> {
  const free = 'attribute_not_exists(pk) OR #until <= :now OR #issuance = :issuance';
  const input = {
    TableName: table,
    Key: keyOf(slot),
    UpdateExpression: 'SET #issuance = :issuance, #until = :until, #expires = :expires',
    ConditionExpression: ended === null ? free : `${free} OR #issuance = :ended`,
    ExpressionAttributeNames: { '#issuance': 'issuance', '#until': 'until', '#expires': 'expires' },
    ExpressionAttributeValues: {
      ':issuance': { S: issuance },
      ...timesOf(until),
      ':now': { N: String(toEpochSeconds(clock.now())) },
      ...(ended === null ? {} : { ':ended': { S: ended } }),
    },
  };
  return conditionHeld(client.call('UpdateItem', input, signal), 'limits');
}

const timesOf = (until: EpochSeconds): Record<string, AttributeValue> => ({
  ':until': { N: String(Math.ceil(until)) },
  ':expires': { N: String(Math.ceil(until) + KEPT_BEYOND_SECONDS) },
});

/** The holders by slot. What DynamoDB leaves unprocessed is no free slot: then nobody knows. */
async function read(
  { client, table }: LiveSlotsOptions,
  slots: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, SlotHolder>> {
  const asked = { Keys: slots.map(keyOf), ConsistentRead: true };
  let answer: BatchGetItemOutput;
  try {
    answer = await client.call('BatchGetItem', { RequestItems: { [table]: asked } }, signal);
  } catch (cause) {
    throw new Fault('limits', 'the slots could not be read', { cause });
  }
  if (Object.keys(answer.UnprocessedKeys ?? {}).length > 0) throw new Fault('limits', 'DynamoDB throttles the slots');
  return new Map((answer.Responses?.[table] ?? []).map((item) => [item['pk']?.S ?? '', holderOf(item)]));
}

function holderOf(item: Record<string, AttributeValue>): SlotHolder {
  const [issuance, until] = [item['issuance']?.S, Number(item['until']?.N)];
  if (issuance === undefined || !Number.isSafeInteger(until)) throw new Fault('limits', 'a slot is not readable');
  return { issuance, until: epochSeconds(until) };
}

function heldSlots(options: LiveSlotsOptions, keys: ReadonlySet<string>, { issuance, until }: SlotHolder): HeldSlots {
  const { client, table } = options;
  const keep = (key: string, expires: EpochSeconds, signal: AbortSignal) =>
    put(options, key, { issuance, until: expires }, null, signal);
  return {
    until,
    keepUntil: async (expires, signal) => {
      if (expires === until) return;
      const kept = [...keys].map((key) => keep(key, expires, signal));
      const isLonger = expires > until;
      const settled = await Promise.allSettled(kept);
      const lost = settled.find((each) => each.status === 'rejected' || !each.value);
      if (isLonger && lost !== undefined) throw new Fault('limits', 'a slot could not be kept');
    },
    giveBack: async (signal) => {
      const calls = [...keys].map((key) => {
        const input = {
          TableName: table,
          Key: keyOf(key),
          ConditionExpression: '#issuance = :issuance',
          ExpressionAttributeNames: { '#issuance': 'issuance' },
          ExpressionAttributeValues: { ':issuance': { S: issuance } },
        };
        return client.call('DeleteItem', input, signal);
      });
      await Promise.allSettled(calls);
    },
  };
}

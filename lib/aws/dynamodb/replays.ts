import type { Clock } from '../../ports/host.ts';
import type { ReplayClaim, Replays } from '../../ports/replays.ts';
import { toEpochSeconds } from '../../time.ts';
import { conditionHeld, keyOf, type StateTable, stateKey } from './state-table.ts';

export interface ReplaysOptions extends StateTable {
  readonly clock: Clock;
  /**
   * Where its items lie: default `replay`. `dpop`: of functions that may claim proofs of possession at the broker's own
   * API, and write nothing else; such a proof is for one address, so that nobody else claims the same one.
   */
  readonly kind?: 'replay' | 'dpop';
}

/** Proofs that one process remembers to have met. */
const MOST_REMEMBERED = 10_000;

/**
 * Uses of proofs, one item for each (issuer, token id), claimed by one conditional PutItem: of any number of callers at
 * once exactly one wins. A claim holds until the whole second of `until` is over; from then on it counts as absent,
 * whether or not DynamoDB has deleted it. The same issuance may claim again, as the SDK does where an answer got lost.
 * `once`: nobody else may. `bind`: whoever has the same binding may. `release` gives back a `once` claim of this
 * issuance and no other; a `bind` claim stays, and stays bound.
 */
export function dynamoReplays(options: ReplaysOptions): Replays {
  const { client, table, clock, kind = 'replay' } = options;
  const itemKey = ({ issuer, tokenId }: ReplayClaim): string => stateKey(kind, [issuer, tokenId]);
  const met = new Map<string, string>();
  return {
    isLikely: (claim) => {
      const binding = met.get(itemKey(claim));
      return binding === undefined || (claim.reuse === 'bind' && binding === claim.binding);
    },
    claim: async (claim, signal) => {
      remember(met, itemKey(claim), claim.binding);
      const again = claim.reuse === 'bind' ? '#issuance = :issuance OR #binding = :binding' : '#issuance = :issuance';
      const input = {
        TableName: table,
        Item: {
          ...keyOf(itemKey(claim)),
          issuance: { S: claim.issuance },
          binding: { S: claim.binding },
          expires: { N: String(Math.ceil(claim.until)) },
        },
        ConditionExpression: `attribute_not_exists(pk) OR #expires < :now OR ${again}`,
        ExpressionAttributeNames: {
          '#expires': 'expires',
          '#issuance': 'issuance',
          ...(claim.reuse === 'bind' ? { '#binding': 'binding' } : {}),
        },
        ExpressionAttributeValues: {
          ':now': { N: String(toEpochSeconds(clock.now())) },
          ':issuance': { S: claim.issuance },
          ...(claim.reuse === 'bind' ? { ':binding': { S: claim.binding } } : {}),
        },
      };
      const write = client.call('PutItem', input, signal);
      return (await conditionHeld(write, 'replays')) ? 'claimed' : 'replayed';
    },
    release: async (claim, signal) => {
      if (claim.reuse === 'bind') return;
      const input = {
        TableName: table,
        Key: keyOf(itemKey(claim)),
        ConditionExpression: '#issuance = :issuance',
        ExpressionAttributeNames: { '#issuance': 'issuance' },
        ExpressionAttributeValues: { ':issuance': { S: claim.issuance } },
      };
      try {
        await client.call('DeleteItem', input, signal);
      } catch {
        // Best effort by contract: the proof stays claimed, which refuses and never allows.
      }
    },
  };
}

/** Under the binding that it was met with first. */
function remember(met: Map<string, string>, key: string, binding: string): void {
  if (met.has(key)) return;
  met.set(key, binding);
  const [oldest] = met.keys();
  if (met.size > MOST_REMEMBERED && oldest !== undefined) met.delete(oldest);
}

import type { AttributeValue, UpdateItemInput } from '@aws-sdk/client-dynamodb';
import { requestJson } from '../../approval/approval-json.ts';
import { scopesOf } from '../../ledger/filter.ts';
import { fromJson, toJson } from '../../ledger/json.ts';
import { denialKey, indexValue, outcomePlaces, recordKey } from '../../ledger/partitions.ts';
import { ERASED, personsOf, withErased } from '../../ledger/persons.ts';
import type { IssuanceRecord } from '../../ledger/record.ts';
import { Fault } from '../../outcome.ts';
import type { Clock, Random } from '../../ports/host.ts';
import type { EpochMilliseconds } from '../../time.ts';
import { conditionFailed } from './client.ts';
import type { KeptApproval } from './kept-approvals.ts';
import { type Item, readItem, recordValue } from './ledger-item.ts';
import { batchGet, type LedgerTable } from './ledger-queries.ts';
import { dataKey, itemKey, nameKey, nameOf, newPseudonym } from './subject-keys.ts';

export interface ErasureOptions extends LedgerTable {
  readonly clock: Clock;
  readonly random: Random;
}

/** Somebody's erasure: their identity as records have it, and what they are called from then on. */
export interface Erasure {
  readonly identity: string;
  readonly pseudonym: string;
  /** Every key of theirs that is to be destroyed, those of erasures before among them. */
  readonly keys: readonly string[];
  /** Nothing from then or before is kept. */
  readonly until: EpochMilliseconds;
}

const MOST_TRIES = 5;

/**
 * Decides an erasure, by one conditional write: from now on nothing of theirs from before is sealed with a key any
 * more, and what comes later gets another key. Whoever is killed behind it calls it again, and ends what was begun.
 */
export async function beginErasure(options: ErasureOptions, identity: string, signal: AbortSignal): Promise<Erasure> {
  const { table, clock, random } = options;
  for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
    const [item] = await batchGet(options, [nameKey(identity)], { consistent: true, signal });
    const { current, erased, erasedIds } = nameOf(item);
    const pseudonym = current ?? erased?.id ?? newPseudonym(clock, random);
    const until = clock.now();
    const input = {
      TableName: table,
      Key: itemKey(nameKey(identity)),
      UpdateExpression: 'SET erasedAt = :until, erasedId = :id ADD erasedIds :ids REMOVE keyId',
      ConditionExpression: current === null ? 'attribute_not_exists(keyId)' : 'keyId = :id',
      ExpressionAttributeValues: {
        ...{ ':until': { N: String(until) }, ':id': { S: pseudonym }, ':ids': { SS: [pseudonym] } },
      },
    };
    if (await isWritten(options, input, signal)) {
      return { identity, pseudonym, until, keys: [...new Set([...erasedIds, pseudonym])] };
    }
  }
  throw new Fault('ledger', 'others changed the keys of this person each time');
}

/** Destroys the keys. What stays says that there was one, so that nobody takes it for lost. */
export async function destroyKeys(table: LedgerTable, { keys, until }: Erasure, signal: AbortSignal): Promise<void> {
  for (const id of keys) {
    const input = {
      TableName: table.table,
      Key: itemKey(dataKey(id)),
      UpdateExpression: 'SET erasedAt = :until REMOVE #data',
      ExpressionAttributeNames: { '#data': 'data' },
      ExpressionAttributeValues: { ':until': { N: String(until) } },
    };
    await isWritten(table, input, signal);
  }
}

/** The digest of the name is needed as long as something from before may come again: then it ends by itself. */
export async function endErasure(
  table: LedgerTable,
  { identity }: Erasure,
  expires: number,
  signal: AbortSignal,
): Promise<void> {
  const input = {
    TableName: table.table,
    Key: itemKey(nameKey(identity)),
    UpdateExpression: 'SET #expires = :expires',
    ConditionExpression: 'attribute_not_exists(keyId) AND attribute_exists(erasedId)',
    ExpressionAttributeNames: { '#expires': 'expires' },
    ExpressionAttributeValues: { ':expires': { N: String(expires) } },
  };
  await isWritten(table, input, signal);
}

/**
 * Takes somebody out of every item of a record. Returns until when the last of them is kept, in epoch seconds; 0: there
 * was nothing of theirs any more. A record that changes meanwhile is looked at again.
 */
export async function eraseRecord(
  ledger: LedgerTable,
  record: IssuanceRecord,
  erasure: Erasure,
  signal: AbortSignal,
): Promise<number> {
  const { id } = record;
  const places = [...outcomePlaces(scopesOf(record), id), denialKey(id), recordKey(id)];
  const keys = [...new Map(places.map((place) => [place.pk, place])).values()];
  for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
    const items = await batchGet(ledger, keys, { consistent: true, signal });
    const theirs = items.filter((item) => item['record'] !== undefined && namesIn(item, erasure));
    const written = await Promise.all(theirs.map((item) => eraseItem(ledger, item, erasure, signal)));
    if (written.every(Boolean)) return Math.max(0, ...theirs.map((item) => Number(item['expires']?.N ?? 0)));
  }
  throw new Fault('ledger', 'a record changed each time that somebody was to be erased in it');
}

const rolesIn = (record: IssuanceRecord, { identity, pseudonym }: Erasure) =>
  personsOf(toJson(record)).flatMap((person) =>
    person.identity === identity ? [{ role: person.role, pseudonym }] : [],
  );

const namesIn = (item: Item, erasure: Erasure): boolean => rolesIn(readItem(item), erasure).length > 0;

function eraseItem(ledger: LedgerTable, item: Item, erasure: Erasure, signal: AbortSignal): Promise<boolean> {
  const record = readItem(item);
  const roles = rolesIn(record, erasure);
  const bare = fromJson(withErased(toJson(record), roles));
  const { revoked, attempts: _, ...rest } = bare;
  const before: IssuanceRecord = { ...rest, attempts: attemptsIn(item, record) };
  const values: Record<string, AttributeValue | undefined> = {
    ':new': recordValue(before),
    ':old': item['record'],
    ...(item['revoked'] === undefined ? {} : { ':mark': { S: JSON.stringify(revoked) }, ':marked': item['revoked'] }),
    ...(item['principal'] === undefined || roles.every(({ role }) => role !== 'subject')
      ? {}
      : { ':principal': { S: indexValue(ERASED, record.id) } }),
  };
  const input = {
    TableName: ledger.table,
    Key: { pk: item['pk'] ?? { S: '' }, sk: item['sk'] ?? { S: '' } },
    UpdateExpression: [
      'SET #record = :new',
      ...(':mark' in values ? ['#revoked = :mark'] : []),
      ...(':principal' in values ? ['#principal = :principal'] : []),
    ].join(', '),
    ConditionExpression: `#record = :old${':mark' in values ? ' AND #revoked = :marked' : ''}`,
    ExpressionAttributeNames: {
      '#record': 'record',
      ...(':mark' in values ? { '#revoked': 'revoked' } : {}),
      ...(':principal' in values ? { '#principal': 'principal' } : {}),
    },
    ExpressionAttributeValues: Object.fromEntries(
      Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    ),
  };
  return isWritten(ledger, input, signal);
}

/** The count of a denial stands beside its record, which has that of the first. */
const attemptsIn = (item: Item, record: IssuanceRecord): number =>
  item['attempts'] === undefined ? record.attempts : 1;

/** Takes somebody out of a request for approval that has ended. False: it changed meanwhile. */
export function eraseApproval(
  ledger: LedgerTable,
  { pk, request, text }: KeptApproval,
  { identity, pseudonym }: Erasure,
  signal: AbortSignal,
): Promise<boolean> {
  const bare = <T extends { connection: string | null; subject: string; principal: string }>(party: T): T =>
    `${party.connection}:${party.subject}` === identity ? { ...party, subject: pseudonym, principal: ERASED } : party;
  const isSubject = `${request.subject.connection}:${request.subject.subject}` === identity;
  const { proof, ...rest } = request;
  const changed = {
    ...rest,
    subject: bare(request.subject),
    actors: request.actors.map(bare),
    // Digests of claims that name a person: of whom of them is not said.
    persons: [],
    sourceIp: '',
    ...(isSubject ? { intent: null, parameters: {}, gives: {} } : {}),
    proof: isSubject ? { ...proof, tokenId: null, sha256: null } : proof,
  };
  const input = {
    TableName: ledger.table,
    Key: { pk: { S: pk }, sk: { S: request.id } },
    UpdateExpression: 'SET #request = :new',
    ConditionExpression: '#request = :old',
    ExpressionAttributeNames: { '#request': 'request' },
    ExpressionAttributeValues: { ':new': { S: JSON.stringify(requestJson(changed)) }, ':old': { S: text } },
  };
  return isWritten(ledger, input, signal);
}

async function isWritten({ client }: LedgerTable, input: UpdateItemInput, signal: AbortSignal): Promise<boolean> {
  try {
    await client.call('UpdateItem', input, signal);
    return true;
  } catch (cause) {
    if (conditionFailed(cause)) return false;
    throw new Fault('ledger', 'an erasure was not written', { cause });
  }
}

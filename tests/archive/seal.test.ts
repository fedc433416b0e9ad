import { describe, expect, it } from '@jest/globals';
import { archiveRecords } from '../../lib/archive/archive.ts';
import { dayFiles } from '../../lib/archive/day-files.ts';
import { entriesOf, entryOf } from '../../lib/archive/entry.ts';
import { parseVerifier, verifierText } from '../../lib/archive/note.ts';
import { receiptOf, verifyReceipt } from '../../lib/archive/receipt.ts';
import { openedEntries, pseudonymsIn } from '../../lib/archive/seal.ts';
import { verifyLog } from '../../lib/archive/verify.ts';
import type { JsonObject } from '../../lib/json.ts';
import { toJson } from '../../lib/ledger/json.ts';
import type { IssuanceRecord } from '../../lib/ledger/record.ts';
import { Fault } from '../../lib/outcome.ts';
import { epochMilliseconds } from '../../lib/time.ts';
import { aDenial, aRecord, NINE } from '../ledger/a-record.ts';
import { aLog, SIGNAL, SIGNER } from './a-log.ts';
import { memoryKeys } from './memory-keys.ts';
import { memoryObjects } from './memory-objects.ts';

const ADA = { connection: 'okta', client: null, subject: 'ada', principal: 'ada@example.com' };
const BOB = { connection: 'okta', client: null, subject: 'bob', principal: 'bob@example.com' };
const CAROL = { connection: 'entra', client: null, subject: 'carol', principal: 'carol@example.com' };
/** Everybody whom a record can name, each with something of their own. */
const full: IssuanceRecord = aRecord({
  ...ADA,
  intent: 'ada wants it',
  claims: { email: 'ada@example.com' },
  asked: { parameters: { bucket: 'ada-home' } },
  actor: { ...BOB, proof: { ...aRecord().proof, tokenId: 'bobs-token' }, claims: { team: 'bobs' } },
  approval: {
    ...{ id: 'apr_01M8PM2Z0A0000000000000001', state: 'used', approver: CAROL, reason: 'carol says so' },
    ...{ decided: '2026-11-21', requester: ADA },
  },
  revoked: { revocation: 'rev_1', time: '2026-11-21T10:00:00Z', by: 'entra:carol', reason: 'carol is sure' },
});

const jsonOf = (bytes: Uint8Array): JsonObject => JSON.parse(Buffer.from(bytes).toString('utf8'));
const sealed = async (keys: ReturnType<typeof memoryKeys>, ...records: IssuanceRecord[]) =>
  (await entriesOf(keys, records, SIGNAL)).map(({ bytes }) => jsonOf(bytes));
const opened = async (keys: ReturnType<typeof memoryKeys>, ...entries: JsonObject[]) =>
  openedEntries(keys, entries, SIGNAL);

describe('a sealed entry', () => {
  it('says nothing of what is a person’s, and everything of what is not', async () => {
    const [entry = {}] = await sealed(memoryKeys(), full);
    expect(JSON.stringify(entry)).not.toMatch(/ada|bob|carol|203\.0\.113|aws-cli|github-7f3c9a52/i);
    const { id, time, outcome, scope, decision } = toJson(full);
    expect(entry).toMatchObject({ id, time, outcome, scope, decision, format: 2, connection: 'okta' });
    expect(entry['principal']).toMatch(/^sub_/);
  });

  it('opens to the very record, and is the same entry each time that the record comes', async () => {
    const keys = memoryKeys();
    const [entry = {}] = await sealed(keys, full);
    expect(await opened(keys, entry)).toEqual([toJson(full)]);
    expect(await sealed(keys, full)).toEqual([entry]);
  });

  it.each([
    ['a denial', aDenial(ADA)],
    ['one beyond the ceiling, which names nobody', aDenial({ overflow: true, principal: '', subject: '' })],
    ['a client, whose name stands in the configuration', aRecord({ connection: null, client: 'bot', subject: 'bot' })],
    [
      'a client that acts for a person',
      aRecord({ ...ADA, actor: { ...BOB, connection: null, client: 'bot', proof: aRecord().proof, claims: {} } }),
    ],
    ['no credential, no agent, no intent', aRecord({ ...ADA, outcome: 'failed', credential: null, intent: null })],
  ])('opens to the very record: %s', async (_, record) => {
    const keys = memoryKeys();
    expect(await opened(keys, ...(await sealed(keys, record)))).toEqual([toJson(record)]);
  });

  it('leaves clients as they are: nothing of theirs is a person’s', async () => {
    const record = aRecord({ connection: null, client: 'bot', subject: 'bot', principal: 'bot' });
    expect(await sealed(memoryKeys(), record)).toEqual([{ ...toJson(record), format: 2, sealed: [] }]);
  });

  it('opens as nobody else and in no other entry', async () => {
    const keys = memoryKeys();
    const [one = {}, other = {}] = await sealed(keys, aRecord(ADA), aRecord(ADA));
    await expect(opened(keys, { ...one, sealed: other['sealed'] ?? null })).rejects.toThrow(Fault);
    const boxes = one['sealed'] as JsonObject[];
    await expect(opened(keys, { ...one, sealed: boxes.map((box) => ({ ...box, as: 'actor' })) })).rejects.toThrow(
      Fault,
    );
  });

  it('is no longer than an entry of a log may be, whatever a record brings', async () => {
    const noise = (length: number) =>
      Buffer.from(Array.from({ length }, (_, at) => (at * 7919) % 251)).toString('latin1');
    const claims = Object.fromEntries(Array.from({ length: 8 }, (_, at) => [`claim-${at}`, noise(500)]));
    const record = aRecord({ ...ADA, claims, actor: { ...BOB, proof: aRecord().proof, claims } });
    const [entry] = await entriesOf(memoryKeys(), [record], SIGNAL);
    expect(entry?.bytes.length).toBeLessThan(entryOf(record).bytes.length * 1.5);
  });
});

describe('an erasure', () => {
  it('takes what is theirs from every entry, in whatever role, and nothing of the others', async () => {
    const keys = memoryKeys();
    const [entry = {}] = await sealed(keys, full);
    const id = keys.erase('okta:ada', NINE);
    const [record = {}] = await opened(keys, entry);
    expect(JSON.stringify(record)).not.toMatch(/ada/);
    expect(record).toMatchObject({
      ...{ principal: 'erased', subject: id, intent: null, claims: {}, erased: ['subject', 'requester'] },
      actor: { principal: 'bob@example.com', claims: { team: 'bobs' } },
      approval: { approver: CAROL, requester: { principal: 'erased', subject: id } },
    });
  });

  it('of who only acted, or approved, leaves the subject’s', async () => {
    const keys = memoryKeys();
    const [entry = {}] = await sealed(keys, full);
    keys.erase('okta:bob', NINE);
    keys.erase('entra:carol', NINE);
    const [record = {}] = await opened(keys, entry);
    expect(JSON.stringify(record)).not.toMatch(/bob|carol|203\.0\.113/);
    expect(record).toMatchObject({ principal: 'ada@example.com', intent: 'ada wants it' });
  });

  it('holds for a record that comes again, or comes late: no other key brings it back', async () => {
    const keys = memoryKeys();
    const [before = {}] = await sealed(keys, aRecord(ADA));
    keys.erase('okta:ada', NINE);
    const [late = {}] = await sealed(keys, aRecord(ADA));
    expect(pseudonymsIn([late])).toEqual(pseudonymsIn([before]));
    expect(await opened(keys, late)).toMatchObject([{ principal: 'erased' }]);
    const later = aRecord({ ...ADA, time: epochMilliseconds(NINE + 1) });
    const [after = {}] = await sealed(keys, later);
    expect(pseudonymsIn([after])).not.toEqual(pseudonymsIn([before]));
    expect(await opened(keys, after, before)).toMatchObject([toJson(later), { principal: 'erased' }]);
  });

  it('holds for what a writer had sealed and not yet written when it happened', async () => {
    const [keys, objects] = [memoryKeys(), memoryObjects()];
    const held = await entriesOf(keys, [aRecord(ADA)], SIGNAL);
    keys.erase('okta:ada', NINE);
    await aLog(objects).append(held, null, SIGNAL);
    expect(await opened(keys, ...held.map(({ bytes }) => jsonOf(bytes)))).toMatchObject([{ principal: 'erased' }]);
  });

  it('changes no hash: receipts and the whole log hold as before', async () => {
    const [keys, objects] = [memoryKeys(), memoryObjects()];
    const records = Array.from({ length: 300 }, (_, at) => aRecord({ ...(at % 2 === 0 ? ADA : BOB) }));
    await archiveRecords({ log: aLog(objects), keys }, records, SIGNAL);
    const verifier = parseVerifier(verifierText(SIGNER));
    const receipt = await receiptOf(objects, records[7]?.id ?? '', SIGNAL);
    if (verifier === null || receipt === null) throw new Error('there is no receipt');
    keys.erase('okta:bob', NINE);
    const entry = verifyReceipt(receipt.text, verifier)?.entry ?? Buffer.from('{}');
    expect(await opened(keys, jsonOf(entry))).toMatchObject([{ id: records[7]?.id, principal: 'erased' }]);
    const verdict = await verifyLog(objects, { key: verifier, progress: () => {} }, SIGNAL);
    expect(verdict).toMatchObject({ problem: null, checkpoint: { size: 300 } });
    expect(await archiveRecords({ log: aLog(objects), keys }, records, SIGNAL)).toBe(0);
  });
});

describe('the archive, sealed', () => {
  it('writes nothing where a key cannot be had, and goes on once it can', async () => {
    const [keys, objects] = [memoryKeys(), memoryObjects()];
    const ports = { log: aLog(objects), keys };
    keys.failing = true;
    await expect(archiveRecords(ports, [full], SIGNAL)).rejects.toThrow(Fault);
    expect([...objects.bodies.keys()]).toEqual([]);
    keys.failing = false;
    expect(await archiveRecords(ports, [full], SIGNAL)).toBe(1);
    for (const body of objects.bodies.values()) expect(Buffer.from(body).toString('latin1')).not.toContain('ada@');
  });

  it('has entries of before, in plain, beside sealed ones; readers read both', async () => {
    const [keys, objects] = [memoryKeys(), memoryObjects()];
    const [one, two] = [aRecord(ADA), aRecord(ADA)];
    await archiveRecords({ log: aLog(objects), keys: null }, [one], SIGNAL);
    await archiveRecords({ log: aLog(objects), keys }, [one, two], SIGNAL);
    const files = await dayFiles(objects, {}, SIGNAL);
    for await (const entries of files.entriesOf(files.days[0] ?? '')) {
      expect(entries.map(({ format }) => format)).toEqual([undefined, 2]);
      expect(await openedEntries(keys, entries, SIGNAL)).toEqual([toJson(one), toJson(two)]);
    }
  });

  it('refuses an entry of a later release, rather than show half of it', async () => {
    await expect(opened(memoryKeys(), { ...toJson(full), format: 3, sealed: [] })).rejects.toThrow(/later release/);
  });
});

import { describe, expect, it } from '@jest/globals';
import { entryOf } from '../../lib/archive/entry.ts';
import { parseVerifier, signerOf, verifierText } from '../../lib/archive/note.ts';
import { receiptOf, verifyReceipt } from '../../lib/archive/receipt.ts';
import { readReceipt } from '../../lib/read-receipt.ts';
import { aDenial, aRecord } from '../ledger/a-record.ts';
import { memoryLedger } from '../ledger/memory-ledger.ts';
import { aLog, SIGNAL, SIGNER, someEntries } from './a-log.ts';
import { memoryObjects } from './memory-objects.ts';

const objects = memoryObjects();
const entries = someEntries(700);
const receiptAt = async (place: number): Promise<string> =>
  (await receiptOf(objects, entries[place]?.id ?? '', SIGNAL))?.text ?? '';

describe('a receipt', () => {
  it('of every kind of place in a log holds, and is the entry of that place', async () => {
    for (const count of [1, 255, 300, 144]) {
      const from = objects.bodies.size === 0 ? 0 : entries.findIndex(({ id }) => !logged.has(id));
      for (const { id } of entries.slice(from, from + count)) logged.add(id);
      await aLog(objects).append(entries.slice(from, from + count), null, SIGNAL);
      for (const place of [0, 1, 254, 255, 256, 299, 511, 512, 555, 699].filter((at) => at < from + count)) {
        const verified = verifyReceipt(await receiptAt(place), SIGNER);
        expect([verified?.index, verified?.checkpoint.size]).toEqual([place, from + count]);
        expect(Buffer.from(verified?.entry ?? [])).toEqual(Buffer.from(entries[place]?.bytes ?? []));
      }
    }
  });

  it.each([
    ['another octet of the record', (text: string) => text.replace(/^extra (.)/m, 'extra X')],
    ['another place', (text: string) => text.replace(/^index 300$/m, 'index 301')],
    ['another hash', (text: string) => text.replace(/^(index 300\n)./m, '$1_')],
    ['a hash less', (text: string) => text.replace(/^(index 300\n).*\n/m, '$1')],
    ['a hash more', (text: string) => text.replace(/^(index 300\n)(.*\n)/m, '$1$2$2')],
    ['another size', (text: string) => text.replace(/^700$/m, '701')],
    ['another log', (text: string) => text.replaceAll('broker.example.com', 'other.example.com')],
    ['no signature', (text: string) => text.replace(/^— .*\n/m, '')],
    ['another form', (text: string) => text.replace('@v1', '@v2')],
  ])('does not hold with %s', async (_, change) => {
    const text = await receiptAt(300);
    expect(verifyReceipt(text, SIGNER)).not.toBeNull();
    expect(change(text)).not.toBe(text);
    expect(verifyReceipt(change(text), SIGNER)).toBeNull();
  });

  it('does not hold under another key of the same name', async () => {
    expect(verifyReceipt(await receiptAt(300), signerOf('y'.repeat(64), SIGNER.name, 'log'))).toBeNull();
  });

  it('is for the last word on an issuance, and not ready before the log has that', async () => {
    const store = memoryObjects();
    const queries = memoryLedger();
    const denied = aDenial();
    await queries.denied(denied);
    const [first] = Object((await queries.list({ outcome: 'denied' }, 1, null, SIGNAL)) as { value?: unknown }).value
      .issuances;
    const ask = () => readReceipt({ objects: store, queries }, first.id, SIGNAL);
    expect(await ask()).toMatchObject({ ok: false, refusal: { reason: 'receipt_not_ready' } });
    await aLog(store).append([entryOf(first)], null, SIGNAL);
    expect(await ask()).toMatchObject({ ok: true });
    await queries.denied(denied);
    expect(await ask()).toMatchObject({ ok: false, refusal: { reason: 'receipt_not_ready' } });
    expect(await readReceipt({ objects: store, queries }, aRecord().id, SIGNAL)).toMatchObject({
      refusal: { reason: 'issuance_unknown' },
    });
  });
});

const logged = new Set<string>();

describe('a verifier key', () => {
  it('is read as it is written', () => {
    expect(parseVerifier(`${verifierText(SIGNER)}\n`)).toMatchObject({ name: SIGNER.name, kind: 'log' });
  });

  it.each([
    ['another name', verifierText(SIGNER).replace('broker', 'other')],
    ['another id', verifierText(SIGNER).replace(/\+[0-9a-f]{8}\+/, '+00000000+')],
    ['nothing', ''],
  ])('is none with %s', (_, text) => expect(parseVerifier(text)).toBeNull());

  it('of the signed-note specification verifies its note', () => {
    const key = parseVerifier('PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW');
    expect(key).toMatchObject({ name: 'PeterNeumann', kind: 'log' });
  });
});

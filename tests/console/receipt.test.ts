import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { verifyReceipt } from '../../console/receipt.ts';

/** A log of our own, written from RFC 6962 section 2.1 and not from what is tested. */
const sha256 = (...parts: readonly Uint8Array[]): Buffer =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
const leaf = (entry: string): Buffer => sha256(Uint8Array.of(0), Buffer.from(entry));
const half = (count: number): number => 2 ** Math.ceil(Math.log2(count) - 1);

function treeHash(leaves: readonly Buffer[]): Buffer {
  const [only = Buffer.alloc(0)] = leaves;
  if (leaves.length === 1) return only;
  const k = half(leaves.length);
  return sha256(Uint8Array.of(1), treeHash(leaves.slice(0, k)), treeHash(leaves.slice(k)));
}

function path(index: number, leaves: readonly Buffer[]): readonly Buffer[] {
  if (leaves.length === 1) return [];
  const k = half(leaves.length);
  return index < k
    ? [...path(index, leaves.slice(0, k)), treeHash(leaves.slice(k))]
    : [...path(index - k, leaves.slice(k)), treeHash(leaves.slice(0, k))];
}

const pair = generateKeyPairSync('ed25519');
const raw = pair.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
const ORIGIN = 'broker.example.com/ledger';
const tagged = Buffer.concat([Uint8Array.of(1), raw]);
const id = sha256(Buffer.from(`${ORIGIN}\n`), tagged).subarray(0, 4);
const KEY = `${ORIGIN}+${id.toString('hex')}+${tagged.toString('base64')}\n`;

const record = (at: number) => ({ id: `iss_${at}`, claims: { b: [1, null, 'ü'], a: { c: true } } });
const entryOf = (at: number): string => JSON.stringify(record(at));

interface Parts {
  readonly extra: string;
  readonly index: number;
  readonly proof: readonly Buffer[];
  readonly size: number;
  readonly root: Buffer;
  readonly origin: string;
  readonly signature: Buffer;
  readonly more: string;
}

function receiptOf(index: number, size: number, changes: Partial<Parts> = {}): string {
  const leaves = Array.from({ length: size }, (_, at) => leaf(entryOf(at)));
  const parts = { extra: entryOf(index), index, proof: path(index, leaves), size, root: treeHash(leaves), ...changes };
  const origin = changes.origin ?? ORIGIN;
  const text = `${origin}\n${parts.size}\n${parts.root.toString('base64')}\n`;
  const signature = changes.signature ?? sign(null, Buffer.from(text), pair.privateKey);
  const line = `— ${origin} ${Buffer.concat([id, signature]).toString('base64')}\n${changes.more ?? ''}`;
  const hashes = parts.proof.map((hash) => hash.toString('base64'));
  const extra = Buffer.from(parts.extra).toString('base64');
  return ['c2sp.org/tlog-proof@v1', `extra ${extra}`, `index ${parts.index}`, ...hashes, '', `${text}\n${line}`].join(
    '\n',
  );
}

describe('a receipt', () => {
  it.each([1, 2, 3, 7, 8, 13])('holds for every entry of a log of %i (RFC 6962 section 2.1.1)', async (size) => {
    for (let index = 0; index < size; index += 1) {
      const verdict = await verifyReceipt(receiptOf(index, size), KEY, record(index));
      expect(verdict).toEqual({ kind: 'holds', index, size, origin: ORIGIN, others: [], sealed: false });
    }
  });

  it('holds whatever the order of the members, and names who signed too', async () => {
    const { id: name, claims } = record(4);
    const more = `— witness.example.org ${Buffer.alloc(76).toString('base64')}\n`;
    const verdict = await verifyReceipt(receiptOf(4, 9, { more }), KEY, { claims, id: name });
    expect(verdict).toMatchObject({ kind: 'holds', others: ['witness.example.org'] });
  });

  const wrong = Buffer.alloc(32, 7);
  it.each<[string, Partial<Parts>, string]>([
    ['another entry', { extra: '{"id":"iss_4","claims":{}}' }, 'proof'],
    ['another place', { index: 5 }, 'proof'],
    ['a place that there is not', { index: 9 }, 'proof'],
    ['a hash that was altered', { proof: [wrong, wrong, wrong, wrong] }, 'proof'],
    ['a hash too few', { proof: [wrong] }, 'proof'],
    ['another root, which was signed', { root: wrong }, 'proof'],
    ['another size, which was signed', { size: 300 }, 'proof'],
    ['a signature that is none', { signature: Buffer.alloc(64) }, 'signature'],
    ['another log', { origin: 'other.example/ledger' }, 'key'],
    ['a line that is no signature', { more: 'x\n' }, 'receipt'],
  ])('does not hold with %s', async (_, changes, what) => {
    expect(await verifyReceipt(receiptOf(4, 9, changes), KEY, record(4))).toEqual({ kind: 'broken', what });
  });

  it('does not hold for another record than the one that is shown', async () => {
    const { id: name, claims } = record(4);
    for (const shown of [{ id: name }, { id: name, claims: { ...claims, a: { c: false } } }, [name]]) {
      expect(await verifyReceipt(receiptOf(4, 9), KEY, shown)).toEqual({ kind: 'broken', what: 'record' });
    }
  });

  it.each([
    ['no key', ''],
    ['an id that is not of the key', KEY.replace(id.toString('hex'), '00000000')],
    [
      'a key of another kind',
      KEY.replace(tagged.toString('base64'), Buffer.concat([Uint8Array.of(4), raw]).toString('base64')),
    ],
  ])('does not hold under %s', async (_, key) => {
    expect(await verifyReceipt(receiptOf(4, 9), key, record(4))).toEqual({ kind: 'broken', what: 'key' });
  });

  it.each(['', 'nothing', 'c2sp.org/tlog-proof@v1\nindex 0\n\nx'])(
    'is told apart from what is none: %j',
    async (text) => {
      expect(await verifyReceipt(text, KEY, record(0))).toEqual({ kind: 'broken', what: 'receipt' });
    },
  );
});

describe('a receipt of a sealed entry', () => {
  const person = { id: 'iss_4', connection: 'okta', client: null, subject: 'ada', principal: 'Ada', actor: null };
  const shown = {
    ...person,
    claims: { team: 'web' },
    intent: 'roll',
    scope: 'deploy',
    request: { id: 'r', sourceIp: '::1' },
  };
  const pseudonym = { subject: 'sub_1', principal: 'sub_1' };
  const bare = { claims: {}, intent: null, request: { id: 'r', sourceIp: '', userAgent: null } };
  const boxes = { format: 2, sealed: [{ as: 'subject', key: 'sub_1', data: 'AAAA' }] };
  const plain = { ...shown, request: { ...shown.request, userAgent: 'curl' } };
  const entry = { ...shown, ...pseudonym, ...bare, ...boxes };
  const receipt = (json: object): string => {
    const extra = JSON.stringify(json);
    return receiptOf(0, 1, { extra, root: leaf(extra) });
  };

  it('holds for its record, and says that what is a person’s was not compared', async () => {
    expect(await verifyReceipt(receipt(entry), KEY, plain)).toMatchObject({ kind: 'holds', sealed: true });
  });

  it('holds for a record in which somebody was erased, sealed or not', async () => {
    const erased = { ...plain, ...bare, subject: 'sub_1', principal: 'erased', erased: ['subject'] };
    for (const one of [entry, plain]) {
      expect(await verifyReceipt(receipt(one), KEY, erased)).toMatchObject({ kind: 'holds', sealed: true });
    }
  });

  it.each([
    ['another scope', { scope: 'root' }],
    ['another connection', { connection: 'entra' }],
    ['another actor', { actor: { subject: 'eve' } }],
    ['somebody who was not erased there', { approval: { approver: { subject: 'eve' } } }],
  ])('does not hold for a record with %s', async (_, changes) => {
    const verdict = await verifyReceipt(receipt(entry), KEY, { ...plain, ...changes });
    expect(verdict).toEqual({ kind: 'broken', what: 'record' });
  });

  it('does not hold for another person in a record that is not sealed', async () => {
    const verdict = await verifyReceipt(receipt(plain), KEY, { ...plain, principal: 'Eve' });
    expect(verdict).toEqual({ kind: 'broken', what: 'record' });
  });
});

import { describe, expect, it } from '@jest/globals';
import { entryOf } from '../../lib/archive/entry.ts';
import { consistencyProof, type Hash, leafHash, rootOf, type TreeHead } from '../../lib/archive/merkle.ts';
import { isSigned, parseCheckpoint, signCheckpoint, signerOf } from '../../lib/archive/note.ts';
import { nodesOf } from '../../lib/archive/tiles.ts';
import { addCheckpoint, type WitnessPorts } from '../../lib/archive/witness.ts';
import { witnessClient } from '../../lib/archive/witness-client.ts';
import type { Fetcher } from '../../lib/ports/documents.ts';
import { aRecord, NINE } from '../ledger/a-record.ts';
import { aLog, idsIn, SIGNAL, SIGNER, someEntries } from './a-log.ts';
import { memoryObjects } from './memory-objects.ts';

const WITNESS = signerOf('w'.repeat(64), 'witness.example.com', 'witness');

/** A witness in memory; of two writes at once one wins. */
function aWitness(): WitnessPorts & { readonly seen: Map<string, TreeHead> } {
  const seen = new Map<string, TreeHead>();
  return {
    seen,
    logs: [SIGNER],
    signer: WITNESS,
    clock: { now: () => NINE },
    store: {
      read: async (origin) => seen.get(origin) ?? null,
      write: async (origin, next, before) => {
        if ((seen.get(origin)?.size ?? null) !== before) return 'conflict';
        seen.set(origin, next);
        return 'written';
      },
    },
  };
}

const entries = Array.from({ length: 600 }, () => entryOf(aRecord()));
const hashes = entries.map(({ bytes }) => leafHash(bytes));
const note = (size: number, root: Hash = rootOf(hashes.slice(0, size))): string =>
  signCheckpoint({ origin: SIGNER.name, size, root }, SIGNER);
const store = memoryObjects();
await aLog(store).append(entries, null, SIGNAL);

/** add-checkpoint with the proof that a log of 600 records has; `size` at most that. */
async function request(old: number, size: number, text = note(size)): Promise<string> {
  const read = async (height: number, index: number): Promise<Hash> =>
    rootOf(hashes.slice(index * 2 ** height, Math.min(size, (index + 1) * 2 ** height)));
  const proof = old > size ? [] : await consistencyProof(read, old, size);
  return `old ${old}\n${proof.map((hash) => `${Buffer.from(hash).toString('base64')}\n`).join('')}\n${text}`;
}

describe('a witness', () => {
  it('cosigns each checkpoint that begins with all of the one before', async () => {
    const witness = aWitness();
    for (const [old, size] of [
      [0, 0],
      [0, 1],
      [1, 256],
      [256, 257],
      [257, 512],
      [512, 599],
      [599, 599],
      [599, 600],
    ] as const) {
      const { status, body } = await addCheckpoint(witness, await request(old, size), SIGNAL);
      const checkpoint = parseCheckpoint(note(size))?.checkpoint;
      expect([old, size, status]).toEqual([old, size, 200]);
      expect(checkpoint !== undefined && isSigned(checkpoint, [body.trimEnd()], WITNESS)).toBe(true);
    }
  });

  it.each([
    ['a rollback', 600, 599, note(599), 400],
    ['a rollback that claims to be the first', 0, 599, note(599), 409],
    ['a fork at the same size', 600, 600, note(600, leafHash(Buffer.from('x'))), 422],
    ['a fork that goes on', 600, 600, note(601, leafHash(Buffer.from('x'))), 422],
    ['a log that it does not know', 600, 600, note(600).replaceAll(SIGNER.name, 'other'), 404],
    ['another signature', 600, 600, note(600).replace(/— (\S+) (\S{20})./, '— $1 $2_'), 400],
    ['what is signed by another key', 600, 600, '', 403],
    ['no checkpoint at all', 600, 600, 'hello', 400],
  ])('does not cosign %s', async (_, old, size, text, status) => {
    const witness = aWitness();
    await addCheckpoint(witness, await request(0, 600), SIGNAL);
    const stranger = signerOf('y'.repeat(64), SIGNER.name, 'log');
    const given = text === '' ? signCheckpoint({ origin: SIGNER.name, size, root: rootOf(hashes) }, stranger) : text;
    const answer = await addCheckpoint(witness, await request(old, size, given), SIGNAL);
    expect(answer).toMatchObject({ status });
    expect(answer.body).not.toContain('—');
    expect(witness.seen.get(SIGNER.name)?.size).toBe(600);
  });

  it('of two checkpoints at once cosigns one', async () => {
    const witness = aWitness();
    const both = [await request(0, 10), await request(0, 20)].map((body) => addCheckpoint(witness, body, SIGNAL));
    const statuses = (await Promise.all(both)).map(({ status }) => status).sort();
    expect(statuses).toEqual([200, 409]);
  });
});

describe('the log with a witness', () => {
  const fetcherOf = (witness: WitnessPorts | null): Fetcher => ({
    fetch: async ({ body = '' }) => {
      if (witness === null) return { ok: false, problem: 'network', cause: 'down' };
      const answer = await addCheckpoint(witness, body, SIGNAL);
      return { ok: true, status: answer.status, headers: {}, body: Buffer.from(answer.body) };
    },
  });

  function aWitnessedLog(witness: WitnessPorts | null) {
    const said: string[] = [];
    const lines = { info: () => {}, error: (event: string) => void said.push(event) };
    const client = witnessClient({ fetcher: fetcherOf(witness), url: 'https://w.example', key: WITNESS, lines });
    const objects = memoryObjects();
    return {
      objects,
      said,
      append: (count: number) => aLog(objects, { witness: client }).append(someEntries(count), null, SIGNAL),
    };
  }

  const isWitnessed = ({ bodies }: { readonly bodies: ReadonlyMap<string, Uint8Array> }): boolean => {
    const read = parseCheckpoint(Buffer.from(bodies.get('checkpoint') ?? '').toString('utf8'));
    return read !== null && isSigned(read.checkpoint, read.lines, WITNESS);
  };

  it('has its cosignature in every checkpoint, also by a writer that knows nothing of those before', async () => {
    const witness = aWitness();
    const { objects, said, append } = aWitnessedLog(witness);
    for (const count of [3, 300, 1]) {
      await append(count);
      expect(isWitnessed(objects)).toBe(true);
    }
    const lines = { info: () => {}, error: (event: string) => void said.push(event) };
    const another = witnessClient({ fetcher: fetcherOf(witness), url: 'https://w.example/', key: WITNESS, lines });
    await aLog(objects, { witness: another }).append(someEntries(2), null, SIGNAL);
    expect([isWitnessed(objects), said]).toEqual([true, []]);
  });

  it('goes on without it, and says so', async () => {
    const { objects, said, append } = aWitnessedLog(null);
    await append(3);
    expect([isWitnessed(objects), (await idsIn(objects)).length]).toEqual([false, 3]);
    expect(said).toContain('unwitnessed');
  });

  it('is refused where it was forked, and says so', async () => {
    const witness = aWitness();
    await aWitnessedLog(witness).append(5);
    const fork = aWitnessedLog(witness);
    await fork.append(7);
    expect([isWitnessed(fork.objects), fork.said.at(-1)]).toEqual([false, 'unwitnessed']);
  });
});

it('a proof of consistency out of tiles is the one of the entries', async () => {
  const proof = await consistencyProof(nodesOf(store, 600, SIGNAL), 300, 600);
  const lines = proof.map((hash) => `${Buffer.from(hash).toString('base64')}\n`).join('');
  expect(await request(300, 600)).toBe(`old 300\n${lines}\n${note(600)}`);
});

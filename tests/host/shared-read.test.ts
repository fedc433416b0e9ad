import { describe, expect, it } from '@jest/globals';
import { awaitShared, type SharedRead } from '../../lib/host/shared-read.ts';
import { Fault } from '../../lib/outcome.ts';

const late = (cause: unknown) => new Fault('secrets', 'late', { cause });
const forever = new AbortController().signal;
const down = new Error('down');

/** Reads in the order in which they are asked for; how many were. */
function reads(...each: SharedRead<string>[]) {
  let asked = 0;
  const read = (): SharedRead<string> => {
    const next = each[asked];
    asked += 1;
    if (next === undefined) throw new Error('nobody else is asked');
    return next;
  };
  return { read, asked: () => asked };
}

const own = (result: Promise<string>): SharedRead<string> => ({ result, whose: 'own' });
const joined = (result: Promise<string>): SharedRead<string> => ({ result, whose: 'joined' });

describe('a read that several callers share', () => {
  it.each([
    ['own', own],
    ['joined', joined],
  ])('is what it gave, asked for once: %s', async (_, whose) => {
    const { read, asked } = reads(whose(Promise.resolve('x')));
    expect([await awaitShared(read, forever, late), asked()]).toEqual(['x', 1]);
  });

  it('that was under way when the caller came, and failed, is asked for once more', async () => {
    const { read, asked } = reads(joined(Promise.reject(down)), own(Promise.resolve('well again')));
    expect([await awaitShared(read, forever, late), asked()]).toEqual(['well again', 2]);
  });

  it('that the caller began itself, and failed, is its failure', async () => {
    const { read, asked } = reads(own(Promise.reject(down)));
    await expect(awaitShared(read, forever, late)).rejects.toBe(down);
    expect(asked()).toBe(1);
  });

  it('fails where the second one does, whosever that is', async () => {
    const { read, asked } = reads(joined(Promise.reject(new Error('older'))), joined(Promise.reject(down)));
    await expect(awaitShared(read, forever, late)).rejects.toBe(down);
    expect(asked()).toBe(2);
  });

  it('is not waited for longer than the deadline allows, and then not asked for again', async () => {
    const deadline = new AbortController();
    const { read, asked } = reads(joined(new Promise(() => undefined)));
    const waiting = awaitShared(read, deadline.signal, late);
    deadline.abort();
    await expect(waiting).rejects.toMatchObject({ dependency: 'secrets', message: 'late' });
    expect(asked()).toBe(1);
  });
});

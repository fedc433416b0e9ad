import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { composeId, firstIdAt, idMovedTo, issuanceId, lastIdAt, parseIssuanceId } from '../../lib/ledger/id.ts';
import { epochMilliseconds } from '../../lib/time.ts';
import { countingRandom, NINE } from './a-record.ts';

const times = fc.integer({ min: 0, max: 2 ** 48 - 1 }).map(epochMilliseconds);
const tails = fc.uint8Array({ minLength: 10, maxLength: 10 });

describe('an issuance id', () => {
  it('is iss_ and 26 characters: ten of time and sixteen of randomness', () => {
    expect(issuanceId(epochMilliseconds(1), countingRandom(31))).toBe('iss_0000000001000000000000000Z');
    expect(composeId(epochMilliseconds(2 ** 48 - 1), new Uint8Array(10).fill(255))).toBe(
      'iss_7ZZZZZZZZZZZZZZZZZZZZZZZZZ',
    );
  });

  it('is a valid RoleSessionName', () => {
    fc.assert(fc.property(times, tails, (time, tail) => /^[\w+=,.@-]{2,64}$/.test(composeId(time, tail))));
  });

  it('says its time again', () => {
    fc.assert(fc.property(times, tails, (time, tail) => parseIssuanceId(composeId(time, tail))?.time === time));
  });

  it('sorts as its time does', () => {
    fc.assert(
      fc.property(times, times, tails, tails, (a, b, tailA, tailB) => {
        fc.pre(a < b);
        return composeId(a, tailA) < composeId(b, tailB);
      }),
    );
  });

  it('lies between the first and the last id of its millisecond', () => {
    fc.assert(
      fc.property(times, tails, (time, tail) => {
        const id = composeId(time, tail);
        return firstIdAt(time) <= id && id <= lastIdAt(time);
      }),
    );
  });

  it('keeps its tail when it is moved to another time', () => {
    const id = issuanceId(NINE, countingRandom(7));
    const moved = idMovedTo(id, epochMilliseconds(NINE + 1));
    expect(moved.slice(-16)).toBe(id.slice(-16));
    expect(parseIssuanceId(moved)?.time).toBe(NINE + 1);
  });

  it.each([
    ['a negative time', -1],
    ['a time beyond 48 bits', 2 ** 48],
    ['a fraction of a millisecond', 0.5],
    ['no number', Number.NaN],
  ])('cannot have %s', (_, time) => {
    expect(() => issuanceId(epochMilliseconds(time), countingRandom())).toThrow(RangeError);
  });

  it('cannot have fewer than 80 random bits', () => {
    expect(() => composeId(NINE, new Uint8Array(9))).toThrow(RangeError);
  });
});

describe('a text is no issuance id', () => {
  const id = issuanceId(NINE, countingRandom(1_000_000));

  it('unless it is one', () => {
    expect(parseIssuanceId(id)).not.toBeNull();
  });

  it.each([
    ['with another prefix', id.replace('iss_', 'iss-')],
    ['without its prefix', id.slice(4)],
    ['with a character less', id.slice(0, -1)],
    ['with a character more', `${id}0`],
    ['with a final newline', `${id}\n`],
    ['in lower case', id.toLowerCase()],
    ['with an I', `${id.slice(0, -1)}I`],
    ['with an L', `${id.slice(0, -1)}L`],
    ['with an O', `${id.slice(0, -1)}O`],
    ['with a U', `${id.slice(0, -1)}U`],
    ['with a time beyond 48 bits', `iss_8${id.slice(5)}`],
    ['when it is empty', ''],
  ])('%s', (_, text) => {
    expect(parseIssuanceId(text)).toBeNull();
  });
});

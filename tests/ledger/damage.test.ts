import { describe, expect, it } from '@jest/globals';
import { isJsonObject, type JsonObject, type JsonValue } from '../../lib/json.ts';
import { fromJson, toJson } from '../../lib/ledger/json.ts';
import { aRecord } from './a-record.ts';

const json: JsonObject = toJson(aRecord());

/** The record as it was written, with this in place of what stands at the path. */
function damagedAt(path: readonly string[], value: JsonValue): JsonValue {
  const [name = '', ...rest] = path;
  const set = (of: JsonValue | undefined, [next, ...more]: readonly string[]): JsonValue =>
    next === undefined
      ? value
      : { ...(isJsonObject(of) ? of : {}), [next]: set(isJsonObject(of) ? of[next] : undefined, more) };
  return set(json, [name, ...rest]);
}

describe('a record of the ledger that is not as it was written', () => {
  it('is read back where it is', () => {
    expect(toJson(fromJson(json))).toEqual(json);
  });

  it.each([
    [['id'], 1],
    [['scope'], null],
    [['principal'], {}],
    [['time'], 5],
    [['time'], 'yesterday'],
    [['proof'], null],
    [['proof', 'expires'], 'never'],
    [['proof', 'expires'], 12],
    [['credential'], { expires: 'never' }],
    [['credential'], {}],
    [['actor'], { proof: null }],
    [['actor'], { proof: { expires: 'never' } }],
  ] as [string[], JsonValue][])('is damage at %j: %j', (path, value) => {
    expect(() => fromJson(damagedAt(path, value))).toThrow(expect.objectContaining({ dependency: 'ledger' }));
  });

  it.each([null, 'text', 3, []])('is damage where it is %j', (value) => {
    expect(() => fromJson(value)).toThrow(expect.objectContaining({ dependency: 'ledger' }));
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseFetchedJson, parseStrictJson } from '../../lib/identity/strict-json.ts';

const read = (text: string | Uint8Array, maxBytes = 100_000) => parseStrictJson(Buffer.from(text), { maxBytes });

describe('a JSON object that every reader takes alike', () => {
  it.each([
    ['members', '{"a":1,"b":"x","c":[null,true,{"a":2}]}', { a: 1, b: 'x', c: [null, true, { a: 2 }] }],
    ['one name at several levels', '{"a":{"a":{"a":1}}}', { a: { a: { a: 1 } } }],
    [
      'one name in two objects of a list',
      '[{"a":1},{"a":1}]'.replace(/^/, '{"x":').concat('}'),
      { x: [{ a: 1 }, { a: 1 }] },
    ],
    ['a name again behind an object that ends with a text', '{"x":{"a":"1"},"a":"2"}', { x: { a: '1' }, a: '2' }],
    ['a name again behind an object that ends with a number', '{"x":{"a":1},"a":2}', { x: { a: 1 }, a: 2 }],
    ['a value that looks like a name', '{"a":"a","b":["a","a"]}', { a: 'a', b: ['a', 'a'] }],
    [
      'quotes, braces and colons in strings',
      '{"a\\"b":"{\\"a\\":1,\\"a\\":2}","c":"\\\\"}',
      { 'a"b': '{"a":1,"a":2}', c: '\\' },
    ],
    ['a surrogate pair', '{"a":"\\ud83d\\ude00"}', { a: '\u{1f600}' }],
    ['blanks everywhere', ' { "a" : 1 , "b" : 2 } \n', { a: 1, b: 2 }],
    ['the largest double', '{"a":1.7976931348623157e308}', { a: Number.MAX_VALUE }],
    ['a double that is small for its nought', '{"a":0.01e310}', { a: 1e308 }],
    ['an empty object', '{}', {}],
  ])('has %s', (_name, text, value) => {
    expect(read(text)).toEqual(value);
  });

  it('keeps __proto__ a member like any other', () => {
    const value = read('{"__proto__":{"admin":true}}');
    expect(Object.hasOwn(value ?? {}, '__proto__')).toBe(true);
    expect(value?.['admin']).toBeUndefined();
  });

  it.each([
    ['a name twice', '{"a":1,"a":1}'],
    ['a name twice, blanks before the colon', '{"a" :1,"a"\n:1}'],
    ['a name twice, once escaped', '{"a":1,"\\u0061":1}'],
    ['a name twice, escaped in two ways', '{"/":1,"\\/":1}'],
    ['__proto__ twice', '{"__proto__":1,"__proto__":2}'],
    ['a name twice after a nested object', '{"a":{"b":1},"b":2,"a":3}'],
    ['a byte order mark', '\ufeff{}'],
    ['a lone surrogate', '{"a":"\\udead"}'],
    ['a reversed surrogate pair', '{"a":"\\ude00\\ud83d"}'],
    ['a number over the range of doubles', '{"a":1e309}'],
    ['a negative number over it', '{"a":[-1e400]}'],
    ['a number over it that begins with nine', '{"a":9e999}'],
    ['a number over it that begins with nought', '{"a":0.1e400}'],
    ['a list', '[]'],
    ['a string', '"a"'],
    ['null', 'null'],
    ['two values', '{}{}'],
    ['nothing', ''],
    ['a control character in a string', '{"a":"\u0001"}'],
    ['single quotes', "{'a':1}"],
    ['a final comma', '{"a":1,}'],
  ])('is not what has %s', (_name, text) => {
    expect(read(text)).toBeNull();
  });

  it.each([
    ['bytes that are no UTF-8', [0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]],
    ['an overlong slash', [0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d]],
    ['an encoded surrogate', [0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d]],
  ])('is not what has %s (RFC 3629 section 3)', (_name, bytes) => {
    expect(read(Uint8Array.from(bytes))).toBeNull();
  });

  it('is at most 32 levels deep', () => {
    const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
    expect(read(nested(32))).not.toBeNull();
    expect(read(nested(33))).toBeNull();
    expect(read(`{"a":${'['.repeat(31)}${']'.repeat(31)}}`)).not.toBeNull();
    expect(read(`{"a":${'['.repeat(32)}${']'.repeat(32)}}`)).toBeNull();
  });

  it('is at most as long as asked for', () => {
    expect(read('{"a":1}', 7)).toEqual({ a: 1 });
    expect(read('{"a":1}', 6)).toBeNull();
  });

  it('is what JSON.stringify writes, always', () => {
    const well = fc.string({ unit: 'grapheme' });
    const value = fc.dictionary(
      well,
      fc.oneof(well, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.array(well)),
    );
    fc.assert(
      fc.property(value, (object) => {
        expect(read(JSON.stringify(object))).toEqual(JSON.parse(JSON.stringify(object)));
      }),
    );
  });

  it('is never what has a member written twice, wherever', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 0, max: 10 }), (name, depth) => {
        const twice = `{${JSON.stringify(name)}:1,"other${name.length}":2,${JSON.stringify(name)}:1}`;
        expect(read(`${'{"x":['.repeat(depth)}${twice}${']}'.repeat(depth)}`)).toBeNull();
      }),
    );
  });

  it('takes time in proportion to its size', () => {
    const hostile = `{"a":"${'\\\\'.repeat(200_000)}","b":${'9'.repeat(300)}}`;
    const before = performance.now();
    expect(read(hostile, 1_000_000)).not.toBeNull();
    expect(performance.now() - before).toBeLessThan(500);
  });
});

describe('a JSON object that was fetched', () => {
  it.each([
    ['the mark within its bytes', '\ufeff{}', 5, {}],
    ['the mark a byte over them', '\ufeff{}', 4, null],
    ['no mark', '{}', 2, {}],
    ['two marks', '\ufeff\ufeff{}', 8, null],
    ['another sign in place of the mark', '\ufefe{}', 5, null],
  ])(
    'may have one byte order mark in front, which counts (RFC 8259 section 8.1): %s',
    (_name, text, maxBytes, value) => {
      expect(parseFetchedJson(Buffer.from(text), { maxBytes })).toEqual(value);
    },
  );
});

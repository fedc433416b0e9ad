/** Values of conditions, each read by itself: what is one, what it is, and where it ends. */
import { describe, expect, it } from '@jest/globals';
import { inAddressRange, parseAddress, parseRange } from '../../lib/policy/address.ts';
import { actorClaim, isActorKey, isConditionKey, nearKey, subjectClaim } from '../../lib/policy/condition-keys.ts';
import { compareDecimals, parseDecimal } from '../../lib/policy/decimal.ts';
import { Unavailable } from '../../lib/policy/decision.ts';
import { ANY, STAR } from '../../lib/policy/glob.ts';
import { parseInstant } from '../../lib/policy/instant.ts';
import { quantified } from '../../lib/policy/quantifier.ts';
import { scalarText } from '../../lib/policy/scalar.ts';
import { foldAscii, hasWildcard, readPattern, readText } from '../../lib/policy/string-values.ts';

const SECOND = 1_000_000_000_000n;

describe('an instant', () => {
  it.each<[string, bigint]>([
    ['0', 0n],
    ['-0', 0n],
    ['1', SECOND],
    ['-1', -SECOND],
    ['1.5', (SECOND * 3n) / 2n],
    ['-1.5', (-SECOND * 3n) / 2n],
    ['0.000000000001', 1n],
    ['253402300799', 253_402_300_799n * SECOND],
    ['253402300799.999999999999', 253_402_300_800n * SECOND - 1n],
    ['-62167219200', -62_167_219_200n * SECOND],
    ['1970-01-01T00:00:01Z', SECOND],
    ['1969-12-31T23:59:59Z', -SECOND],
    ['1970-01-01T01:00:00.25+01:00', SECOND / 4n],
    ['1970-01', 0n],
    ['0000-01-01', -62_167_219_200n * SECOND],
  ])('is %s', (text, expected) => {
    expect(parseInstant(text)).toBe(expected);
  });

  it.each([
    ...['', '+1', '01', '1.', '.5', '1e3', '1.0000000000001', ' 1', '1 '],
    ...['253402300800', '-62167219201', '1000000000000', '-1000000000000'],
    ...['1970-1-1', '1970-01-01T00:00:00', '9999-12-31T23:59:59-00:01'],
  ])('is not %j', (text) => {
    expect(parseInstant(text)).toBeNull();
  });

  it('of four digits is seconds, not a year', () => {
    expect(parseInstant('1970')).toBe(1_970n * SECOND);
  });
});

describe('a number', () => {
  it.each([
    ['0', false, '', 0],
    ['-0.00', false, '', 0],
    ['1', false, '1', 1],
    ['-120', true, '12', 3],
    ['0.0012', false, '12', -2],
    ['10.50', false, '105', 2],
    ['1e3', false, '1', 4],
    ['1E-3', false, '1', -2],
    ['1e+2', false, '1', 3],
    ['9007199254740993', false, '9007199254740993', 16],
  ])('is %s', (text, negative, digits, exponent) => {
    expect(parseDecimal(text)).toEqual({ negative, digits, exponent });
  });

  it.each(['', '+1', '01', '1.', '.5', '0x1', '1e', '1e1234567', ' 1', '1\n', '١', 'NaN', 'Infinity', '-'])(
    'is not %j',
    (text) => {
      expect(parseDecimal(text)).toBeNull();
    },
  );

  it.each([
    ['-10', '-9', -1],
    ['-1', '0', -1],
    ['0', '0.0', 0],
    ['0', '1', -1],
    ['-1', '1', -1],
    ['9', '10', -1],
    ['0.1', '0.01', 1],
    ['1.5', '1.50', 0],
    ['1.49', '1.5', -1],
    ['-1.49', '-1.5', 1],
    ['-100', '-1e2', 0],
    ['1e-2', '1e2', -1],
    ['0', '0.05', -1],
    ['-0.05', '0', -1],
    ['-0.5', '-0.05', -1],
    ['-1.5', '-1.49', -1],
  ])('%s beside %s is %d', (a, b, sign) => {
    const [one, other] = [parseDecimal(a), parseDecimal(b)];
    if (one === null || other === null) throw new TypeError('no number');
    expect(Math.sign(compareDecimals(one, other))).toBe(sign);
    expect(Math.sign(compareDecimals(other, one))).toBe(sign === 0 ? 0 : -sign);
  });
});

describe('an address', () => {
  it.each([
    ['0.0.0.1', 4, 1n],
    ['1.2.3.4', 4, 0x01020304n],
    ['255.255.255.255', 4, 0xffffffffn],
    ['::', 6, 0n],
    ['::1', 6, 1n],
    ['1::', 6, 1n << 112n],
    ['1:2:3:4:5:6:7:8', 6, 0x00010002000300040005000600070008n],
    ['1::8', 6, (1n << 112n) | 8n],
    ['::ffff:1.2.3.4', 6, 0xffff01020304n],
    ['64:ff9b::0.0.1.2', 6, (0x64n << 112n) | (0xff9bn << 96n) | 0x102n],
  ] as const)('is %s', (text, family, bits) => {
    expect(parseAddress(text)).toEqual({ family, bits });
  });

  it.each(['', '1.2.3', '1.2.3.4.5', '01.2.3.4', '256.1.1.1', '1.2.3.4/32', 'fe80::1%eth0', ':::', '1::2::3', 'host'])(
    'is not %j',
    (text) => {
      expect(parseAddress(text)).toBeNull();
    },
  );

  it.each([
    ['10.0.0.0/8', '10.255.255.255', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['10.1.2.3/8', '10.9.9.9', true],
    ['0.0.0.0/0', '255.1.1.1', true],
    ['1.2.3.4', '1.2.3.4', true],
    ['1.2.3.4', '1.2.3.5', false],
    ['1.2.3.4/32', '1.2.3.5', false],
    ['1.2.3.4/31', '1.2.3.5', true],
    ['::/0', '::1', true],
    ['::1', '::1', true],
    ['::1/127', '::', true],
    ['::1/128', '::', false],
    ['2001:db8::/32', '2001:db8:ffff::1', true],
    ['2001:db8::/32', '2001:db9::1', false],
    ['0.0.0.0/0', '::1', false],
    ['::/0', '1.2.3.4', false],
    ['::ffff:0:0/96', '::ffff:1.2.3.4', true],
  ])('%s has %s: %s', (range, text, expected) => {
    const [of, address] = [parseRange(range), parseAddress(text)];
    if (of === null || address === null) throw new TypeError('no address');
    expect(inAddressRange(address, of)).toBe(expected);
  });

  it.each([
    '',
    '/8',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/08',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '::/129',
    '::/1000',
    'x/8',
  ])('is in no range %j', (text) => {
    expect(parseRange(text)).toBeNull();
  });
});

describe('a single value', () => {
  it.each([
    ['a', 'a'],
    ['', ''],
    [true, 'true'],
    [false, 'false'],
    [0, '0'],
    [-1.5, '-1.5'],
    [Number.MAX_SAFE_INTEGER, '9007199254740991'],
    [-Number.MAX_SAFE_INTEGER, '-9007199254740991'],
  ] as const)('is %j', (value, text) => {
    expect(scalarText(value)).toBe(text);
  });

  it.each([
    [null],
    [[]],
    [['a']],
    [{}],
    [undefined],
    [Number.MAX_SAFE_INTEGER + 1],
    [-Number.MAX_SAFE_INTEGER - 1],
    [new Unavailable('claim_withheld')],
  ])('is not %j', (value) => {
    expect(scalarText(value)).toBeNull();
  });

  const isA = (text: string) => (text === 'x' ? ('condition_error' as const) : text === 'a');
  it.each([
    ['one', 'a', true],
    ['one', 'b', false],
    ['one', 'x', 'condition_error'],
    ['one', ['a'], 'condition_error'],
    ['any', 'a', true],
    ['any', ['b', 'a'], true],
    ['any', ['b'], false],
    ['any', ['x', 'a'], true],
    ['any', ['x', 'b'], 'condition_error'],
    ['any', ['a', null], 'condition_error'],
    ['all', ['a', 'a'], true],
    ['all', ['a', 'b'], false],
    ['all', ['x', 'b'], false],
    ['all', ['a', 'x'], 'condition_error'],
    ['all', ['a', ['a']], 'condition_error'],
    ['all', { a: 1 }, 'condition_error'],
  ] as const)('tested by %s: %j is %s', (quantifier, value, expected) => {
    expect(quantified(quantifier, isA)(JSON.parse(JSON.stringify(value)))).toBe(expected);
  });
});

describe('a string of a condition', () => {
  const at = (text: string): number => text.codePointAt(0) ?? 0;
  it.each([
    ['a*?', [at('a'), STAR, ANY], 'a*?', true],
    ['${*}${?}${$}', [at('*'), at('?'), at('$')], '*?$', false],
    ['a${*}*', [at('a'), at('*'), STAR], 'a**', true],
    ['$a', [at('$'), at('a')], '$a', false],
    ['', [], '', false],
    ['😀', [at('😀')], '😀', false],
  ])('%j is a pattern, a text, and may be meant as a wildcard', (value, pattern, text, wildcard) => {
    expect(readPattern(value)).toEqual(pattern);
    expect(readText(value)).toBe(text);
    expect(hasWildcard(value)).toBe(wildcard);
  });

  it.each(['${', '${a}', '${aws:username}', 'a${*}${b}', '${**}'])('with another variable is none: %s', (value) => {
    expect([readPattern(value), readText(value), hasWildcard(value)]).toEqual([null, null, false]);
  });

  it('is folded from A to Z and no further', () => {
    expect(foldAscii('AZaz[@`{ÄÖİ')).toBe('azaz[@`{ÄÖİ');
  });
});

describe('a condition key', () => {
  it.each([
    ...['principal', 'connection', 'client', 'actor.connection', 'actor.client'],
    ...['request.sourceIp', 'request.time', 'request.duration', 'claims.x', 'claims.a.b', 'actor.claims.x'],
  ])('is %s', (key) => {
    expect(isConditionKey(key)).toBe(true);
  });

  it.each([
    '',
    'claims.',
    'actor.claims.',
    'Claims.x',
    'claims',
    'actor',
    'actor.',
    'request',
    'request.ip',
    'sub',
    'actor.principal',
  ])('is not %j', (key) => {
    expect(isConditionKey(key)).toBe(false);
  });

  it.each([
    ['sub', 'claims.sub'],
    ['act', 'claims.act'],
    ['clie', 'client'],
    ['conection', 'connection'],
    ['CLAIM.a.b', 'claims.a.b'],
    ['actor.claim.x', 'actor.claims.x'],
    ['xclaims.y', 'claims.xclaims.y'],
    ['claim.', 'claims.claim.'],
  ])('is near %s: %s', (key, near) => {
    expect(nearKey(key)).toBe(`did you mean ${near}?`);
  });

  it('names a claim exactly, of the subject or of the actor', () => {
    expect([subjectClaim('claims.a.b'), subjectClaim('actor.claims.a'), subjectClaim('claims.')]).toEqual([
      'a.b',
      null,
      null,
    ]);
    expect([actorClaim('actor.claims.a.b'), actorClaim('claims.a')]).toEqual(['a.b', null]);
    expect([isActorKey('actor.client'), isActorKey('actor.claims.x'), isActorKey('client')]).toEqual([
      true,
      true,
      false,
    ]);
  });
});

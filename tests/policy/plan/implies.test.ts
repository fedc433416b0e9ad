import { describe, expect, it } from '@jest/globals';
import type { Atom, Test } from '../../../lib/policy/plan/atoms.ts';
import { isWithin, narrowerBy } from '../../../lib/policy/plan/implies.ts';

const atom = (more: Partial<Atom> = {}): Atom => ({ connection: null, client: null, actor: null, tests: [], ...more });
const on = (operator: string, ...values: string[]): Test => ({ operator, key: 'k', values });
const within = (narrow: Test, wide: Test): boolean =>
  isWithin(atom({ tests: [narrow] }), atom({ tests: [wide] }), 'allow');

/** The first implies the second; not the other way round. */
const narrower: readonly [string, Test, Test][] = [
  ['one value, of two', on('StringEquals', 'a'), on('StringEquals', 'a', 'b')],
  ['a text, of a pattern', on('StringEquals', 'ab'), on('StringLike', 'a*')],
  ['a pattern, of a wider one', on('StringLike', 'ab*'), on('StringLike', 'a*')],
  ['a text, of the same in any case', on('StringEquals', 'a'), on('StringEqualsIgnoreCase', 'A')],
  ['more that is ruled out, of less', on('StringNotEquals', 'a', 'b'), on('StringNotEquals', 'a')],
  ['a pattern that is ruled out, of one within it', on('StringNotLike', 'a*'), on('StringNotLike', 'ab*')],
  ['a number, of a bound', on('NumericEquals', '5'), on('NumericLessThan', '6')],
  ['below, of a higher bound', on('NumericLessThan', '5'), on('NumericLessThan', '6')],
  ['at most, of a higher bound', on('NumericLessThanEquals', '5'), on('NumericLessThanEquals', '6')],
  ['above, of a lower bound', on('NumericGreaterThan', '6'), on('NumericGreaterThan', '5')],
  ['at least, of a lower bound', on('NumericGreaterThanEquals', '6'), on('NumericGreaterThanEquals', '5')],
  ['before, of a later day', on('DateLessThan', '2026-01-01T00:00:00Z'), on('DateLessThan', '2026-01-02T00:00:00Z')],
  [
    'after, of an earlier day in seconds',
    on('DateGreaterThan', '2026-01-02T00:00:00Z'),
    on('DateGreaterThan', '1767225600'),
  ],
  ['a day, of a bound', on('DateEquals', '2026-01-01T00:00:00Z'), on('DateLessThan', '2026-01-02T00:00:00Z')],
  ['before a day, of the next', on('DateLessThan', '2026-01-01'), on('DateLessThan', '2026-01-02')],
  ['after seconds, of an earlier day', on('DateGreaterThan', '1767312000'), on('DateGreaterThan', '2026-01-01')],
  ['below zero, of a higher bound', on('NumericLessThan', '-5'), on('NumericLessThan', '-3')],
  ['any case, of more values', on('StringEqualsIgnoreCase', 'A'), on('StringEqualsIgnoreCase', 'a', 'b')],
  ['a text with a literal star, of the pattern that says so', on('StringEquals', '${*}b'), on('StringLike', '${*}b')],
  ['a range, of one around it', on('IpAddress', '10.1.0.0/16'), on('IpAddress', '10.0.0.0/8')],
  ['an address, of its range', on('IpAddress', '10.0.0.255'), on('IpAddress', '10.0.0.0/24')],
  ['a wider range that is ruled out', on('NotIpAddress', '10.0.0.0/8'), on('NotIpAddress', '10.1.0.0/16')],
  ['a value, of the same if it exists', on('StringEquals', 'a'), on('StringEqualsIfExists', 'a')],
  ['a value, of being there', on('StringEquals', 'a'), on('Null', 'false')],
  ['absence, of whatever holds for it', on('Null', 'true'), on('StringNotEquals', 'a')],
  ['absence, of the same if it exists', on('Null', 'true'), on('StringEqualsIfExists', 'a')],
  ['absence, of all of none', on('Null', 'true'), on('ForAllValues:StringEquals', 'a')],
  ['any value, of more values', on('ForAnyValue:StringEquals', 'a'), on('ForAnyValue:StringEquals', 'a', 'b')],
  ['all values, of more values', on('ForAllValues:StringEquals', 'a'), on('ForAllValues:StringEquals', 'a', 'b')],
  ['one value, of any', on('StringEquals', 'a'), on('ForAnyValue:StringEquals', 'a')],
];

describe('a test of one key', () => {
  it.each(narrower)('is within another: %s, and not the other way round', (_, narrow, wide) => {
    expect([within(narrow, wide), within(wide, narrow)]).toEqual([true, false]);
  });

  it.each(narrower)('is within itself: %s', (_, narrow, wide) => {
    expect([within(narrow, narrow), within(wide, wide)]).toEqual([true, true]);
  });

  it.each<[string, Test, Test]>([
    ['other values', on('StringEquals', 'a'), on('StringEquals', 'b')],
    ['a bound that leaves out its own value', on('NumericEquals', '6'), on('NumericLessThan', '6')],
    ['ranges beside each other', on('IpAddress', '10.0.1.0/24'), on('IpAddress', '10.0.0.0/24')],
    ['ranges of two families', on('IpAddress', '::/64'), on('IpAddress', '0.0.0.0/0')],
    ['what may be absent', on('StringEqualsIfExists', 'a'), on('StringEquals', 'a')],
    ['what may be absent, of being there', on('StringEqualsIfExists', 'a'), on('Null', 'false')],
    ['a value, of absence', on('StringEquals', 'a'), on('Null', 'true')],
    ['any value, of each', on('ForAnyValue:StringEquals', 'a'), on('ForAllValues:StringEquals', 'a')],
    ['a range, of a narrower one that begins alike', on('IpAddress', '0.0.0.0/0'), on('IpAddress', '0.0.0.0/8')],
    ['an address of another family that begins alike', on('IpAddress', '::'), on('IpAddress', '0.0.0.0/8')],
    ['no address', on('IpAddress', 'x'), on('IpAddress', '0.0.0.0/0')],
    ['an address, of none', on('IpAddress', '10.0.0.1'), on('IpAddress', 'x')],
    ['a pattern more', on('StringLike', 'ab*', 'c*'), on('StringLike', 'a*')],
    ['a pattern in another case', on('StringLike', 'AB*'), on('StringLike', 'a*')],
    ['presence or absence, of absence', on('Null', 'true', 'false'), on('Null', 'true')],
    ['presence or absence, of what holds for it', on('Null', 'true', 'false'), on('StringNotEquals', 'a')],
    ['presence, of what holds for absence', on('Null', 'false'), on('StringNotEquals', 'a')],
    ['absence, of a value', on('Null', 'true'), on('StringEquals', 'a')],
    ['a number, of a bound that is none', on('NumericEquals', '1'), on('NumericLessThan', 'x')],
    ['an operator that is none', on('Unheard', 'a'), on('Unheard', 'a')],
    ['an operator that is none, of one', on('Unheard', 'a'), on('StringEquals', 'a')],
    ['an operator, of none', on('StringEquals', 'a'), on('Unheard', 'a')],
    ['two operators of texts', on('StringLike', 'a*'), on('StringEquals', 'a*')],
  ])('is not within another: %s', (_, narrow, wide) => {
    expect(within(narrow, wide)).toBe(false);
  });

  it('is within the same truth, however it is written', () => {
    expect(within(on('Bool', 'true'), on('Bool', 'TRUE'))).toBe(true);
    expect(within(on('Bool', 'true'), on('Bool', 'false'))).toBe(false);
  });

  it('is not within one of another key', () => {
    const other = { ...on('StringEquals', 'a'), key: 'other' };
    expect(within(on('StringEquals', 'a'), other)).toBe(false);
  });
});

describe('a part of a rule', () => {
  const bot = atom({ connection: 'github', client: 'bot' });
  const agents = atom({ connection: 'github', actor: { connection: 'agents', client: null } });
  const through = atom({ connection: 'github', actor: { connection: 'agents', client: 'bot' } });
  const github = atom({ connection: 'github' });

  it.each<[string, Atom, Atom, boolean, boolean]>([
    ['the same', bot, bot, true, true],
    ['another connection', github, atom({ connection: 'gitlab' }), false, false],
    ['another client', bot, atom({ connection: 'github', client: 'ci' }), false, false],
    ['a name more, which in an allow is another subject', bot, github, false, true],
    ['a name less', github, bot, false, false],
    ['whoever acts, which in an allow is another subject', agents, github, false, true],
    ['nobody who acts', github, agents, false, false],
    ['an actor through a client', through, agents, false, true],
    ['an actor without its client', agents, through, false, false],
    [
      'another actor',
      agents,
      atom({ connection: 'github', actor: { connection: 'robots', client: null } }),
      false,
      false,
    ],
  ])('is within another, in an allow and in a deny: %s', (_, narrow, wide, allow, deny) => {
    expect([isWithin(narrow, wide, 'allow'), isWithin(narrow, wide, 'deny')]).toEqual([allow, deny]);
  });

  it('needs each test of the other, by one of its own', () => {
    const [a, b] = [on('StringLike', 'a*'), { ...on('StringEquals', 'x'), key: 'other' }];
    expect(isWithin(atom({ tests: [a, b] }), atom({ tests: [b] }), 'allow')).toBe(true);
    expect(isWithin(atom({ tests: [a, b] }), atom(), 'allow')).toBe(true);
    expect(isWithin(atom({ tests: [b] }), atom({ tests: [a, b] }), 'allow')).toBe(false);
  });

  it('is narrower by what the whole does not say', () => {
    const [a, ab, x] = [on('StringLike', 'a*'), on('StringLike', 'ab*'), { ...on('StringEquals', 'x'), key: 'other' }];
    const actor = { connection: 'agents', client: null };
    const part = atom({ connection: 'github', client: 'bot', actor, tests: [a, x] });
    expect(narrowerBy(part, atom({ tests: [ab] }))).toEqual({ ...part, tests: [x] });
    expect(narrowerBy(part, atom({ tests: [on('StringLike', '*')] }))).toEqual(part);
    expect(narrowerBy(part, part)).toEqual(atom());
  });

  it('and of the actor, what the whole leaves open', () => {
    const by = (connection: string | null, client: string | null) => atom({ actor: { connection, client } });
    const whole = by(null, null);
    expect(narrowerBy(by('agents', 'bot'), whole)).toEqual(by('agents', 'bot'));
    expect(narrowerBy(by(null, 'bot'), whole)).toEqual(by(null, 'bot'));
    expect(narrowerBy(by('agents', null), whole)).toEqual(by('agents', null));
    expect(narrowerBy(by('agents', 'bot'), by('agents', null))).toEqual(by(null, 'bot'));
    expect(narrowerBy(by('agents', 'bot'), by(null, 'bot'))).toEqual(by('agents', null));
    expect(narrowerBy(whole, atom())).toEqual(whole);
    expect(narrowerBy(whole, whole)).toEqual(atom());
  });
});

import { describe, expect, it } from '@jest/globals';
import type { Atom, Test } from '../../../lib/policy/plan/atoms.ts';
import { demandsOf, whoAre } from '../../../lib/policy/plan/who.ts';

const atom = (more: Partial<Atom> = {}): Atom => ({ connection: null, client: null, actor: null, tests: [], ...more });
const github = (...tests: Test[]): Atom => atom({ connection: 'github', tests });
const on = (operator: string, values: readonly string[], key = 'claims.ref'): Test => ({ operator, key, values });
const by = (connection: string | null, client: string | null): Partial<Atom> => ({ actor: { connection, client } });

describe('whom a rule is about, in words', () => {
  it.each<[string, Atom]>([
    ['whoever comes', atom()],
    ['whoever comes from github', github()],
    ['the client bot', atom({ client: 'bot' })],
    ['whoever comes from github through the client bot', atom({ connection: 'github', client: 'bot' })],
    [
      'whoever comes from github, with somebody from agents acting,',
      atom({ connection: 'github', ...by('agents', null) }),
    ],
    ['whoever comes from github, with the client bot acting,', atom({ connection: 'github', ...by(null, 'bot') })],
    [
      'whoever comes from github, with somebody from agents acting through bot,',
      atom({ connection: 'github', ...by('agents', 'bot') }),
    ],
    ['whoever comes from github, with somebody acting,', atom({ connection: 'github', ...by(null, null) })],
    [
      'whoever comes from github where claims.actor is ann and claims.ref is main',
      github(on('StringEquals', ['main']), on('StringEquals', ['ann'], 'claims.actor')),
    ],
  ])('%s', (sentence, one) => {
    expect(whoAre([one])).toEqual([sentence]);
  });

  it.each<[string, string, readonly string[]]>([
    ['is main', 'StringEquals', ['main']],
    ['is not main', 'StringNotEquals', ['main']],
    ['is, in any case, main', 'StringEqualsIgnoreCase', ['main']],
    ['is not, in any case, main', 'StringNotEqualsIgnoreCase', ['main']],
    ['is like refs/*', 'StringLike', ['refs/*']],
    ['is not like refs/*', 'StringNotLike', ['refs/*']],
    ['is true', 'Bool', ['true']],
    ['is 1', 'NumericEquals', ['1']],
    ['is not 1', 'NumericNotEquals', ['1']],
    ['is below 1', 'NumericLessThan', ['1']],
    ['is at most 1', 'NumericLessThanEquals', ['1']],
    ['is above 1', 'NumericGreaterThan', ['1']],
    ['is at least 1', 'NumericGreaterThanEquals', ['1']],
    ['is 2026', 'DateEquals', ['2026']],
    ['is not 2026', 'DateNotEquals', ['2026']],
    ['is before 2026', 'DateLessThan', ['2026']],
    ['is at the latest 2026', 'DateLessThanEquals', ['2026']],
    ['is after 2026', 'DateGreaterThan', ['2026']],
    ['is at the earliest 2026', 'DateGreaterThanEquals', ['2026']],
    ['is in 10.0.0.0/8', 'IpAddress', ['10.0.0.0/8']],
    ['is not in 10.0.0.0/8', 'NotIpAddress', ['10.0.0.0/8']],
    ['is absent', 'Null', ['true']],
    ['is there', 'Null', ['false']],
    ['Unheard x', 'Unheard', ['x']],
    ['is main (or absent)', 'StringEqualsIfExists', ['main']],
    ['is a or b', 'StringEquals', ['a', 'b']],
    ['is a, b or c', 'StringEquals', ['a', 'b', 'c']],
    ['is "two words"', 'StringEquals', ['two words']],
    ['is ""', 'StringEquals', ['']],
    ['is "a,b"', 'StringEquals', ['a,b']],
  ])('a condition: claims.ref %s', (words, operator, values) => {
    expect(whoAre([github(on(operator, values))])).toEqual([`whoever comes from github where claims.ref ${words}`]);
    expect(demandsOf([atom({ tests: [on(operator, values)] })])).toBe(`claims.ref ${words}`);
  });

  it.each([
    ['one of claims.groups is a', 'ForAnyValue:StringEquals'],
    ['each of claims.groups is a', 'ForAllValues:StringEquals'],
    ['each of claims.groups is like a (or absent)', 'ForAllValues:StringLikeIfExists'],
  ])('a condition of several values: %s', (words, operator) => {
    expect(demandsOf([atom({ tests: [on(operator, ['a'], 'claims.groups')] })])).toBe(words);
  });

  it('tells those that differ in one place together, each value once', () => {
    const main = github(on('StringEquals', ['main']));
    const next = github(on('StringEquals', ['next']));
    expect(whoAre([main, next, main])).toEqual(['whoever comes from github where claims.ref is main or next']);
    expect(whoAre([github(), atom({ connection: 'gitlab' })])).toEqual(['whoever comes from github or gitlab']);
  });

  it('tells those apart that differ in two places, or where one has no such place', () => {
    const gitlab = atom({ connection: 'gitlab', tests: [on('StringEquals', ['next'])] });
    expect(whoAre([github(on('StringEquals', ['main'])), gitlab])).toHaveLength(2);
    expect(whoAre([github(), github(on('StringEquals', ['main']))])).toHaveLength(2);
    expect(whoAre([atom(), github()])).toEqual(['whoever comes', 'whoever comes from github']);
  });

  it('tells two conditions on one key apart, in whatever order they are written', () => {
    const [like, not] = [on('StringLike', ['a*']), on('StringNotEquals', ['ab'])];
    const words = ['whoever comes from github where claims.ref is like a* and claims.ref is not ab'];
    expect(whoAre([github(like, not)])).toEqual(words);
    expect(whoAre([github(not, like)])).toEqual(words);
  });
});

describe('what is demanded beyond others, in words', () => {
  it.each<[string, Atom]>([
    ['it comes from github', github()],
    ['the client bot takes part', atom({ client: 'bot' })],
    ['somebody from agents acts', atom(by('agents', null))],
    ['the client bot acts', atom(by(null, 'bot'))],
    ['somebody acts', atom(by(null, null))],
    ['it comes from github and claims.ref is main', github(on('StringEquals', ['main']))],
    ['', atom()],
  ])('"%s"', (words, one) => {
    expect(demandsOf([one])).toBe(words);
  });

  it('is one of several, said once each', () => {
    const bot = atom({ client: 'bot' });
    expect(demandsOf([github(), bot, bot])).toBe('it comes from github, or the client bot takes part');
  });
});

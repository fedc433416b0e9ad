import { describe, expect, it } from '@jest/globals';
import { matches, parseSearch } from '../../lib/ledger/filter.ts';
import { ledgerReader } from '../../lib/ledger/reader.ts';
import { aRecord } from './a-record.ts';
import { memoryStorage } from './memory-storage.ts';

type Given = Parameters<typeof parseSearch>[0];

const actor = {
  connection: 'github',
  client: null,
  subject: 'repo:acme/agents',
  principal: 'agent-7',
  proof: aRecord().proof,
  claims: {},
};
const source = { appliedBy: 'Ada', appliedAt: '2026-11-20T09:00:00Z', reason: null, commit: null };
const record = aRecord({
  actor,
  intent: 'Roll WEB to 1.4.2 (CHG-77), für Ａlice',
  approval: { id: 'apr_01', state: 'used' },
  decision: { configVersion: 7, rule: 2, checks: [], source: { ...source, file: 'scopes/deploy-web.yaml', line: 12 } },
});

function found(parameters: Given, of = record): boolean | string {
  const search = parseSearch(parameters);
  return search.ok ? matches(search.value.filter, of) : (search.refusal.detail ?? '');
}

describe('a record is found', () => {
  it.each([
    ['by the label of who acted', { actor: 'agent-7' }],
    ['by the identity of who acted', { actor: 'github:repo:acme/agents' }],
    ['by a word of the intent, in whatever case', { intent: 'web' }],
    ['by words in whatever order', { intent: 'to roll' }],
    ['by a word between signs', { intent: 'chg-77' }],
    ['by a word in another form of Unicode', { intent: 'fu\u0308r alice' }],
    ['by its approval', { approval: 'apr_01' }],
    ['by the state of its approval', { approval: 'used' }],
    ['by the place of the rule', { rule: 'scopes/deploy-web.yaml:12' }],
    ['by the file of the rule', { rule: 'scopes/deploy-web.yaml' }],
    ['by the number of the rule in its scope', { rule: '2', scope: 'deploy-web' }],
    ['by all of them at once', { actor: 'agent-7', intent: 'roll', approval: 'used', rule: '2', scope: 'deploy-web' }],
  ])('%s', (_, parameters) => expect(found(parameters)).toBe(true));

  it('by the name of a client that acted', () => {
    const client = { ...actor, connection: null, client: 'bot', subject: 'bot', principal: 'bot' };
    expect([found({ actor: 'client:bot' }, aRecord({ actor: client })), found({ actor: 'bot' }, record)]).toEqual([
      true,
      false,
    ]);
    const labelled = { ...client, subject: 'another', principal: 'another' };
    expect(found({ actor: 'client:bot' }, aRecord({ actor: labelled }))).toBe(true);
    expect(found({ actor: 'client:another' }, aRecord({ actor: labelled }))).toBe(false);
    const proof = { ...record.proof, kind: 'broker' } as const;
    const act = { sub: 'client:server', act: { sub: 'github:agent' } };
    for (const chain of [{ proof, claims: { act } }, { actor: { ...labelled, proof, claims: { act } } }]) {
      expect(found({ actor: 'github:agent' }, aRecord({ actor: labelled, ...chain }))).toBe(true);
      expect(found({ actor: 'agent' }, aRecord({ actor: labelled, ...chain }))).toBe(false);
    }
    // What another issuer says of actors satisfies nothing.
    expect(found({ actor: 'github:agent' }, aRecord({ actor: labelled, claims: { act } }))).toBe(false);
  });

  it.each([
    ['another actor', { actor: 'agent-8' }],
    ['the principal as an actor', { actor: 'acme/web@refs/heads/main' }],
    ['a part of a word', { intent: 'rol' }],
    ['one word that is there and one that is not', { intent: 'roll back' }],
    ['another approval', { approval: 'apr_02' }],
    ['another state', { approval: 'pending' }],
    ['another line', { rule: 'scopes/deploy-web.yaml:13' }],
    ['another file', { rule: 'scopes/deploy.yaml' }],
    ['another number', { rule: '1', scope: 'deploy-web' }],
  ])('not by %s', (_, parameters) => expect(found(parameters)).toBe(false));

  it.each([
    ['an actor', { actor: 'agent-7' }],
    ['an intent', { intent: 'roll' }],
    ['an approval', { approval: 'used' }],
    ['a place of the rule', { rule: 'scopes/deploy-web.yaml:12' }],
  ])('by %s only where it has one', (_, parameters) => {
    expect(found(parameters, aRecord({ intent: null }))).toBe(false);
  });
});

describe('a rule', () => {
  it.each([
    ['0', { scope: 's', index: 0 }],
    ['123456', { scope: 's', index: 123_456 }],
    ['scopes/a.yml', { file: 'scopes/a.yml', line: null }],
    ['a.yaml:123456789', { file: 'a.yaml', line: 123_456_789 }],
  ])('is read of %s', (rule, term) => {
    expect(parseSearch({ rule, scope: 's' })).toMatchObject({ value: { filter: { rule: term } } });
  });
});

it('words are the same in whatever order, so that a cursor of theirs is too', () => {
  const wordsIn = (intent: string) => {
    const search = parseSearch({ intent });
    return search.ok ? search.value.filter.intent : null;
  };
  expect(wordsIn('web roll, ROLL')).toEqual(['roll', 'web']);
  expect(wordsIn('roll web')).toEqual(wordsIn('web roll'));
});

describe('a search says what it expects', () => {
  const place = 'a place, such as scopes/deploy.yaml:12, or with scope the number of a rule, from 0 on';
  it.each([
    [{ intent: '?! …' }, 'intent', 'words: letters or digits'],
    [
      { approval: 'maybe' },
      'approval',
      'the id of an approval, or pending, approved, denied, expired, used, break-glass',
    ],
    [{ rule: '2' }, 'rule', place],
    [{ rule: '-1', scope: 'deploy-web' }, 'rule', place],
    [{ rule: 'scopes/deploy.yaml:0' }, 'rule', place],
    [{ rule: 'deploy' }, 'rule', place],
    [{ rule: '.yaml' }, 'rule', place],
    [{ rule: 'scopes/a.yaml:1234567890' }, 'rule', place],
    [{ rule: 'of\nscopes/a.yaml:12' }, 'rule', place],
    [{ rule: '1234567', scope: 'deploy-web' }, 'rule', place],
    [{ rule: '12x', scope: 'deploy-web' }, 'rule', place],
    [{ rule: '012', scope: 'deploy-web' }, 'rule', place],
  ])('%j', (parameters, name, expected) => {
    expect(found(parameters)).toBe(`The parameter ${name} is not acceptable. Expected: ${expected}.`);
  });
});

describe('a ledger is read', () => {
  it('oldest first from a place on, as it is newest first', async () => {
    const records = Array.from({ length: 30 }, () => aRecord());
    const read = async (order: 'newest-first' | 'oldest-first', behind: string | null) => {
      const { storage } = memoryStorage(records);
      const reader = ledgerReader(storage, {}, { order, behind, expected: 2 }, new AbortController().signal);
      const places: string[] = [];
      for (let some = await reader.take(7); some.length > 0; some = await reader.take(7)) {
        places.push(...some.map(({ place }) => place));
      }
      return places;
    };
    const places = records.map(({ id }) => id).sort();
    expect(await read('oldest-first', null)).toEqual(places);
    expect(await read('newest-first', null)).toEqual(places.toReversed());
    expect(await read('oldest-first', places[9] ?? '')).toEqual(places.slice(10));
  });
});

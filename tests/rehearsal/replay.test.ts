import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Connection, OidcConnection } from '../../lib/configuration/documents/connections.ts';
import type { Rule } from '../../lib/configuration/documents/rules.ts';
import type { Scope } from '../../lib/configuration/documents/scopes.ts';
import type { Claims } from '../../lib/identity/principal.ts';
import { issue } from '../../lib/issue.ts';
import type { JsonValue } from '../../lib/json.ts';
import { boundedRecord } from '../../lib/ledger/bounds.ts';
import { fromJson, toJson } from '../../lib/ledger/json.ts';
import type { IssuanceRecord } from '../../lib/ledger/record.ts';
import { accept } from '../../lib/outcome.ts';
import { replayDecision } from '../../lib/rehearsal/replay.ts';
import { seconds } from '../../lib/time.ts';
import { aPrincipal, aRequest, aScope, fakeConfiguration, goodWorld } from '../fakes/world.ts';

const signal = new AbortController().signal;

const connection = (name: string, more: Partial<OidcConnection> = {}): OidcConnection => ({
  connection: name,
  type: 'oidc',
  preset: null,
  issuers: [{ issuer: `https://${name}.example`, jwksUri: null }],
  audience: ['https://broker.example.com'],
  authorizedParties: [],
  algorithms: ['RS256'],
  types: ['jwt'],
  claims: {},
  maxTokenAge: null,
  tokenIdClaim: 'jti',
  roleAccount: null,
  require: [],
  principal: '$' + '{claims.sub}',
  record: ['sha'],
  reuse: 'allow',
  clockTolerance: seconds(60),
  ...more,
});

const rule = (more: Partial<Rule> = {}): Rule => ({
  connections: ['github'],
  clients: null,
  when: null,
  actor: null,
  ...more,
});
const connections: readonly Connection[] = [connection('github'), connection('agents')];
const configurationOf = (scopes: readonly Scope[], all = connections) =>
  fakeConfiguration({ scopes, connections: all });

interface Came {
  readonly connection: string;
  readonly claims: Readonly<Record<string, JsonValue>>;
  readonly withheld: readonly string[];
  readonly actor: 'nobody' | 'agent' | 'bot';
  readonly sourceIp: string;
  readonly intent: string | null;
  readonly duration: number | null;
}

const usual: Came = {
  connection: 'github',
  claims: { ref: 'main', sha: 'c0ffee' },
  withheld: [],
  actor: 'nobody',
  sourceIp: '203.0.113.9',
  intent: null,
  duration: null,
};

const claimsOf = (values: Readonly<Record<string, JsonValue>>, withheld: readonly string[] = []): Claims => ({
  // What is withheld is not there.
  values: new Map(Object.entries(values).filter(([name]) => !withheld.includes(name))),
  unavailable: new Map(withheld.map((name) => [name, 'groups_overage'])),
});

/** The record that the use case itself leaves of this request, as the ledger keeps and reads it. */
async function recordOf(scopes: readonly Scope[], more: Partial<Came> = {}): Promise<IssuanceRecord> {
  const came = { ...usual, ...more };
  const { ports, records } = goodWorld(scopes);
  const named = (name: string, claims: Claims) =>
    accept(aPrincipal({ source: { kind: 'connection', name }, subject: name, name, claims }));
  const { proof } = aPrincipal();
  const request = aRequest({
    proofs: {
      subject: { kind: 'jwt', token: 'subject', declared: 'jwt' },
      actor: came.actor === 'agent' ? { kind: 'jwt', token: 'actor', declared: 'jwt' } : null,
      client: came.actor === 'bot' ? { method: 'client_secret_basic', client: 'bot', secret: 'x' } : null,
      publicClients: 'refuse',
    },
    scopes: scopes.map(({ scope }) => scope),
    intent: came.intent,
    requestedDuration: came.duration === null ? null : seconds(came.duration),
    caller: { id: 'r', sourceIp: came.sourceIp, userAgent: null },
  });
  const authenticators = {
    jwt: async ({ token }: { token: string }) =>
      token === 'actor'
        ? named('agents', claimsOf({ model: 'm1' }))
        : named(came.connection, claimsOf(came.claims, came.withheld)),
    client: async () => accept({ client: 'bot', claims: claimsOf({ team: 'data' }), proof, reuse: null }),
  };
  await issue({ ...ports, authenticators }, request, signal);
  const record = records.at(-1);
  if (record === undefined) throw new Error('nothing was recorded');
  return fromJson(toJson(boundedRecord(record)));
}

const when = (operator: string, key: string, ...values: string[]) => ({ [operator]: { [key]: values } });
const conditions = fc.constantFrom(
  when('StringEquals', 'claims.ref', 'main'),
  when('StringLike', 'claims.ref', 'm*', 'dev'),
  when('StringEquals', 'claims.environment', 'prod'),
  when('StringNotEqualsIfExists', 'claims.environment', 'prod'),
  when('Null', 'claims.environment', 'true'),
  when('ForAnyValue:StringEquals', 'claims.groups', 'ops'),
  when('StringEquals', 'claims.groups', 'ops'),
  when('StringEquals', 'actor.claims.model', 'm1'),
  when('IpAddress', 'request.sourceIp', '203.0.113.0/24'),
  when('NumericLessThanEquals', 'request.duration', '1800'),
  when('DateGreaterThan', 'request.time', '2026-11-21T08:59:59Z'),
);
const actors = fc.constantFrom<Rule['actor']>(
  null,
  { connections: ['agents'], clients: null, when: null },
  { connections: null, clients: ['bot'], when: null },
);
const allowed = fc.record({ when: fc.option(conditions, { nil: null }), actor: actors }).map(rule);
const denied = fc.record({ when: conditions, connections: fc.constant(null) }).map(rule);
const scopes = fc
  .record({
    allow: fc.array(allowed, { minLength: 1, maxLength: 3 }),
    deny: fc.array(denied, { maxLength: 2 }),
    requires: fc.record({ intent: fc.boolean() }),
  })
  .map(aScope);
const came: fc.Arbitrary<Partial<Came>> = fc.record({
  claims: fc.record(
    {
      ref: fc.constantFrom<JsonValue>('main', 'dev', 7, ['main']),
      environment: fc.constantFrom<JsonValue>('prod', 'test', null),
      groups: fc.constantFrom<JsonValue>(['ops'], [], 'ops'),
    },
    { requiredKeys: [] },
  ),
  withheld: fc.constantFrom<readonly string[]>([], ['groups']),
  connection: fc.constantFrom('github', 'github', 'agents'),
  actor: fc.constantFrom('nobody', 'agent', 'bot'),
  sourceIp: fc.constantFrom('203.0.113.9', '198.51.100.7'),
  intent: fc.constantFrom(null, 'why'),
  duration: fc.constantFrom(null, 900, 3_600),
});

it('takes 1,000 recorded decisions again under the unchanged configuration, and every one comes out as it did', async () => {
  const outcomes = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(scopes, came, async (scope, request) => {
      const record = await recordOf([scope], request);
      const configuration = configurationOf([scope]);
      const replay = await replayDecision(record, configuration, configuration, signal);
      expect(replay).toMatchObject({ replayed: true, rule: record.decision.rule });
      if (!replay.replayed) return;
      expect(replay.after).toBe(replay.before);
      outcomes.set(replay.before, (outcomes.get(replay.before) ?? 0) + 1);
    }),
    { numRuns: 1_000, seed: 20_261_125 },
  );
  // Of each kind there were some: a sample of denials alone would prove little.
  const rare = ['allowed', 'not_allowed', 'condition_error', 'groups_overage', 'intent_required'].filter(
    (outcome) => (outcomes.get(outcome) ?? 0) < 10,
  );
  expect(rare).toEqual([]);
});

describe('a recorded decision under another configuration', () => {
  const main = aScope({ allow: [rule({ when: when('StringEquals', 'claims.ref', 'main') })] });
  const of = (allow: Rule, more: Partial<Scope> = {}) => aScope({ allow: [allow], ...more });

  it.each<[string, Scope | null, Partial<Came>, object]>([
    [
      'loses where a rule wants another value',
      of(rule({ when: when('StringEquals', 'claims.ref', 'dev') })),
      {},
      { before: 'allowed', after: 'not_allowed' },
    ],
    [
      'gains where a rule takes its value',
      of(rule()),
      { claims: { ref: 'dev' } },
      { before: 'not_allowed', after: 'allowed', rule: 0 },
    ],
    ['loses where the scope is gone', null, {}, { before: 'allowed', after: 'not_allowed' }],
    [
      'loses where an intent is demanded',
      of(rule(), { requires: { intent: true } }),
      {},
      { before: 'allowed', after: 'intent_required' },
    ],
    [
      'stays where an intent was given',
      of(rule(), { requires: { intent: true } }),
      { intent: 'x' },
      { before: 'allowed', after: 'allowed' },
    ],
    [
      'knows that a claim was absent which was looked for',
      of(rule({ when: when('Null', 'claims.ref', 'true') })),
      { claims: {} },
      { before: 'not_allowed', after: 'allowed' },
    ],
    [
      'knows a claim that the connection records',
      of(rule({ when: when('StringEquals', 'claims.sha', 'c0ffee') })),
      {},
      { before: 'allowed', after: 'allowed' },
    ],
  ])('%s', async (_name, next, request, expected) => {
    const record = await recordOf([main], request);
    const after = configurationOf(next === null ? [] : [next]);
    expect(await replayDecision(record, configurationOf([main]), after, signal)).toMatchObject({
      replayed: true,
      ...expected,
    });
  });

  it.each<[string, Rule, readonly string[]]>([
    [
      'a claim that no rule looked for',
      rule({ when: when('StringEquals', 'claims.actor_id', '7') }),
      ['claims.actor_id'],
    ],
    [
      'a length that no rule looked for',
      rule({ when: when('NumericLessThan', 'request.duration', '7') }),
      ['request.duration'],
    ],
  ])('is not guessed where it hangs on %s', async (_name, allow, keys) => {
    const record = await recordOf([main]);
    const replay = await replayDecision(record, configurationOf([main]), configurationOf([of(allow)]), signal);
    expect(replay).toEqual({ replayed: false, because: { why: 'not-recorded', keys } });
  });

  it('is taken where another rule decides whatever that claim was', async () => {
    const unknown = rule({ when: when('StringEquals', 'claims.actor_id', '7') });
    const record = await recordOf([main]);
    const next = configurationOf([aScope({ allow: [unknown, rule()] })]);
    const replay = await replayDecision(record, configurationOf([main]), next, signal);
    expect(replay).toMatchObject({ replayed: true, after: 'allowed', rule: 1 });
  });

  const demanding = (key: string) => [
    connection('github', { require: [when('StringEquals', key, 'main')] }),
    connection('agents'),
  ];
  const notRecorded = { replayed: false, because: { why: 'not-recorded', keys: ['claims.owner'] } };
  it.each<[string, readonly Connection[], object]>([
    ['is gone', [connection('agents')], { replayed: true, after: 'issuer_unknown' }],
    ['demands what the record has', demanding('claims.ref'), { replayed: true, after: 'allowed' }],
    ['demands another value', demanding('claims.sha'), { replayed: true, after: 'requirement_not_met' }],
    ['demands what was not recorded', demanding('claims.owner'), notRecorded],
  ])('under a connection that %s', async (_name, all, expected) => {
    const record = await recordOf([main]);
    const next = configurationOf([main], all);
    expect(await replayDecision(record, configurationOf([main]), next, signal)).toMatchObject(expected);
  });

  it.each<[string, (record: IssuanceRecord) => IssuanceRecord, string]>([
    ['stands for many', (record) => ({ ...record, overflow: true }), 'several-in-one'],
    ['came by a broker token', (record) => ({ ...record, proof: { ...record.proof, kind: 'broker' } }), 'broker-token'],
    ['had its subject erased', (record) => ({ ...record, claims: {}, erased: ['subject'] }), 'erased'],
    ['had its actor erased', (record) => ({ ...record, erased: ['actor'] }), 'erased'],
    ['is an erasure', (record) => ({ ...record, outcome: 'erased', scope: '' }), 'erased'],
    ['was refused by may_act', (record) => ({ ...record, outcome: 'denied', reason: 'may_act_mismatch' }), 'may-act'],
    [
      'was refused for groups that no check names',
      (record) => ({ ...record, outcome: 'denied', reason: 'groups_overage' }),
      'not-recorded',
    ],
    ['has a claim that was cut', (record) => ({ ...record, truncated: ['claims.ref'] }), 'not-recorded'],
  ])('is not guessed where the record %s', async (_name, change, why) => {
    const record = change(await recordOf([main]));
    const configuration = configurationOf([main]);
    const replay = await replayDecision(record, configuration, configuration, signal);
    expect(replay).toMatchObject({ replayed: false, because: { why } });
  });
});

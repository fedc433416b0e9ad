import { describe, expect, it } from '@jest/globals';
import type { Narrowing } from '../../lib/credential/grant.ts';
import type { AuthenticatedClient } from '../../lib/identity/principal.ts';
import { type DecisionEvidence, noEvidence } from '../../lib/issuance/decide-scopes.ts';
import { draftRecord } from '../../lib/issuance/draft-record.ts';
import type { AppliedVersion } from '../../lib/ports/configuration.ts';
import { epochMilliseconds, epochSeconds, seconds } from '../../lib/time.ts';
import { aPrincipal, NOW } from '../fakes/world.ts';

const bot: AuthenticatedClient = {
  client: 'bot',
  claims: { values: new Map(), unavailable: new Map() },
  proof: { kind: 'client-secret', issuer: null, tokenId: null, sha256: null, expires: null },
  reuse: null,
};
const caller = { id: 'req-1', sourceIp: '203.0.113.9', userAgent: null };
const decision = { id: 'iss_1', time: NOW, configVersion: 7, applied: undefined };
const evidence = noEvidence(['deploy-web']);

const draft = (
  who: Partial<Parameters<typeof draftRecord>[2]> = {},
  more: Partial<Parameters<typeof draftRecord>[3]> = {},
  by: Parameters<typeof draftRecord>[0] = decision,
  narrowing: Narrowing | null = null,
) =>
  draftRecord(
    by,
    { intent: 'why', narrowing, caller },
    { principal: aPrincipal(), actor: null, client: null, proof: null, ...who },
    { ...evidence, ...more },
  );

describe('the record of a decision', () => {
  it('has what the caller narrowed its request by, and nothing where that is nothing', () => {
    const policy = { Version: '2012-10-17', Statement: [] };
    const asked = (narrowing: Narrowing | null) => draft({}, {}, decision, narrowing).asked;
    expect(asked({ policy, policyArns: ['arn'], parameters: { a: 'b' } })).toEqual({
      ...{ policy, policyArns: ['arn'], parameters: { a: 'b' } },
    });
    expect(asked({ policy: null, policyArns: [], parameters: { a: 'b' } })).toEqual({ parameters: { a: 'b' } });
    expect(asked({ policy: null, policyArns: [], parameters: {} })).toBeUndefined();
    expect(asked(null)).toBeUndefined();
  });

  it('says by which clients, tokens and scopes it came, each once, and nothing where there are none', () => {
    const lineage = (clients: readonly string[], more = {}) => ({
      ...{ tokenIds: ['iss_b', 'iss_a'], exchanges: 1, expires: epochSeconds(NOW / 1000), issuer: null, actors: [] },
      ...{ presenters: clients, boundTo: null, scopes: ['agents'], ...more },
      token: { subject: 's', claims: bot.claims },
    });
    expect(draft().lineage).toBeUndefined();
    expect(draft({ through: ['cli'] }).lineage).toEqual({ clients: ['cli'] });
    const principal = aPrincipal({ lineage: lineage(['portal'], { through: ['cli'] }) });
    expect(draft({ principal }).lineage).toEqual({
      ...{ clients: ['portal', 'cli'], issuances: ['iss_b', 'iss_a'], scopes: ['agents'] },
    });
    const actor = { ...principal, via: 'actor-token', connection: 'k8s', client: null } as const;
    expect(draft({ principal, actor }).lineage).toEqual(draft({ principal }).lineage);
    expect(draft({ actor }).lineage).toEqual(draft({ principal }).lineage);
  });

  it('says who acted before on either side', () => {
    const before = { sub: 'client:crew' };
    const lineage = {
      ...{ tokenIds: ['iss_a'], exchanges: 1, expires: epochSeconds(NOW / 1000), issuer: null, actors: [] },
      ...{ presenters: [], boundTo: null, scopes: [] },
      token: { subject: 's', claims: { values: new Map([['act', before]]), unavailable: new Map() } },
    };
    const principal = aPrincipal({ lineage, record: ['act'] });
    const actor = { ...principal, via: 'actor-token', connection: 'k8s', client: null } as const;
    expect(draft({ principal }).claims).toEqual({ act: before });
    expect(draft({ actor }).actor?.claims).toEqual({ act: before });
  });

  it('has handed out nothing', () => {
    expect(draft()).toEqual({
      id: 'iss_1',
      time: NOW,
      outcome: 'started',
      reason: null,
      attempts: 1,
      scope: 'deploy-web',
      grant: null,
      principal: 'acme/web@refs/heads/main',
      connection: 'github',
      client: null,
      subject: 'repo:acme/web:ref:refs/heads/main',
      actor: null,
      intent: 'why',
      proof: aPrincipal().proof,
      claims: { sha: 'c0ffee' },
      decision: { configVersion: 7, rule: null, checks: [] },
      credential: null,
      request: caller,
    });
  });

  it.each([
    ['somebody of a connection', { principal: aPrincipal(), client: null }, 'github', null],
    ['somebody whose proof a client brings', { principal: aPrincipal(), client: bot }, 'github', 'bot'],
    [
      'a client itself',
      { principal: aPrincipal({ source: { kind: 'client', name: 'nightly' } }), client: null },
      null,
      'nightly',
    ],
    [
      'a client itself, also where another one brings its token',
      { principal: aPrincipal({ source: { kind: 'client', name: 'nightly' } }), client: bot },
      null,
      'nightly',
    ],
  ])('names connection and client of %s', (_, who, connection, client) => {
    expect(draft(who)).toMatchObject({ connection, client });
  });

  it('keeps no `act` of an actor that came by itself: another issuer’s word is nobody who acted here', () => {
    const claims = { values: new Map([['act', { sub: 'mallory' }]]), unavailable: new Map() };
    const actor = { ...aPrincipal({ claims }), via: 'actor-token', connection: 'k8s', client: null } as const;
    expect(draft({ actor }).actor?.claims).toEqual({});
  });

  it('says what duration was decided on, where a rule reads it', () => {
    expect(draft({}, { duration: seconds(900) }).decision).toEqual({
      ...{ configVersion: 7, rule: null, checks: [], duration: 900 },
    });
  });

  it('has the scopes in their order, and the claims that rules name or `record` does', () => {
    const principal = aPrincipal({
      claims: {
        values: new Map([
          ['ref', 'main'],
          ['sha', 'c0ffee'],
          ['secret', 'no'],
        ]),
        unavailable: new Map(),
      },
    });
    expect(draft({ principal }, { scopes: ['b', 'a'], subjectClaims: ['ref', 'absent'] })).toMatchObject({
      scope: 'b a',
      claims: { ref: 'main', sha: 'c0ffee' },
    });
    expect(Object.keys(draft({ principal }, { subjectClaims: ['ref', 'absent'] }).claims)).toEqual(['ref', 'sha']);
  });

  it.each<[string, DecisionEvidence['source'], Partial<AppliedVersion> | undefined]>([
    ['where the rule stands alone', { file: 'scopes/a.yaml', line: 3 }, undefined],
    ['who put the version in force alone', null, { author: 'ann' }],
  ])('says what is known: %s', (_, source, applied) => {
    const known = { file: null, line: null, appliedBy: null, appliedAt: null, reason: null, commit: null };
    const said =
      applied === undefined
        ? { ...known, file: 'scopes/a.yaml', line: 3 }
        : { ...known, appliedBy: 'ann', appliedAt: '2026-11-21T09:00:00Z' };
    const by = applied === undefined ? decision : { ...decision, applied: { ...APPLIED, ...applied } };
    expect(draft({}, { source }, by).decision.source).toEqual(said);
  });
});

const APPLIED: AppliedVersion = { author: 'ann', appliedAt: epochMilliseconds(NOW), reason: null, commit: null };

/** Whose budget a request touches: identities, over every hop, and never labels. */
import { describe, expect, it } from '@jest/globals';
import type { Actor, Lineage } from '../../lib/identity/principal.ts';
import { limitCounts, limitOf, slotSets } from '../../lib/issuance/budgets.ts';
import { loadScope } from '../../lib/policy/scope.ts';
import { epochSeconds, seconds } from '../../lib/time.ts';
import { aPrincipal, aScope, NOW_SECONDS } from '../fakes/world.ts';

const LIMIT = { count: 5, window: seconds(60) };
const scope = loadScope(
  aScope({
    limits: { perPrincipal: LIMIT, total: LIMIT, perActor: LIMIT, live: { perPrincipal: 1, perActor: 2, total: 3 } },
  }),
);

const anActor = (client: string, more: Partial<Actor> = {}): Actor => ({
  ...{ via: 'client', connection: null, client, subject: client, name: client },
  ...{ claims: { values: new Map(), unavailable: new Map() }, proof: aPrincipal().proof, reuse: null, lineage: null },
  ...more,
});
const lineage = (actors: readonly Actor[]): Lineage => ({
  ...{
    tokenIds: ['iss_1'],
    exchanges: 1,
    expires: epochSeconds(NOW_SECONDS + 60),
    issuer: null,
    actors,
    presenters: [],
  },
  ...{ boundTo: null, scopes: ['any'], token: { subject: 'x', claims: aPrincipal().claims } },
});

const countersOf = (who: Parameters<typeof limitCounts>[1]) => limitCounts(scope, who).map(({ counter }) => counter);
const setsOf = (who: Parameters<typeof limitCounts>[1]) => slotSets(scope, who).map(({ set }) => set);

describe('budgets', () => {
  it('are of the principal and of the scope where nobody acts', () => {
    const who = { principal: aPrincipal(), actor: null };
    const principal = 'principal:["deploy-web","connection","github","repo:acme/web:ref:refs/heads/main"]';
    expect(countersOf(who)).toEqual([principal, 'total:["deploy-web"]']);
    expect(setsOf(who)).toEqual([principal, 'total:["deploy-web"]']);
  });

  it('are of the actor too, counted before the scope', () => {
    const who = { principal: aPrincipal(), actor: anActor('bot') };
    expect(countersOf(who).slice(1)).toEqual(['actor:["deploy-web","client:bot"]', 'total:["deploy-web"]']);
    expect(slotSets(scope, who).map(({ slots }) => slots)).toEqual([1, 2, 3]);
  });

  it('are of everybody who acted before, each once', () => {
    const before = [anActor('bot', { via: 'act' }), anActor('first', { via: 'act' })];
    const who = { principal: aPrincipal({ lineage: lineage(before) }), actor: anActor('bot') };
    const actors = ['actor:["deploy-web","client:bot"]', 'actor:["deploy-web","client:first"]'];
    expect(countersOf(who).slice(1, -1)).toEqual(actors);
    expect(setsOf(who).slice(1, -1)).toEqual(actors);
  });

  it('tell an actor from another with the same label', () => {
    const [one, other] = ['a', 'b'].map((subject) =>
      anActor('', { connection: 'people', client: null, subject, name: 'same' }),
    );
    const keys = [one, other].flatMap(
      (actor) => countersOf({ principal: aPrincipal(), actor: actor ?? null })[1] ?? [],
    );
    expect(new Set(keys).size).toBe(2);
  });

  it('are named as the file of their scope names them', () => {
    const who = { principal: aPrincipal(), actor: anActor('bot') };
    expect(countersOf(who).map((counter) => limitOf(counter, 'window'))).toEqual(['perPrincipal', 'perActor', 'total']);
    const live = ['live.perPrincipal', 'live.perActor', 'live.total'];
    expect(setsOf(who).map((set) => limitOf(set, 'live'))).toEqual(live);
  });

  it('are none where the scope says nothing', () => {
    const who = { principal: aPrincipal(), actor: anActor('bot') };
    expect(limitCounts(loadScope(aScope()), who)).toEqual([]);
    expect(slotSets(loadScope(aScope()), who)).toEqual([]);
  });
});

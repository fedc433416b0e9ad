import { describe, expect, it } from '@jest/globals';
import { type Actor, actorsOf, type Ceiling, ceilingsOf, identityOf } from '../../lib/identity/principal.ts';
import { epochSeconds } from '../../lib/time.ts';
import { aPrincipal, NOW_SECONDS } from '../fakes/world.ts';

const { claims, proof } = aPrincipal();
const actorOf = (name: string, more: Partial<Actor> = {}): Actor => ({
  ...{ via: 'act', connection: null, client: name, subject: name, name, claims, proof, reuse: null, lineage: null },
  ...more,
});
const lineageOf = (actors: readonly Actor[], ceilings?: readonly Ceiling[]) => ({
  ...{ tokenIds: ['iss_1'], exchanges: 0, expires: epochSeconds(NOW_SECONDS), issuer: null, actors },
  ...{ presenters: [], boundTo: null, scopes: [], token: { subject: 's', claims } },
  ...(ceilings === undefined ? {} : { ceilings }),
});
const ceiling = (scope: string): Ceiling => ({ scopes: [scope], resources: null });

describe('an identity', () => {
  it.each([
    ['people:alice', { connection: 'people', client: null, subject: 'alice' }],
    ['people:alice', { connection: 'people', client: 'cli', subject: 'alice' }],
    ['client:agent', { connection: null, client: 'agent', subject: 'of a role' }],
    ['client:agent', { connection: null, client: null, subject: 'agent' }],
  ])('is %s', (text, actor) => {
    expect(identityOf(actor)).toBe(text);
  });
});

describe('those who act', () => {
  it('are nobody where nobody does', () => {
    expect(actorsOf({ principal: aPrincipal(), actor: null })).toEqual([]);
  });

  it('are whoever acts now, who acted before it, and who acted before for the subject', () => {
    const [now, before, earlier] = [actorOf('now'), actorOf('before'), actorOf('earlier')];
    const principal = aPrincipal({ lineage: lineageOf([earlier]) });
    const names = (actor: Actor | null) => actorsOf({ principal, actor }).map(({ name }) => name);
    expect(names({ ...now, lineage: lineageOf([before]) })).toEqual(['now', 'before', 'earlier']);
    expect(names(now)).toEqual(['now', 'earlier']);
    expect(names(null)).toEqual(['earlier']);
  });
});

describe('ceilings', () => {
  it('are none of a proof that is for anybody', () => {
    expect(ceilingsOf({ principal: aPrincipal({ lineage: lineageOf([]) }), actor: actorOf('a') })).toEqual([]);
  });

  it('are those of either proof, and of what either came of', () => {
    const forClient = (scope: string) => ({ client: 'a', ...ceiling(scope) });
    const principal = aPrincipal({ forClient: forClient('1'), lineage: lineageOf([], [ceiling('2'), ceiling('3')]) });
    const actor = actorOf('a', { forClient: forClient('4'), lineage: lineageOf([], [ceiling('5')]) });
    expect(ceilingsOf({ principal, actor }).map(({ scopes }) => scopes?.join())).toEqual(['1', '2', '3', '4', '5']);
    expect(ceilingsOf({ principal, actor: null })).toHaveLength(3);
  });
});

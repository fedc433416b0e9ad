/** From whose points of view a request is looked at, where broker tokens bring more people with them. */
import { describe, expect, it } from '@jest/globals';
import type { DecisionInput } from '../../lib/policy/lookup.ts';
import { allowPerspectives, denyPerspectives } from '../../lib/policy/perspectives.ts';
import { brought, claimsOf, client, clientActor, input, lineage, tokenActor } from './people.ts';

/** Subject < actor | client */
const seen = ({ principal: { source, subject }, actor, client: by }: DecisionInput): string =>
  [
    `${source.kind === 'connection' ? '' : `(${source.kind})`}${source.name} ${subject.slice(0, 12)}`,
    actor === null ? '' : ` < ${actor.connection ?? '-'} ${actor.client ?? actor.subject}`,
    by === null ? '' : ` | ${by.client}`,
  ].join('');

const own = 'github repo:acme/we';
const token = 'broker github:alice';
const agent = tokenActor('agents');
const robot = tokenActor('robots');
const agentOfToken = tokenActor('agents', { lineage: lineage({ actors: [robot], presenters: ['relay'] }) });

describe('an allow rule sees', () => {
  it.each<[string, Partial<DecisionInput>, readonly string[]]>([
    ['the request as it is', {}, [own]],
    ['the actor as he is', { actor: agent, client: client('bot') }, [`${own} < agents agent-7 | bot`]],
    ['a broker token as its origin and as itself', { principal: brought() }, [own, token]],
    [
      'a broker token and its actor',
      { principal: brought(), actor: agent },
      [`${own} < agents agent-7`, `${token} < agents agent-7`],
    ],
    [
      "an actor's broker token as its origin and as itself",
      { actor: agentOfToken },
      [`${own} < agents agent-7`, `${own} < broker github:alice`],
    ],
    ['nobody of the way', { principal: brought({ actors: [robot], presenters: ['relay'] }) }, [own, token]],
  ])('%s', (_, more, expected) => {
    expect(allowPerspectives(input(more)).map(seen)).toEqual(expected);
  });

  it("an actor's broker token with the token's claims, under nobody else's name", () => {
    const [, view] = allowPerspectives(input({ actor: { ...agentOfToken, client: 'bot' } }));
    expect(view?.actor).toMatchObject({ client: null, lineage: null, claims: claimsOf({ team: 'of the token' }) });
  });
});

describe('a deny rule sees', () => {
  it.each<[string, Partial<DecisionInput>, readonly string[]]>([
    ['the request as it is', { client: client('bot') }, [`${own} | bot`]],
    [
      'each client that authenticated on the way, once',
      { principal: brought({ presenters: ['relay', 'bot', 'relay'] }), client: client('bot') },
      [`${own} | bot`, `${own} | relay`, `${token} | bot`, `${token} | relay`],
    ],
    [
      'those that acted as clients, and those of the way of the actor',
      { principal: brought({ actors: [clientActor('worker'), robot] }), actor: agentOfToken },
      [own, token].flatMap((subject) =>
        ['agents agent-7', 'broker github:alice', 'robots agent-7', '- worker', 'robots agent-7'].flatMap((actor) =>
          ['', ' | relay', ' | worker'].map((by) => `${subject} < ${actor}${by}`),
        ),
      ),
    ],
    [
      'who acts now beside who acted before',
      { principal: brought({ actors: [robot] }), actor: agent },
      [own, token].flatMap((subject) => [`${subject} < agents agent-7`, `${subject} < robots agent-7`]),
    ],
    [
      'whom `act` names once, though the token names him too',
      { principal: brought({ actors: [robot] }), actor: robot },
      [`${own} < robots agent-7`, `${token} < robots agent-7`],
    ],
  ])('%s', (_, more, expected) => {
    expect(denyPerspectives(input(more)).map(seen)).toEqual(expected);
  });

  it('of a client of the way its name only: its claims are withheld', () => {
    const before = denyPerspectives(input({ principal: brought({ presenters: ['relay'] }) })).at(-1);
    expect(before?.client).toMatchObject({ client: 'relay', claims: { otherwise: 'claim_withheld' }, reuse: null });
    expect(before?.client?.claims.values.size).toBe(0);
    expect(before?.client?.claims.unavailable.size).toBe(0);
  });
});

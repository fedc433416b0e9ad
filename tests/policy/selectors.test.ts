/** Whom a rule is about. */
import { describe, expect, it } from '@jest/globals';
import type { Rule } from '../../lib/configuration/documents/rules.ts';
import { type DecisionInput, decide } from '../../lib/policy/decide.ts';
import { loadScope } from '../../lib/policy/scope.ts';
import { missedActor } from '../../lib/policy/selectors.ts';
import {
  bot,
  brought,
  client,
  clientActor,
  decided,
  input,
  lineage,
  presentedBy,
  principal,
  rule,
  scope,
  tokenActor,
  when,
  withAgent,
} from './people.ts';

const github = ['github'];

const people: [string, DecisionInput][] = [
  ['a subject of the connection', input()],
  [
    'a subject of another connection',
    input({ principal: principal({ source: { kind: 'connection', name: 'gitlab' } }) }),
  ],
  ['a client of the connection’s name', bot('github')],
  ['the client itself', bot('bot')],
  ['another client itself', bot('other')],
  ['a subject that the client presents', presentedBy('bot')],
  ['a subject that another client presents', presentedBy('other')],
  ['a subject with an agent', withAgent('agents')],
  ['a subject with an agent, presented by the client', withAgent('agents', 'bot')],
  ['a subject with an agent, presented by another client', withAgent('agents', 'other')],
  ['a subject with another agent', withAgent('robots')],
];

/** One column a person above. */
const selections: [string, Partial<Rule>, string, string][] = [
  ['connection', { connections: github }, 'y..........', 'y....yyyyyy'],
  ['client', { clients: ['bot'] }, '...y.......', '...y.y..y..'],
  ['a client of a connection’s name', { clients: github }, '..y........', '..y........'],
  ['connection and client', { connections: github, clients: ['bot'] }, '.....y.....', '.....y..y..'],
  ['lists', { connections: ['x', 'github'], clients: ['x', 'bot'] }, '.....y.....', '.....y..y..'],
  [
    'connection, actor from a connection',
    { connections: github, actor: { connections: ['agents'], clients: null, when: null } },
    '.......yyy.',
    '.......yyy.',
  ],
  [
    'connection, client as actor',
    { connections: github, actor: { connections: null, clients: ['bot'], when: null } },
    '.....y.....',
    '.....y..y..',
  ],
  [
    'connection, actor from a connection through a client',
    { connections: github, actor: { connections: ['agents'], clients: ['bot'], when: null } },
    '........y..',
    '........y..',
  ],
  [
    'connection and client, actor from a connection',
    { connections: github, clients: ['bot'], actor: { connections: ['agents'], clients: null, when: null } },
    '........y..',
    '........y..',
  ],
];

describe.each(selections)('a rule that names %s', (_name, more, allows, denies) => {
  it.each(people.map(([name, request], index) => ({ name, request, allow: allows[index], deny: denies[index] })))(
    'in allow and in deny, for $name',
    ({ request, allow, deny }) => {
      expect(decided({ allow: [rule(more)] }, request)).toBe(allow === 'y' ? 0 : 'not_allowed');
      const everybody = [
        rule({ connections: ['github', 'gitlab'] }),
        rule({ clients: ['github', 'bot', 'other'] }),
        rule({ connections: github, actor: { connections: ['agents', 'robots'], clients: null, when: null } }),
        rule({ connections: github, actor: { connections: null, clients: ['bot', 'other'], when: null } }),
      ];
      const decision = decide(loadScope(scope({ allow: everybody, deny: [rule(more)] })), request);
      expect(decision.allowed).toBe(deny !== 'y');
    },
  );
});

it('admits a client as presenter only as the one that authenticated, not by an actor token of its name', () => {
  const actor = tokenActor('broker', { client: 'bot' });
  const allow = [rule({ connections: github, clients: ['bot'] })];
  expect(decided({ allow }, input({ actor, client: client('bot') }))).toBe('not_allowed');
});

it('denies a client that came itself once, also where nobody authenticated', () => {
  const request = { ...bot('bot'), client: null };
  const allow = [rule({ clients: ['bot'] })];
  expect(decided({ allow }, request)).toBe(0);
  expect(decided({ allow, deny: [rule({ clients: ['other'] })] }, request)).toBe(0);
  expect(decided({ allow, deny: [rule({ clients: ['bot'] })] }, request)).toBe('not_allowed');
});

it('refuses everybody whom a deny rule without selectors or conditions meets', () => {
  for (const [, request] of people) expect(decided({ deny: [rule()] }, request)).toBe('not_allowed');
});

it.each([
  ['nobody has acted', [], 0],
  ['the client itself has acted before', [clientActor('bot')], 0],
  ['another client has acted before', [clientActor('other')], 'not_allowed'],
  ['an agent has acted before', [clientActor('bot'), tokenActor('agents')], 'not_allowed'],
])('a client presents the subject’s own token where %s', (_, actors, expected) => {
  const allow = [rule({ connections: github, clients: ['bot'] })];
  expect(decided({ allow }, { ...presentedBy('bot'), principal: brought({ actors }) })).toBe(expected);
});

describe('a chain of broker tokens hides nobody', () => {
  const relayed = rule({ clients: ['relay'], when: when('StringEquals', 'client', 'bot') });
  const acting = rule({
    actor: { connections: ['agents'], clients: ['relay'], when: when('StringEquals', 'client', 'bot') },
  });
  const agent = tokenActor('agents', { lineage: lineage({ presenters: ['relay'] }) });

  it.each<[string, Rule, Partial<DecisionInput>]>([
    ['of the subject, beside who presents the last', relayed, { principal: brought({ presenters: ['relay'] }) }],
    ['of the actor, beside who presents the last', relayed, { actor: agent }],
    [
      'of the subject, beside the actor',
      acting,
      { actor: tokenActor('agents'), principal: brought({ presenters: ['relay'] }) },
    ],
    ['of the actor, as who acts', acting, { actor: agent }],
  ])('a deny rule meets a client on the way %s', (_, deny, more) => {
    const allow = [
      rule({ connections: github }),
      rule({ connections: github, actor: { connections: ['agents'], clients: null, when: null } }),
    ];
    const request = input({ client: client('bot'), ...more });
    expect(typeof decided({ allow }, request)).toBe('number');
    expect(decided({ allow, deny: [deny] }, request)).toBe('not_allowed');
  });
});

describe('what keeps an allow rule from its subject', () => {
  const agents = { connections: ['agents'], clients: null, when: null };
  it.each<[string, Partial<Rule>, DecisionInput, string | null]>([
    ['nothing, where nobody acts', {}, input(), null],
    ['nothing, where whom it wants acts', { actor: agents }, withAgent('agents'), null],
    ['nothing of the actor, for another subject', { connections: ['gitlab'] }, withAgent('agents'), null],
    ['that nobody acts', { actor: agents }, input(), 'Actor absent'],
    ['that another one acts', { actor: agents }, withAgent('robots'), 'Actor different'],
    ['that somebody acts', {}, withAgent('agents'), 'NoActor different'],
  ])('is %s', (_, more, request, expected) => {
    const check = missedActor(rule({ connections: github, ...more }), request);
    expect(check && `${check.operator} ${check.missed}`).toBe(expected);
    if (check !== null) expect(check).toMatchObject({ key: 'actor', held: false });
  });
});

/** What a plan says of a scope: who gains and loses it, and by which terms. */
import { describe, expect, it } from '@jest/globals';
import type { ApprovalRequirement, Rule } from '../../../lib/configuration/documents/rules.ts';
import type { Limit, Scope } from '../../../lib/configuration/documents/scopes.ts';
import type { ScopeParameters } from '../../../lib/policy/parameters.ts';
import { compareScopes } from '../../../lib/policy/plan/scope.ts';
import { seconds } from '../../../lib/time.ts';
import { rule, scope } from '../people.ts';
import { linesOf } from './said.ts';

const said = (before: Scope | null, after: Scope | null): readonly string[] => linesOf(compareScopes(before, after));
const from = (connection: string, more: Partial<Rule> = {}): Rule => rule({ connections: [connection], ...more });
const report = (connection: string): Rule => from(connection, { mode: 'report' });
const GITHUB = 'whoever comes from github';
const PEOPLE = 'whoever comes from people';
const BOT = { connections: null, clients: ['bot'], when: null };
const CLOSED = 'deploy-web, which is closed, once it is open';

describe('who may have a scope', () => {
  it.each<[string, Scope | null, Scope | null, readonly string[]]>([
    ['none before and after', null, null, []],
    ['the same', scope(), scope(), []],
    [
      'a scope more says what it hands out',
      null,
      scope(),
      [`gains | ${GITHUB} | deploy-web: a broker token for https://api.acme.internal for 10m`],
    ],
    ['a scope less', scope(), null, [`loses | ${GITHUB} | deploy-web`]],
    [
      'a rule more and one less',
      scope(),
      scope({ allow: [from('people')] }),
      [`gains | ${PEOPLE} | deploy-web`, `loses | ${GITHUB} | deploy-web`],
    ],
    [
      'of a new scope, who is not among those',
      null,
      scope({ deny: [from('people')] }),
      [
        `gains | ${GITHUB} | deploy-web: a broker token for https://api.acme.internal for 10m`,
        `changes | ${PEOPLE} | deploy-web is refused, whatever allows it`,
      ],
    ],
    ['of a scope that is gone, nobody', scope({ allow: [], deny: [from('people')] }), null, []],
    [
      'who is refused',
      scope(),
      scope({ deny: [from('people')] }),
      [`loses | ${PEOPLE} | deploy-web is refused, whatever allows it`],
    ],
    [
      'who is not refused any more',
      scope({ deny: [from('people')] }),
      scope(),
      [`gains | ${PEOPLE} | deploy-web is not refused any more by a deny rule`],
    ],
    [
      'nobody, where whom a wider rule refuses is refused still',
      scope({ deny: [from('people'), rule({ when: { Bool: { 'claims.x': ['true'] } } })] }),
      scope({
        deny: [
          rule({ when: { Bool: { 'claims.x': ['true'] } } }),
          from('people', { when: { Bool: { 'claims.x': ['true'] } } }),
          from('people'),
        ],
      }),
      [],
    ],
    [
      'of a refusal without a connection, those of every connection',
      scope({ deny: [from('people', { when: { Bool: { 'claims.x': ['true'] } } })] }),
      scope({ deny: [rule({ when: { Bool: { 'claims.x': ['true'] } } })] }),
      [
        'loses | whoever comes where claims.x is true, unless it comes from people | deploy-web is refused, whatever allows it',
      ],
    ],
    [
      'whoever acts for whom is allowed alone',
      scope(),
      scope({ allow: [from('github'), from('github', { actor: BOT })] }),
      [`gains | ${GITHUB}, with the client bot acting, | deploy-web`],
    ],
    [
      'of what is refused to whoever acts, whoever it is',
      scope({ deny: [rule({ actor: BOT })] }),
      scope({ deny: [rule({ actor: { connections: null, clients: null, when: null } })] }),
      [
        'loses | whoever comes, with somebody acting, unless the client bot acts | deploy-web is refused, whatever allows it',
      ],
    ],
  ])('%s', (_, before, after, lines) => {
    expect(said(before, after)).toEqual(lines);
  });
});

describe('who would be allowed or refused by a rule that only reports', () => {
  it.each<[string, Partial<Scope>, string]>([
    ['allowed', { allow: [from('github'), report('people')] }, 'a rule would allow it'],
    ['refused', { deny: [report('people')] }, 'a rule would refuse it'],
  ])('%s', (_, more, what) => {
    expect(said(scope(), scope(more))).toEqual([`changes | ${PEOPLE} | a report is kept that ${what}`]);
    expect(said(scope(more), scope())).toEqual([`changes | ${PEOPLE} | no report is kept any more that ${what}`]);
  });

  it('by a rule of which a wider one is reported already: nobody', () => {
    const wide = rule({ mode: 'report', when: { Bool: { 'claims.x': ['true'] } } });
    const narrow = { ...wide, connections: ['people'] };
    expect(said(scope({ deny: [wide] }), scope({ deny: [wide, narrow] }))).toEqual([]);
    expect(said(scope({ allow: [from('github'), wide] }), scope({ allow: [from('github'), wide, narrow] }))).toEqual([
      `changes | ${PEOPLE} where claims.x is true | a report is kept that a rule would allow it`,
    ]);
  });

  it('by a rule of who acts, beside one of who does not', () => {
    const acting = { ...report('people'), actor: BOT };
    expect(said(scope({ allow: [report('people')] }), scope({ allow: [report('people'), acting] }))).toEqual([
      `changes | ${PEOPLE}, with the client bot acting, | a report is kept that a rule would allow it`,
    ]);
  });

  it('of a scope that is gone: nobody', () => {
    expect(said(scope({ allow: [report('people')], deny: [report('people')] }), null)).toEqual([]);
  });

  it('of a new scope', () => {
    expect(said(null, scope({ allow: [report('people')], deny: [report('github')] }))).toEqual([
      `changes | ${PEOPLE} | a report is kept that a rule would allow it`,
      `changes | ${GITHUB} | a report is kept that a rule would refuse it`,
    ]);
  });
});

describe('who may have a scope that is closed', () => {
  const disabled = (more: Partial<Scope> = {}): Scope => scope({ enabled: false, ...more });
  const reporting = (more: Partial<Scope> = {}): Scope => scope({ mode: 'report', ...more });
  it.each<[string, Scope | null, Scope | null, readonly string[]]>([
    ['nobody, closed as before', disabled(), disabled(), []],
    ['nobody, as it is closed', scope(), reporting(), [`loses | ${GITHUB} | deploy-web`]],
    ['who may, as it is opened', disabled(), scope(), [`gains | ${GITHUB} | deploy-web`]],
    ['in another way than before', disabled(), reporting(), ['changes | deploy-web is under report, and was disabled']],
    [
      'in two ways',
      reporting(),
      disabled({ mode: 'report' }),
      ['changes | deploy-web is disabled, and was under report'],
    ],
    [
      'as it is new',
      null,
      disabled(),
      ['changes | deploy-web is disabled, and was not there', `changes | ${GITHUB} | could have ${CLOSED}`],
    ],
    [
      'as it is gone',
      reporting(),
      null,
      [
        'changes | deploy-web is not there, and was under report',
        `changes | ${GITHUB} | could not any more have ${CLOSED}`,
      ],
    ],
    [
      'by another rule',
      disabled(),
      disabled({ allow: [from('people')] }),
      [`changes | ${PEOPLE} | could have ${CLOSED}`, `changes | ${GITHUB} | could not any more have ${CLOSED}`],
    ],
  ])('%s', (_, before, after, lines) => {
    expect(said(before, after)).toEqual(lines);
  });
});

describe('what holds for whoever may have it', () => {
  const intent = scope({ requires: { intent: true } });
  const approval: ApprovalRequirement = {
    from: [from('people')],
    within: seconds(3600),
    uses: 1,
    for: seconds(600),
    breakGlass: [],
  };
  const approved = (more: Partial<ApprovalRequirement> = {}): Scope =>
    scope({ requires: { intent: false, approval: { ...approval, ...more } } });
  const total = (count: number, window: number): Scope => {
    const limit: Limit = { count, window: seconds(window) };
    return scope({ limits: { perPrincipal: null, total: limit } });
  };
  const perPrincipal = scope({ limits: { perPrincipal: { count: 5, window: seconds(60) }, total: null } });
  it.each<[string, Scope, Scope, readonly string[]]>([
    ['an intent', scope(), intent, ['loses | an intent has to be stated']],
    ['no intent', intent, scope(), ['gains | no intent has to be stated any more']],
    ['an approval', scope(), approved(), ['loses | somebody has to approve']],
    ['no approval', approved(), scope(), ['gains | nobody has to approve any more']],
    ['the same approval', approved(), approved(), []],
    ['another approval', approved(), approved({ uses: 2 }), ['changes | requires.approval.uses is 2 instead of 1']],
    [
      'other approvers',
      approved(),
      approved({ from: [from('github')] }),
      [`gains | ${GITHUB} | approving its requests`, `loses | ${PEOPLE} | approving its requests`],
    ],
    [
      'approvers for whom somebody acts',
      approved(),
      approved({
        from: [from('people'), from('people', { actor: { connections: ['agents'], clients: ['bot'], when: null } })],
      }),
      ['gains | whoever comes from people, with somebody from agents acting through bot, | approving its requests'],
    ],
    [
      'who may go on at once',
      approved(),
      approved({ breakGlass: [from('people')] }),
      [`gains | ${PEOPLE} | going on at once, without an approval`],
    ],
    ['a limit', scope(), total(5, 60), ['loses | at most 5 in 1m for all together']],
    ['a limit of each', scope(), perPrincipal, ['loses | at most 5 in 1m for each principal']],
    ['no limit', total(5, 60), scope(), ['gains | no limit for all together']],
    ['the same limit', total(5, 60), total(5, 60), []],
    ['fewer', total(5, 60), total(4, 60), ['loses | at most 4 in 1m for all together, instead of 5 in 1m']],
    ['in more time', total(5, 60), total(5, 90), ['loses | at most 5 in 90s for all together, instead of 5 in 1m']],
    ['more', total(5, 60), total(6, 60), ['gains | at most 6 in 1m for all together, instead of 5 in 1m']],
    ['in less time', total(5, 60), total(5, 30), ['gains | at most 5 in 30s for all together, instead of 5 in 1m']],
    [
      'fewer in less time',
      total(5, 60),
      total(4, 30),
      ['changes | at most 4 in 30s for all together, instead of 5 in 1m'],
    ],
    [
      'more in more time',
      total(5, 60),
      total(6, 90),
      ['changes | at most 6 in 90s for all together, instead of 5 in 1m'],
    ],
    [
      'another grant',
      scope(),
      scope({
        grant: { type: 'broker-token', audience: 'https://api.acme.internal', duration: seconds(300), claims: {} },
      }),
      ['loses | it lasts 5m instead of 10m'],
    ],
    ['a description', scope(), scope({ description: 'web' }), ['changes | description is web instead of nothing']],
  ])('%s', (_, before, after, lines) => {
    expect(said(before, after)).toEqual(lines);
  });
});

describe('the values that a parameter takes', () => {
  const stage = { values: ['a', 'b'] };
  it.each<[string, ScopeParameters | undefined, ScopeParameters | undefined, readonly string[]]>([
    ['the same', { stage }, { stage }, []],
    ['a parameter', undefined, { stage }, ['changes | the parameter stage is new']],
    ['none', { stage }, undefined, ['changes | the parameter stage is gone']],
    [
      'two, in the order of the alphabet',
      { b: stage },
      { a: stage },
      ['changes | the parameter a is new', 'changes | the parameter b is gone'],
    ],
    [
      'others',
      { stage },
      { stage: { values: ['b', 'c'] } },
      ['gains | the parameter stage may be c', 'loses | the parameter stage may not be a any more'],
    ],
    [
      'a pattern instead',
      { stage },
      { stage: { pattern: 'a*' } },
      [
        'changes | the parameter stage takes other values',
        'changes | parameters.stage.pattern is a* instead of nothing',
      ],
    ],
    [
      'no pattern any more',
      { stage: { pattern: 'a*' } },
      { stage },
      [
        'changes | the parameter stage takes other values',
        'changes | parameters.stage.pattern is nothing instead of a*',
      ],
    ],
    [
      'another pattern',
      { stage: { pattern: 'a*' } },
      { stage: { pattern: 'b*' } },
      ['changes | parameters.stage.pattern is b* instead of a*'],
    ],
  ])('%s', (_, before, after, lines) => {
    const having = (parameters: ScopeParameters | undefined): Scope =>
      scope(parameters === undefined ? {} : { parameters });
    expect(said(having(before), having(after))).toEqual(lines);
  });
});

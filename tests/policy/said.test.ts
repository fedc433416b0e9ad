/** What a person is told of a document that does not load: what is wrong, where, and what to write. */
import { describe, expect, it } from '@jest/globals';
import type { Connection } from '../../lib/configuration/documents/connections.ts';
import type { ConditionsDocument, Rule } from '../../lib/configuration/documents/rules.ts';
import type { Scope } from '../../lib/configuration/documents/scopes.ts';
import type { JsonObject } from '../../lib/json.ts';
import { type ConditionsPlace, compileConditions } from '../../lib/policy/conditions.ts';
import { compileConnection, loadConnection } from '../../lib/policy/connection.ts';
import { Unavailable } from '../../lib/policy/decision.ts';
import type { DocumentProblem } from '../../lib/policy/problem.ts';
import { compileScope, loadScope } from '../../lib/policy/scope.ts';
import { compileSessionPolicy } from '../../lib/policy/session-policy.ts';
import { compileTemplate, renderTemplate, templateInTheWay } from '../../lib/policy/template.ts';
import {
  DOWNSTREAM_AUDIENCE,
  DOWNSTREAM_SCOPE,
  DOWNSTREAM_SUBJECT,
  POLICY,
  PRINCIPAL_LABEL,
  TAG_VALUE,
  type TemplatePlace,
  TOKEN_CLAIM,
} from '../../lib/policy/template-places.ts';
import { aScope, aSessionGrant } from '../fakes/world.ts';
import { CONNECTION } from '../identity/oidc/fixture.ts';

const told = ({ path, severity, message }: DocumentProblem): string => `${severity} ${path.join('/')}: ${message}`;

describe('conditions', () => {
  const said = (document: ConditionsDocument, place: ConditionsPlace = 'allow') =>
    compileConditions(document, { place }).problems.map(told);
  const TEXT = 'text in which `${` stands only in ${*}, ${?} and ${$}';

  it.each<[ConditionsDocument, ConditionsPlace, string]>([
    [{}, 'allow', 'error : tests nothing: leave it out or name an operator'],
    [{ StringEquals: {} }, 'allow', 'error StringEquals: tests nothing: name a condition key'],
    [{ StringEquals: { 'claims.x': [] } }, 'allow', 'error StringEquals/claims.x: has no value to compare with'],
    [{ StringEquals: { sub: ['a'] } }, 'allow', 'error StringEquals/sub: sub is not a condition key'],
    [
      { StringEquals: { principal: ['a'] } },
      'require',
      'error StringEquals/principal: `require` tests claims.* only: there is no principal yet',
    ],
    [{ StringIs: { 'claims.x': ['a'] } }, 'allow', 'error StringIs: StringIs is not an operator'],
    [{ Null: { 'claims.x': ['yes'] } }, 'allow', 'error Null/claims.x: Null takes true or false'],
    [{ Null: { 'claims.x': ['true', 'no'] } }, 'allow', 'error Null/claims.x/1: Null takes true or false'],
    [
      { StringNotEquals: { 'claims.x': ['a'] } },
      'allow',
      'error StringNotEquals/claims.x: StringNotEquals holds for a missing key: write StringNotEqualsIfExists to say so, or add Null: {claims.x: "false"}',
    ],
    [
      { 'ForAllValues:StringEquals': { 'claims.x': ['a'] } },
      'require',
      'error ForAllValues:StringEquals/claims.x: ForAllValues:StringEquals holds for a missing key: write ForAllValues:StringEqualsIfExists to say so, or add Null: {claims.x: "false"}',
    ],
    [
      { 'ForAnyValue:StringEqualsIfExists': { 'claims.x': ['a'] } },
      'allow',
      'warning ForAnyValue:StringEqualsIfExists/claims.x: IfExists changes nothing here: ForAnyValue: never holds for a missing key',
    ],
    [
      { StringEquals: { 'claims.x': ['a*'] } },
      'deny',
      'warning StringEquals/claims.x: `*` and `?` are literal here: write StringLike for wildcards',
    ],
    [
      { StringEqualsIgnoreCase: { 'claims.x': ['a', 'b?'] } },
      'deny',
      'warning StringEqualsIgnoreCase/claims.x/1: `*` and `?` are literal here: write StringLike for wildcards',
    ],
    [{ StringLike: { 'claims.x': ['${a}'] } }, 'allow', `error StringLike/claims.x: StringLike takes ${TEXT}`],
    [
      { StringEquals: { 'claims.x': ['a', '${a}'] } },
      'allow',
      `error StringEquals/claims.x/1: StringEquals takes ${TEXT}`,
    ],
    [{ Bool: { 'claims.x': ['yes'] } }, 'allow', 'error Bool/claims.x: Bool takes true or false'],
    [
      { NumericEquals: { 'claims.x': ['0x1'] } },
      'allow',
      'error NumericEquals/claims.x: NumericEquals takes a number as JSON writes it',
    ],
    [
      { DateLessThan: { 'request.time': ['today'] } },
      'allow',
      'error DateLessThan/request.time: DateLessThan takes an ISO 8601 date (a time needs its zone) or epoch seconds',
    ],
    [
      { IpAddress: { 'request.sourceIp': ['10.0.0.0/33'] } },
      'allow',
      'error IpAddress/request.sourceIp: IpAddress takes an IPv4 or IPv6 address or CIDR range',
    ],
  ])('%j in %s', (document, place, message) => {
    expect(said(document, place)).toEqual([message]);
  });

  it.each<[ConditionsDocument, ConditionsPlace]>([
    [{ StringNotEquals: { 'claims.x': ['a'] } }, 'deny'],
    [{ StringNotEquals: { 'claims.x': ['a'] } }, 'actor-deny'],
    [{ StringNotEqualsIfExists: { 'claims.x': ['a'] } }, 'allow'],
    [{ StringNotEquals: { 'claims.x': ['a'] }, Null: { 'claims.x': ['FALSE'] } }, 'allow'],
    [{ StringNotEquals: { 'claims.x': ['a'] }, Null: { 'claims.y': ['true'], 'claims.x': ['false'] } }, 'allow'],
    [{ StringLike: { 'claims.x': ['a*'] } }, 'allow'],
    [{ StringEquals: { 'claims.x': ['a${*}'] } }, 'allow'],
    [{ StringEquals: { 'actor.claims.x': ['a'] } }, 'actor-allow'],
  ])('and nothing of %j in %s', (document, place) => {
    expect(said(document, place)).toEqual([]);
  });

  it.each<[ConditionsDocument, ConditionsPlace]>([
    [{ StringNotEquals: { 'claims.x': ['a'] }, Null: { 'claims.x': ['true'] } }, 'allow'],
    [{ StringNotEquals: { 'claims.x': ['a'] }, Null: { 'claims.y': ['false'] } }, 'allow'],
    [{ StringNotEquals: { 'claims.x': ['a'] }, Null: { 'claims.x': ['false', 'true'] } }, 'actor-allow'],
  ])('but a missing key is not ruled out by %j', (document, place) => {
    expect(said(document, place)).toHaveLength(1);
  });
});

describe('a scope', () => {
  const rule = (more: Partial<Rule> = {}): Rule => ({
    connections: ['a'],
    clients: null,
    actor: null,
    when: null,
    ...more,
  });
  const said = (scope: Partial<Scope>): readonly string[] => {
    const compilation = compileScope(aScope(scope));
    return (compilation.ok ? compilation.warnings : compilation.problems).map(told);
  };
  it.each<[string, Partial<Scope>, string]>([
    [
      'a rule for nobody',
      { allow: [rule(), rule({ connections: null })] },
      'error allow/1: the rule names neither `connection` nor `client`',
    ],
    [
      'an actor who is nobody',
      { allow: [rule({ actor: { connections: null, clients: null, when: null } })] },
      'error allow/0/actor: `actor` names neither `connection` nor `client`',
    ],
    ['an empty list of connections', { allow: [rule({ connections: [] })] }, 'error allow/0/connection: names nobody'],
    ['an empty list of clients', { deny: [rule({ clients: [] })] }, 'error deny/0/client: names nobody'],
    [
      'an empty list of actors',
      { deny: [rule({ actor: { connections: [], clients: null, when: null } })] },
      'error deny/0/actor/connection: names nobody',
    ],
    [
      'conditions on an actor who is not there',
      { allow: [rule({ when: { StringEquals: { 'actor.claims.x': ['a'] } } })] },
      'warning allow/0/when: tests actor.*, but without `actor` the rule matches only where nobody acts for the subject',
    ],
    [
      'a condition of an actor that does not load',
      { deny: [rule({ actor: { connections: null, clients: null, when: { Nope: { 'claims.x': ['a'] } } } })] },
      'error deny/0/actor/when/Nope: Nope is not an operator',
    ],
    [
      'a template in a role',
      { grant: { ...aSessionGrant(), roleArn: '${claims.x}' } },
      'error grant/roleArn: a template cannot stand here',
    ],
    [
      'a template in a list',
      { grant: { ...aSessionGrant(), policyArns: ['a', '${claims.x'] } },
      'error grant/policyArns/1: `${` without `}`',
    ],
  ])('is told of %s', (_, scope, message) => {
    expect(said(scope)).toEqual([message]);
  });

  it('names each claim of its rules and templates once, of subject and actor apart', () => {
    const scope = loadScope(
      aScope({
        allow: [
          rule({
            when: { StringEquals: { 'claims.a': ['x'], principal: ['y'] } },
            actor: {
              connections: ['b'],
              clients: null,
              when: { StringEquals: { 'actor.claims.c': ['x'], 'claims.d': ['x'] } },
            },
          }),
        ],
        deny: [rule({ when: { StringEquals: { 'claims.a': ['z'] } } })],
        grant: { ...aSessionGrant(), tags: { t: '${claims.e}${actor.claims.f}' } },
      }),
    );
    expect(scope.claims).toEqual({ subject: ['a', 'd', 'e'], actor: ['c', 'f'] });
    expect(scope.grant.keys).toEqual(['claims.e', 'actor.claims.f']);
  });

  it('that is stored and does not load is a fault that names it', () => {
    expect(() => loadScope(aScope({ scope: 'broken', allow: [rule({ connections: null })] }))).toThrow(
      'scope broken does not load',
    );
  });
});

describe('a connection', () => {
  const said = (more: Partial<typeof CONNECTION>): readonly string[] => {
    const compilation = compileConnection<Connection>({ ...CONNECTION, ...more });
    return (compilation.ok ? compilation.warnings : compilation.problems).map(told);
  };
  it.each<[string, Partial<typeof CONNECTION>, string]>([
    ['an empty label', { principal: '' }, 'error principal: a label is at least one character'],
    ['a label of what is not there yet', { principal: '${client}' }, 'error principal: `principal` cannot take client'],
    ['an alias that is no pointer', { claims: { g: 'groups' } }, 'error claims/g: must be a JSON pointer (RFC 6901)'],
    [
      'a condition of `require`',
      { require: [{ StringEquals: { 'claims.x': ['a'] } }, { StringIs: { 'claims.x': ['a'] } }] },
      'error require/1/StringIs: StringIs is not an operator',
    ],
  ])('is told of %s', (_, more, message) => {
    expect(said(more)).toEqual([message]);
  });

  it('that is stored and does not load is a fault that names it', () => {
    expect(() => loadConnection({ ...CONNECTION, principal: '' })).toThrow('connection idp does not load');
  });
});

describe('a template', () => {
  const said = (text: string, place: TemplatePlace): string => {
    const compiled = compileTemplate(text, place);
    return 'messages' in compiled ? compiled.messages.join('; ') : 'loads';
  };
  it.each([
    ['${claims.x', TAG_VALUE, '`${` without `}`'],
    ['${sub}', TAG_VALUE, '${sub} is not a name that templates know'],
    ['${}', TAG_VALUE, '${} is not a name that templates know'],
    ['${claims.${x}', TAG_VALUE, '${claims.${x} is not a name that templates know'],
    ['${client}', PRINCIPAL_LABEL, '`principal` cannot take client'],
    ['${path:claims.x}', TAG_VALUE, '`path:` is for session policies only'],
    ['${claims.x}*', POLICY, '${claims.x} is directly followed by `*`: put a delimiter between them'],
    ['${claims.x}?', POLICY, '${claims.x} is directly followed by `?`: put a delimiter between them'],
    ['a;${claims.x}', TAG_VALUE, 'the value of a tag does not take all characters of this text'],
    ['a"b', DOWNSTREAM_SCOPE, '`scope` does not take all characters of this text'],
    ['a'.repeat(257), TAG_VALUE, 'the value of a tag is longer than 256 characters'],
    [`${'a'.repeat(256)}\${claims.x}`, TAG_VALUE, 'the value of a tag is longer than 256 characters'],
    ['a'.repeat(4_097), TOKEN_CLAIM, 'a claim of a broker token is longer than 4096 characters'],
    ['a'.repeat(2_049), POLICY, 'a session policy is longer than 2048 characters'],
    ['a'.repeat(1_025), PRINCIPAL_LABEL, '`principal` is longer than 1024 characters'],
    ['${aws:username}', TAG_VALUE, '${aws:username} is not a name that templates know'],
    ['${-aws:username}', POLICY, '${-aws:username} is not a name that templates know'],
    ['a b', DOWNSTREAM_AUDIENCE, '`audience` does not take all characters of this text'],
    ['a b', DOWNSTREAM_SUBJECT, '`subject` does not take all characters of this text'],
    // Both are told.
    ['${sub} ${nope}', POLICY, '${sub} is not a name that templates know; ${nope} is not a name that templates know'],
  ] as const)('%j of %#', (text, place, message) => {
    expect(said(text, place)).toBe(message);
  });

  it.each([
    ['${aws:username}/${claims.x}/${*}', POLICY],
    ['${path:claims.x}/*', POLICY],
    [`${'a'.repeat(255)}\${claims.x}`, TAG_VALUE],
    ['a'.repeat(2_048), POLICY],
    ['${connection}: ${claims.x}', PRINCIPAL_LABEL],
    ['', TAG_VALUE],
  ] as const)('%# loads', (text, place) => {
    expect(said(text, place)).toBe('loads');
  });

  it.each([
    ['a', 'none', null],
    ['${aws:username}', 'iam', null],
    ['${aws:username}', 'none', 'a template cannot stand here'],
    ['${*}', 'iam', null],
    ['${*}', 'none', 'a template cannot stand here'],
    ['${claims.x}', 'iam', 'a template cannot stand here'],
    ['${path:claims.x}', 'iam', 'a template cannot stand here'],
    ['${', 'iam', '`${` without `}`'],
  ] as const)('%j where none may stand (%s): %s', (text, variables, message) => {
    expect(templateInTheWay(text, variables)).toBe(message);
  });

  it('says which value it cannot take, and of what place, and never the value', () => {
    const render = (text: string, place: TemplatePlace, value: string | Unavailable) => {
      const compiled = compileTemplate(text, place);
      if ('messages' in compiled) throw new TypeError(compiled.messages.join());
      return renderTemplate(compiled.template, () => value);
    };
    const refused = (reason: string, log: object) => ({ ok: false, refusal: { reason, log } });
    const place = 'the value of a tag';
    expect(render('${claims.x}', TAG_VALUE, 'a;')).toEqual(refused('template_value', { place, key: 'claims.x' }));
    expect(render('${claims.x}', TAG_VALUE, 'a'.repeat(257))).toEqual(
      refused('template_value', { place, tooLong: true }),
    );
    expect(render('${claims.x}', TAG_VALUE, 'a'.repeat(256))).toMatchObject({ ok: true });
    expect(render('${claims.x}', TAG_VALUE, new Unavailable('groups_overage'))).toEqual(
      refused('groups_overage', { place, key: 'claims.x' }),
    );
    expect(render('${claims.x}', PRINCIPAL_LABEL, new Unavailable('groups_overage'))).toEqual(
      refused('principal_invalid', { place: '`principal`', key: 'claims.x' }),
    );
  });
});

describe('a session policy', () => {
  const allow: JsonObject = { Effect: 'Allow', Action: 's3:*', Resource: '*' };
  const said = (statement: JsonObject, more: JsonObject = {}): readonly string[] =>
    compileSessionPolicy({ Version: '2012-10-17', Statement: [statement], ...more }).problems.map(told);
  it.each<[string, JsonObject, JsonObject, string]>([
    ['another effect', { ...allow, Effect: 'allow' }, {}, 'error Statement/0/Effect: must be Allow or Deny'],
    [
      'a template in an action',
      { ...allow, Action: '${claims.x}:*' },
      {},
      'error Statement/0/Action: a template cannot stand here',
    ],
    [
      'a template in a Deny',
      { ...allow, Effect: 'Deny', Resource: ['*', '${claims.x}'] },
      {},
      'error Statement/0/Resource/1: a template cannot stand here',
    ],
    [
      'a template beside a Not element',
      { Effect: 'Allow', NotAction: 's3:*', Resource: '${claims.x}' },
      {},
      'error Statement/0/Resource: a template cannot stand here',
    ],
    [
      'a template in a negated condition',
      { ...allow, Condition: { StringNotEquals: { 'aws:x': '${claims.x}' } } },
      {},
      'error Statement/0/Condition/StringNotEquals/aws:x: a template cannot stand here',
    ],
    [
      'a path where there are no paths',
      { ...allow, Condition: { IpAddress: { 'aws:SourceIp': '${path:claims.x}' } } },
      {},
      'error Statement/0/Condition/IpAddress/aws:SourceIp: `path:` stands with String and Arn operators only',
    ],
    [
      'a template in a name',
      { ...allow, Condition: { StringEquals: { '${claims.x}': 'a' } } },
      {},
      'error Statement/0/Condition/StringEquals/${claims.x}: a template cannot stand here',
    ],
    ['a template in its Id', allow, { Id: '${claims.x}' }, 'error Id: a template cannot stand here'],
    [
      'its length',
      { ...allow, Sid: 'a'.repeat(2_048) },
      {},
      'error : the policy is longer than the 2048 characters that STS takes',
    ],
  ])('is told of %s', (_, statement, more, message) => {
    expect(said(statement, more)).toEqual([message]);
  });

  it('without a Statement is told so', () => {
    expect(compileSessionPolicy({ Version: '2012-10-17' }).problems.map(told)).toEqual([
      'error : a policy has a Statement',
    ]);
  });

  it.each([
    'StringEquals',
    'StringEqualsIgnoreCase',
    'StringLike',
    'ArnEquals',
    'ArnLikeIfExists',
    'ForAnyValue:StringLike',
    'ForAllValues:StringEquals',
  ])('takes a path with %s', (operator) => {
    expect(said({ ...allow, Condition: { [operator]: { 'aws:x': ['a', '${path:claims.x}'] } } })).toEqual([]);
  });

  it.each(['NumericLessThan', 'NumericGreaterThanEqualsIfExists', 'DateEquals', 'Bool', 'ForAnyValue:IpAddress'])(
    'takes a plain value with %s',
    (operator) => {
      expect(said({ ...allow, Condition: { [operator]: { 'aws:x': '${claims.x}' } } })).toEqual([]);
    },
  );

  it.each(['Null', 'BinaryEquals', 'NotIpAddress', 'StringNotLike', 'stringEquals', 'ForAnyValue:Null'])(
    'takes none with %s',
    (operator) => {
      expect(said({ ...allow, Condition: { [operator]: { 'aws:x': '${claims.x}' } } })).toHaveLength(1);
    },
  );
});

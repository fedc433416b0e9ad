import { runUnsafeSimulation } from '@cloud-copilot/iam-simulate';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { OauthTokenGrant } from '../../lib/configuration/documents/oauth-token-grant.ts';
import { plainFacts } from '../../lib/configuration/downstream-presets/preset.ts';
import type { JsonObject } from '../../lib/json.ts';
import type { AwsSessionGrant } from '../../lib/policy/grants/aws-session.ts';
import type { BrokerTokenGrant } from '../../lib/policy/grants/broker-token.ts';
import { compileGrant } from '../../lib/policy/grants/compiled-grant.ts';
import type { Grant, GrantType } from '../../lib/policy/grants/kinds.ts';
import { renderDownstream, renderPolicy, renderTags, renderTokenClaims } from '../../lib/policy/render-grant.ts';
import { seconds } from '../../lib/time.ts';

/** Values as a caller would choose them: mostly plain, often with what IAM, ARNs, JSON and scopes treat specially. */
const special = [
  '*',
  '?',
  '${',
  '}',
  '${*}',
  '${aws:username}',
  '$',
  ':',
  '/',
  '//',
  '.',
  '..',
  ' ',
  '"',
  '\\',
  '\n',
  ',',
  '\u0000',
];
const hostile = fc
  .array(fc.oneof(fc.constantFrom('a', 'b', 'team', '-', '_', '@'), fc.constantFrom(...special)), { maxLength: 6 })
  .map((parts) => parts.join(''));
const plain = fc.stringMatching(/^[A-Za-z0-9_.@=+-]{1,6}$/);
const value = fc.oneof(
  hostile,
  plain,
  fc.tuple(plain, plain).map((parts) => parts.join('/')),
);

/** The parsed templates of a grant that loads. */
function compiled<T extends GrantType>(type: T, grant: Grant<T>) {
  const { compiled: loaded, problems } = compileGrant(type, grant);
  if (loaded === null) throw new TypeError(JSON.stringify(problems));
  return loaded.templates;
}

const session = (policy: JsonObject | null, tags: Record<string, string> = {}): AwsSessionGrant => ({
  type: 'aws-session',
  roleArn: 'arn:aws:iam::111122223333:role/token-broker/x',
  externalId: null,
  duration: seconds(3600),
  maxDuration: seconds(3600),
  policy,
  policyArns: [],
  tags,
  sourceIdentity: 'off',
});

const reads = (resource: string, condition: JsonObject): JsonObject => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: ['s3:GetObject', 's3:ListBucket'], Resource: resource, Condition: condition }],
});

const rendered = (policy: JsonObject, text: string): JsonObject | null => {
  const outcome = renderPolicy(compiled('aws-session', session(policy)).policy, () => text);
  return outcome.ok && outcome.value !== null ? JSON.parse(outcome.value) : null;
};

const allows = (policy: JsonObject, action: string, resource: string, context: Record<string, string>): boolean =>
  runUnsafeSimulation(
    {
      request: {
        principal: 'arn:aws:iam::111122223333:role/probe',
        action,
        resource: { resource, accountId: '111122223333' },
        contextVariables: { 'aws:username': 'nobody', ...context },
      },
      identityPolicies: [{ name: 'probe', policy }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  ) === 'Allowed';

test.each(['${claims.x}', '${path:claims.x}'])(
  'Resource with %s reaches only what begins with the value itself',
  (template) => {
    const policy = reads(`arn:aws:s3:::bucket/${template}/*`, {});
    let reached = 0;
    fc.assert(
      fc.property(value, value, (own, other) => {
        const document = rendered(policy, own);
        if (document === null) return;
        // A star in a requested resource asks the simulator about a pattern, not about an object.
        const keys = [`${own}/file`, `${other}/file`, other, `${own}${other}`].filter((key) => !/[*?]/.test(key));
        for (const key of keys) {
          if (!allows(document, 's3:GetObject', `arn:aws:s3:::bucket/${key}`, {})) continue;
          reached += 1;
          expect(key.startsWith(`${own}/`)).toBe(true);
        }
        expect(allows(document, 's3:GetObject', `arn:aws:s3:::other/${own}/file`, {})).toBe(false);
      }),
      { numRuns: 1500, seed: 5 },
    );
    expect(reached).toBeGreaterThan(200);
  },
);

test.each([
  ['StringEquals', 'home/${claims.x}', (own: string, prefix: string) => prefix === `home/${own}`],
  ['StringLike', 'home/${path:claims.x}/*', (own: string, prefix: string) => prefix.startsWith(`home/${own}/`)],
  [
    'StringEqualsIgnoreCase',
    '${claims.x}',
    (own: string, prefix: string) => prefix.toLowerCase() === own.toLowerCase(),
  ],
  ['ForAnyValue:StringLike', '*/${claims.x}', (own: string, prefix: string) => prefix.endsWith(`/${own}`)],
])('a condition with %s on %s holds only for the value itself', (operator, template, within) => {
  const policy = reads('arn:aws:s3:::bucket', { [operator]: { 's3:prefix': template } });
  let reached = 0;
  fc.assert(
    fc.property(value, value, (own, other) => {
      const document = rendered(policy, own);
      if (document === null) return;
      for (const prefix of [own, other, `home/${own}`, `home/${other}`, `home/${own}/a`, `home/${own}${other}`]) {
        if (!allows(document, 's3:ListBucket', 'arn:aws:s3:::bucket', { 's3:prefix': prefix })) continue;
        reached += 1;
        expect(within(own, prefix)).toBe(true);
      }
    }),
    { numRuns: 1000, seed: 6 },
  );
  expect(reached).toBeGreaterThan(100);
});

test('a rendered policy is the written one but for the value in its own string', () => {
  const texts = [
    'arn:aws:s3:::b/${claims.x}/${aws:username}/*',
    '${claims.x}',
    '?*${claims.x}/${*}',
    '${path:claims.x}-${claims.x}',
  ];
  fc.assert(
    fc.property(value, fc.constantFrom(...texts), fc.constantFrom(...texts), (own, resource, condition) => {
      const policy = reads(resource, { StringLike: { 's3:prefix': [condition, 'literal'] } });
      const document = rendered(policy, own);
      if (document === null) return;
      const put = (text: string) => text.replace(/\$\{(?:path:)?claims\.x\}/g, () => own);
      expect(document).toEqual(reads(put(resource), { StringLike: { 's3:prefix': [put(condition), 'literal'] } }));
      expect(/[*?${}:"\\]/.test(own)).toBe(false);
    }),
    { numRuns: 3000, seed: 7 },
  );
});

test('a tag is the written text with the value in it, in the characters and length that STS takes', () => {
  const { tags } = compiled('aws-session', session(null, { a: 'x/${claims.x}', b: '${claims.x}', c: 'literal' }));
  fc.assert(
    fc.property(fc.oneof(value, fc.string({ unit: 'grapheme', maxLength: 300 })), (own) => {
      const outcome = renderTags(tags, () => own);
      const fits = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,254}$/u.test(own) && own.length <= 254;
      expect(outcome.ok).toBe(fits);
      if (!outcome.ok) return;
      expect(outcome.value).toEqual([
        { key: 'a', value: `x/${own}` },
        { key: 'b', value: own },
        { key: 'c', value: 'literal' },
      ]);
    }),
    { numRuns: 3000, seed: 8 },
  );
});

const token = (claims: JsonObject): BrokerTokenGrant => ({
  type: 'broker-token',
  audience: 'https://a',
  duration: seconds(600),
  claims,
});

test('a value stays within its claim of a broker token, list or not', () => {
  const { claims } = compiled('broker-token', token({ one: '${claims.x}', two: { deep: ['t-${claims.x}', 7, null] } }));
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (own) => {
      const outcome = renderTokenClaims(claims, () => own);
      expect(outcome.ok).toBe(own !== '' && own.isWellFormed());
      if (outcome.ok) expect(outcome.value).toEqual({ one: own, two: { deep: [`t-${own}`, 7, null] } });
    }),
    { numRuns: 2000, seed: 9 },
  );
});

test.each<[string, JsonObject, unknown, unknown]>([
  ['a list where the claim is one template', { g: '${claims.x}' }, ['a', 'b'], { g: ['a', 'b'] }],
  ['a list of one stays a list', { g: '${claims.x}' }, ['a'], { g: ['a'] }],
  ['a number as its text', { g: '${claims.x}' }, 7, { g: '7' }],
  ['no empty list', { g: '${claims.x}' }, [], 'template_value'],
  ['no list of other things', { g: '${claims.x}' }, ['a', 1], 'template_value'],
  ['no list of lists', { g: '${claims.x}' }, [['a']], 'template_value'],
  ['no list with an empty text', { g: '${claims.x}' }, ['a', ''], 'template_value'],
  ['no list beside text', { g: 'x${claims.x}' }, ['a'], 'template_value'],
  ['no list deeper down', { g: ['${claims.x}'] }, ['a'], 'template_value'],
  ['no object', { g: '${claims.x}' }, { a: 'b' }, 'template_value'],
  ['nothing for nothing', { g: '${claims.x}' }, undefined, 'template_value'],
])('a broker token carries %s', (_name, claims, own, expected) => {
  const outcome = renderTokenClaims(compiled('broker-token', token(claims)).claims, () => own as never);
  expect(outcome.ok ? outcome.value : outcome.refusal.reason).toEqual(expected);
});

const downstream = (texts: { scope: string; audience: string }): OauthTokenGrant => ({
  type: 'oauth-token',
  provider: 'client-credentials',
  preset: null,
  tokenEndpoint: 'https://login.example.com/token',
  tokenResponse: plainFacts.tokenResponse,
  resource: null,
  allowPrivateAddress: false,
  client: {
    clientId: 'c',
    authentication: 'client_secret_basic',
    secret: 's',
    assertionAudience: null,
    keyId: null,
    keyHeader: 'kid',
    algorithm: null,
  },
  ...texts,
});

test('a value never adds a word to a downstream scope, nor leaves its part of a scope or an audience', () => {
  const templates = compiled(
    'oauth-token',
    downstream({
      scope: 'reports:read team:${claims.x} ${claims.y}',
      audience: 'https://${claims.x}.example.com/v1',
    }),
  );
  let seen = 0;
  fc.assert(
    fc.property(value, value, (part, word) => {
      const outcome = renderDownstream(templates, (key) => (key === 'claims.x' ? part : word));
      if (!outcome.ok) return;
      seen += 1;
      expect(outcome.value.scope?.split(' ')).toEqual(['reports:read', `team:${part}`, word]);
      expect(part).toMatch(/^[A-Za-z0-9_.~@=+-]+$/);
      expect(outcome.value.audience).toBe(`https://${part}.example.com/v1`);
    }),
    { numRuns: 3000, seed: 10 },
  );
  expect(seen).toBeGreaterThan(300);
});

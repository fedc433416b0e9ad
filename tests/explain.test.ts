import { expect, test } from '@jest/globals';
import { type ExplainPorts, explain } from '../lib/explain.ts';
import type { JsonObject, JsonValue } from '../lib/json.ts';
import type { IssuanceRecord } from '../lib/ledger/record.ts';
import { epochMilliseconds } from '../lib/time.ts';
import { documentsOf, GITHUB, ISSUER } from './configuration/folder-of.ts';
import { fakeConfiguration } from './fakes/world.ts';

const SCOPE = `scope: deploy
allow:
  - connection: github
    when: { StringEquals: { claims.ref: refs/heads/main } }
grant:
  type: aws-session
  roleArn: arn:aws:iam::111122223333:role/token-broker/deploy
  externalId: a-secret-external-id
`;
/** Tokens for a client that exchanges them, and what it may get. */
const FILES = `scope: files
allow: [{ connection: github, when: { StringEquals: { claims.repository_id: "1" } } }]
grant: { type: broker-token, audience: https://files.acme.internal }
`;
const BY_SERVER = `scope: by-server
allow: [{ connection: broker, actor: { client: files } }]
grant: { type: aws-session, roleArn: arn:aws:iam::111122223333:role/token-broker/by-server }
`;
const ID = 'iss_00000000000000000000000000';
const CLAIMS = { repository: 'acme/web', ref: 'refs/heads/main', repository_owner_id: '1234567' };

const record: IssuanceRecord = {
  ...{ id: ID, time: epochMilliseconds(1_795_251_600_000), outcome: 'denied', reason: 'not_allowed', attempts: 1 },
  ...{ scope: 'deploy', grant: 'aws-session', principal: 'acme/web', connection: 'github', client: null },
  ...{ subject: 'repo:acme/web', actor: null, intent: null, claims: { ref: 'refs/heads/dev' }, credential: null },
  proof: { kind: 'oidc', issuer: 'https://x', tokenId: null, sha256: null, expires: null },
  decision: { configVersion: 1, rule: null, checks: [] },
  request: { id: 'r', sourceIp: '198.51.100.7', userAgent: null },
};

async function ask(question: JsonValue | Uint8Array) {
  const documents = await documentsOf({
    'connections/github.yaml': GITHUB,
    'clients/files.yaml':
      'client: files\nsecret: token-broker/clients/files\naudiences: [https://files.acme.internal]\n',
    'scopes/deploy.yaml': SCOPE,
    'scopes/files.yaml': FILES,
    'scopes/by-server.yaml': BY_SERVER,
  });
  const never = () => Promise.reject(new Error('asked'));
  const ports: ExplainPorts = {
    issuer: ISSUER,
    clock: { now: () => epochMilliseconds(1_795_251_600_000) },
    replays: { claim: never },
    ownKeys: { find: never, all: never },
    revocations: { anyRevoked: never, revokedAmong: never, revoke: never, standing: never },
    configurations: { current: async () => fakeConfiguration(documents) },
    queries: { get: async (id) => (id === ID ? record : null) },
  };
  const body = question instanceof Uint8Array ? question : Buffer.from(JSON.stringify(question));
  const outcome = await explain(ports, body, AbortSignal.timeout(10_000));
  return outcome.ok ? outcome.value : outcome.refusal.reason;
}

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const times = { iat: 1_795_000_000, exp: 1_795_000_600 };
const claims = { ...CLAIMS, ...times, iss: 'https://token.actions.githubusercontent.com', aud: ISSUER, sub: 'repo:x' };
const tokenOf = (more: JsonObject) =>
  `${part({ alg: 'RS256', kid: 'k', typ: 'JWT' })}.${part({ ...claims, ...more })}.${'A'.repeat(342)}`;
const token = tokenOf({});

test.each<[string, JsonObject]>([
  ['claims of a connection', { claims: CLAIMS, connection: 'github' }],
  ['a token that has ended, as of when it was issued', { token }],
  ['a token that is bound to a key, as if that were proven', { token: tokenOf({ cnf: { jkt: 'k'.repeat(43) } }) }],
  ['claims of one', { claims: { ...CLAIMS, cnf: { jkt: 'k'.repeat(43) } }, connection: 'github' }],
])('explains %s', async (_name, question) => {
  const answer = await ask({ scope: 'deploy', ...question });
  expect(answer).toMatchObject({ scope: 'deploy', exists: true, allowed: true, reason: null, rule: 0, whyNot: [] });
  expect(answer).toMatchObject({ principal: { name: 'acme/web@refs/heads/main', connection: 'github' } });
});

test('explains a recorded issuance by the claims that were kept', async () => {
  expect(await ask({ scope: 'deploy', issuance: ID })).toMatchObject({
    ...{ allowed: false, reason: 'not_allowed', time: '2026-11-21T09:00:00Z' },
    nearest: { rule: 0, file: 'scopes/deploy.yaml', line: 3 },
    whyNot: ['claims.ref must be refs/heads/main; it is refs/heads/dev'],
  });
});

test('explains what a client gets that brings the proof, and what a server makes of a token that it was sent', async () => {
  const beside = await ask({ scope: 'deploy', token, client: 'files' });
  expect(beside).toMatchObject({ allowed: false, reason: 'not_allowed', actor: { name: 'files' } });
  const sent = { aud: 'https://files.acme.internal', sub: 'github:x', scope: 'files' };
  const asked = { scope: 'by-server', claims: sent, connection: 'broker' };
  expect(await ask({ ...asked, client: 'files' })).toMatchObject({ allowed: true, rule: 0 });
  expect(await ask(asked)).toMatchObject({ allowed: false, reason: 'audience_mismatch' });
});

test('says what is known of a scope that there is not', async () => {
  const answer = await ask({ scope: 'nothing', claims: CLAIMS, connection: 'github' });
  expect(answer).toMatchObject({ exists: false, allowed: false, reason: 'not_allowed', rules: [] });
});

test('tells nothing of a grant, an external id least of all, and not the token', async () => {
  const text = JSON.stringify(await ask({ scope: 'deploy', token }));
  expect(text).not.toContain('a-secret-external-id');
  expect(text).not.toContain(token.slice(0, 60));
  expect(text).not.toContain('arn:aws:iam');
});

test.each<[string, JsonValue | Uint8Array, string]>([
  ['nothing', Buffer.alloc(0), 'malformed_request'],
  ['no JSON', Buffer.from('scope=deploy'), 'malformed_request'],
  ['a list', [], 'malformed_request'],
  ['a member twice', Buffer.from('{"scope":"deploy","scope":"other","token":"x"}'), 'malformed_request'],
  [
    '1,000 levels',
    Buffer.from(`{"scope":"deploy","claims":${'{"a":'.repeat(1_000)}1${'}'.repeat(1_000)}}`),
    'malformed_request',
  ],
  ['too much', Buffer.from(`{"scope":"deploy","token":"${'a'.repeat(100_000)}"}`), 'malformed_request'],
  ['no scope', { token }, 'parameter_invalid'],
  ['a scope that is no name', { scope: 'a b', token }, 'parameter_invalid'],
  ['no proof', { scope: 'deploy' }, 'parameter_invalid'],
  ['two proofs', { scope: 'deploy', token, issuance: ID }, 'parameter_invalid'],
  ['claims of no connection', { scope: 'deploy', claims: CLAIMS }, 'parameter_invalid'],
  ['a connection without claims', { scope: 'deploy', token, connection: 'github' }, 'parameter_invalid'],
  ['claims that are a list', { scope: 'deploy', claims: [], connection: 'github' }, 'parameter_invalid'],
  ['a member that is not known', { scope: 'deploy', token, role: 'x' }, 'parameter_invalid'],
  ['a client that is no name', { scope: 'deploy', token, client: 7 }, 'parameter_invalid'],
  ['a client beside what has one', { scope: 'deploy', issuance: ID, client: 'files' }, 'parameter_invalid'],
  ['an id that is none', { scope: 'deploy', issuance: '../x' }, 'parameter_invalid'],
  ['an id that nobody has', { scope: 'deploy', issuance: `${ID.slice(0, -1)}1` }, 'issuance_unknown'],
])('refuses %s', async (_name, question, reason) => {
  expect(await ask(question)).toBe(reason);
});

test.each<[string, JsonObject, string]>([
  [
    'a token of nobody known',
    { token: token.replace(/\..*\./, `.${part({ ...claims, iss: 'https://x' })}.`) },
    'issuer_unknown',
  ],
  ['no token', { token: 'x' }, 'token_malformed'],
  ['a connection that there is not', { claims: {}, connection: 'nobody' }, 'proof_type_unsupported'],
])('answers of %s that it names nobody', async (_name, question, reason) => {
  expect(await ask({ scope: 'deploy', ...question })).toMatchObject({
    allowed: false,
    reason,
    principal: null,
    exists: null,
  });
});

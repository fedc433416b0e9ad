import { createServer } from 'node:http';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { calculateJwkThumbprint, decodeJwt, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { type Broker, startBroker } from '../broker.ts';

const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
const jwk = { ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256' };
const keys = createServer((_, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ keys: [jwk] }));
});
const RESOURCE = 'https://mcp.example.com';
/** Further audiences of the connection. */
const ALSO = ['https://also.example.com', 'https://beside.example.com'];
const IDP = 'https://idp.example.com';
const scope = (name: string, audience: string) => `scope: ${name}
allow: [{ connection: staff, client: [agent, other] }]
grant: { type: broker-token, audience: '${audience}', duration: 10m }
`;
let broker: Broker;

beforeAll(async () => {
  await new Promise<void>((resolve) => keys.listen(0, '127.0.0.1', resolve));
  const address = keys.address();
  const jwksUri = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/keys`;
  const client = (name: string) => `client: ${name}\nsecret: token-broker/clients/${name}\n`;
  broker = await startBroker({
    config: {
      'connections/staff.yaml': `connection: staff\ntype: oidc\nissuer: ${IDP}\njwksUri: ${jwksUri}\naudience: ['@ISSUER@', ${ALSO}]\ntypes: [oauth-id-jag+jwt]\nreuse: once\n`,
      'clients/agent.yaml': client('agent'),
      'clients/other.yaml': client('other'),
      'scopes/tools.yaml': scope('tools', RESOURCE),
      'scopes/admin.yaml': scope('admin', RESOURCE),
      'scopes/desk.yaml': scope('desk', '@ISSUER@'),
      'scopes/led.yaml': scope('led', RESOURCE).replace(
        'client: [agent, other]',
        'client: agent, actor: { connection: staff }',
      ),
      'scopes/elsewhere.yaml': scope('elsewhere', 'https://elsewhere.example.com'),
    },
  });
  const secret = (name: string) => ({
    name: `token-broker/clients/${name}`,
    value: `a-secret-of-the-${name}`,
    host: null,
  });
  await broker.putSecrets([secret('agent'), secret('other')]);
}, 60_000);
afterAll(async () => {
  await broker.stop();
  keys.close();
});

/** A correct ID-JAG for the client `agent`, changed by `claims`; undefined leaves one out. */
const idJag = (claims: Readonly<Record<string, unknown>> = {}) =>
  new SignJWT({
    ...{ iss: IDP, sub: 'alice', aud: broker.url, client_id: 'agent', jti: crypto.randomUUID() },
    ...{ iat: Math.floor(Date.now() / 1000), resource: RESOURCE, scope: 'tools', ...claims },
  })
    .setExpirationTime('2m')
    .setProtectedHeader({ alg: 'ES256', kid: 'k', typ: 'oauth-id-jag+jwt' })
    .sign(privateKey);

const redeem = async (
  assertion: string,
  form: Readonly<Record<string, string>> = {},
  headers: Readonly<Record<string, string>> = {},
) => {
  const grant = { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion, scope: 'tools' };
  const client = { client_id: 'agent', client_secret: 'a-secret-of-the-agent' };
  const sent = Object.entries({ ...grant, ...client, ...form }).filter(([, value]) => value !== '');
  const answer = await fetch(`${broker.url}/oauth2/token`, {
    method: 'POST',
    headers,
    body: new URLSearchParams(sent),
  });
  return { status: answer.status, body: Object(await answer.json()) };
};

it('is redeemed by the client that it was made for, once', async () => {
  const assertion = await idJag();
  expect(await redeem(assertion)).toMatchObject({ status: 200, body: { token_type: 'Bearer', scope: 'tools' } });
  expect(await redeem(assertion)).toMatchObject({ status: 400, body: { error: 'invalid_grant', reason: 'replayed' } });
});

it('gives what it is for, where the request names a resource and no scope', async () => {
  const answer = await redeem(await idJag(), { scope: '', resource: RESOURCE });
  expect(answer).toMatchObject({ status: 200, body: { scope: 'tools' } });
});

it.each([
  ['of another client', { client_id: 'other' }, {}, 'invalid_grant', 'proof_client_mismatch'],
  ['without a client_id', { client_id: undefined }, {}, 'invalid_grant', 'claims_invalid'],
  ['without a jti', { jti: undefined }, {}, 'invalid_grant', 'claims_invalid'],
  ['without an iat', { iat: undefined }, {}, 'invalid_grant', 'claims_invalid'],
  ['for another server', { aud: 'https://other.example.com' }, {}, 'invalid_grant', 'audience_mismatch'],
  ['for a server beside it', { aud: ALSO }, {}, 'invalid_grant', 'claims_invalid'],
  [
    'that is bound to a key, without a proof of it',
    { cnf: { jkt: 'k'.repeat(43) } },
    {},
    'invalid_grant',
    'proof_key_mismatch',
  ],
  ['that is bound otherwise', { cnf: { 'x5t#S256': 'k' } }, {}, 'invalid_grant', 'claims_invalid'],
  ['for another scope', { scope: 'admin' }, {}, 'invalid_scope', 'not_allowed'],
  ['for another resource', { resource: 'https://elsewhere.example.com' }, {}, 'invalid_target', 'target_mismatch'],
  ['by nobody', {}, { client_id: '', client_secret: '' }, 'invalid_grant', 'proof_client_mismatch'],
  [
    ...(['by a client that it was not made for', {}] as const),
    ...([
      { client_id: 'other', client_secret: 'a-secret-of-the-other' },
      'invalid_grant',
      'proof_client_mismatch',
    ] as const),
  ],
])('is refused %s', async (_, claims, form, error, reason) => {
  expect(await redeem(await idJag(claims), form)).toMatchObject({ status: 400, body: { error, reason } });
});

it('that is bound to a key is redeemed with a DPoP proof of that key, for a token that is bound to it too', async () => {
  const proofKey = await exportJWK(publicKey);
  const jkt = await calculateJwkThumbprint(proofKey);
  const htu = `${broker.url}/oauth2/token`;
  const dpop = await new SignJWT({ jti: crypto.randomUUID(), htm: 'POST', htu })
    .setIssuedAt()
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: proofKey })
    .sign(privateKey);
  const answer = await redeem(await idJag({ cnf: { jkt } }), {}, { dpop });
  expect(answer).toMatchObject({ status: 200, body: { token_type: 'DPoP' } });
  expect(decodeJwt(answer.body.access_token)).toMatchObject({ cnf: { jkt } });
});

const exchanged = (form: Readonly<Record<string, string>>) => {
  const grant_type = 'urn:ietf:params:oauth:grant-type:token-exchange';
  const jwt = 'urn:ietf:params:oauth:token-type:jwt';
  return redeem('', { grant_type, subject_token_type: jwt, ...form });
};

it.each([
  ['what it says', { scope: 'desk tools', resource: undefined }, 'tools', 200, undefined],
  ['no scope that it does not name', { scope: 'desk tools', resource: undefined }, 'admin', 400, 'not_allowed'],
  ['nothing of another resource', { scope: undefined, resource: '@ISSUER@' }, 'tools', 400, 'target_mismatch'],
])('gives, by way of a broker token of this broker too, %s', async (_, claims, wanted, status, reason) => {
  const resource = claims.resource === undefined ? undefined : broker.url;
  const { body } = await redeem(await idJag({ ...claims, resource }), { scope: 'desk' });
  const asked = { scope: wanted, subject_token: String(body.access_token) };
  const answer = await exchanged(asked);
  expect([answer.status, answer.body.reason]).toEqual([status, reason]);
});

it.each([
  ['led tools', 200, undefined],
  ['tools', 400, 'not_allowed'],
])('of whoever acts, for %s, is a ceiling too', async (scopes, status, reason) => {
  const actor_token = await idJag({ sub: 'bob', scope: scopes });
  const actor_token_type = 'urn:ietf:params:oauth:token-type:jwt';
  const subject_token = await idJag({ scope: 'led' });
  const answer = await exchanged({ scope: 'led', subject_token, actor_token, actor_token_type });
  expect([answer.status, answer.body.reason]).toEqual([status, reason]);
});

it('is no ID token and no access token, and names nobody at /v1/credentials', async () => {
  const grant_type = 'urn:ietf:params:oauth:grant-type:token-exchange';
  const subject_token_type = 'urn:ietf:params:oauth:token-type:id_token';
  const answer = await redeem('', { grant_type, subject_token: await idJag(), subject_token_type });
  expect(answer.body).toMatchObject({ reason: 'type_mismatch' });
  const headers = { authorization: `Bearer ${await idJag()}` };
  const credentials = await fetch(`${broker.url}/v1/credentials/tools`, { headers });
  expect([credentials.status, await credentials.json()]).toMatchObject([401, { reason: 'proof_client_mismatch' }]);
});

import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import type { Endpoint } from '../../../local/endpoints/server.ts';
import { metadataOf } from '../../identity/saml/idp.ts';
import { type Broker, startBroker } from '../broker.ts';
import { samlResponse } from '../saml-person.ts';
import { startIdJagIssuer } from './oidc-provider.ts';

const API = 'https://api.chat.example';
const AT_IDP = { client_id: 'broker-at-idp', client_secret: 'the-secret-of-the-broker-at-the-idp' };
const AT_CHAT = 'the-secret-of-the-broker-at-the-chat';
let idp: Endpoint;
/** Somebody else's authorization server, which takes ID-JAGs: another broker. */
let chat: Broker;
let broker: Broker;

/** The connection of a person's identity provider. */
const staff = (audience: string, more = '') =>
  `connection: staff\ntype: oidc\nissuer: ${idp.url}\njwksUri: ${idp.url}/jwks\naudience: [${audience}]\n${more}`;
const ledger = 'scope: broker:issuances:read\nallow: [{ client: auditor }]\n';
const AUDITOR = 'the-secret-of-the-auditor';
const client = (name: string) => `client: ${name}\nsecret: token-broker/clients/${name}\n`;
const chatScope = (name: string) =>
  `scope: ${name}\nallow: [{ connection: staff, client: acme }]\ngrant: { type: broker-token, audience: '${API}' }\n`;
const byIdJag = (name: string, scope: string, connection = 'staff', more = '') => `scope: ${name}
allow: [{ connection: ${connection} }, { connection: ${connection}, actor: { client: agent } }]
grant:
  type: oauth-token
  provider: id-jag
  tokenEndpoint: ${chat.url}/oauth2/token
  audience: ${chat.url}
  resource: ${API}
  scope: ${scope}
  clientId: acme
  clientSecret: token-broker/downstream/chat
  identityProvider:
    connection: ${connection}
    tokenEndpoint: ${idp.url}/token
    clientId: ${AT_IDP.client_id}
    clientSecret: token-broker/downstream/idp
${more}`;

beforeAll(async () => {
  idp = await startIdJagIssuer({ client: AT_IDP, elsewhere: 'acme' });
  chat = await startBroker({
    config: {
      'connections/staff.yaml': staff("'@ISSUER@'", 'types: [oauth-id-jag+jwt]\nreuse: once\n'),
      'clients/acme.yaml': client('acme'),
      'clients/auditor.yaml': client('auditor'),
      'scopes/read.yaml': chatScope('chat.read'),
      'scopes/ledger.yaml': ledger,
    },
  });
  broker = await startBroker({
    config: {
      'connections/staff.yaml': staff(`${AT_IDP.client_id}, '@ISSUER@'`),
      'clients/agent.yaml': client('agent'),
      'clients/auditor.yaml': client('auditor'),
      'scopes/chat.yaml': byIdJag('chat', 'chat.read'),
      'scopes/admin.yaml': byIdJag('chat-admin', 'chat.admin'),
      'scopes/ledger.yaml': ledger,
      'connections/corp.yaml':
        "connection: corp\ntype: saml\nmetadata: ./metadata.xml\nentityId: '@ISSUER@/saml/corp'\n",
      'connections/metadata.xml': metadataOf('idp'),
      'scopes/saml.yaml': byIdJag('chat-by-saml', 'chat.read', 'corp', `    issuer: ${idp.url}\n`),
    },
  });
  const auditor = { name: 'token-broker/clients/auditor', value: AUDITOR, host: null };
  await chat.putSecrets([auditor, { name: 'token-broker/clients/acme', value: AT_CHAT, host: null }]);
  await broker.putSecrets([
    ...[auditor, { name: 'token-broker/clients/agent', value: 'the-secret-of-the-agent', host: null }],
    { name: 'token-broker/downstream/chat', value: AT_CHAT, host: new URL(chat.url).host },
    { name: 'token-broker/downstream/idp', value: AT_IDP.client_secret, host: new URL(idp.url).host },
  ]);
}, 60_000);

afterAll(async () => {
  await broker.stop();
  await chat.stop();
  await idp.stop();
});

async function post(url: string, form: Readonly<Record<string, string>>) {
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(form) });
  return { status: response.status, body: Object(await response.json()) };
}
const idTokenOf = async (login: string): Promise<string> => {
  const answer = await post(`${idp.url}/token`, { grant_type: 'urn:example:login', login, ...AT_IDP });
  return String(answer.body.id_token);
};
const exchange = (scope: string, subject_token: string, more: Readonly<Record<string, string>> = {}) =>
  post(`${broker.url}/oauth2/token`, {
    ...{ grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange', scope, subject_token },
    ...{ subject_token_type: 'urn:ietf:params:oauth:token-type:id_token', ...more },
  });
async function newest(at: Broker, scope: string) {
  const as = { grant_type: 'client_credentials', client_id: 'auditor', client_secret: AUDITOR };
  const { body } = await post(`${at.url}/oauth2/token`, { ...as, scope: 'broker:issuances:read' });
  const headers = { authorization: `Bearer ${body.access_token}` };
  const response = await fetch(`${at.url}/v1/issuances?limit=1&scope=${scope}`, { headers });
  return Object(await response.json()).issuances[0];
}

it('the token of the other server is for the person who came, for what the scope asks, and for nobody else', async () => {
  const { status, body } = await exchange('chat', await idTokenOf('alice'));
  expect([status, body]).toEqual([
    200,
    {
      ...{ access_token: expect.any(String), issued_token_type: 'urn:ietf:params:oauth:token-type:access_token' },
      ...{ token_type: 'Bearer', expires_in: expect.any(Number), scope: 'chat' },
    },
  ]);
  const keys = createRemoteJWKSet(new URL(`${chat.url}/.well-known/jwks.json`));
  const { payload } = await jwtVerify(body.access_token, keys, { issuer: chat.url, audience: API });
  expect(payload).toMatchObject({ sub: 'staff:alice', client_id: 'acme', scope: 'chat.read' });
});

it('a SAML assertion is exchanged as an ID token is, and its Response is not', async () => {
  const of = { audience: `${broker.url}/saml/corp`, recipient: `${broker.url}/oauth2/token` };
  const [response, other] = [samlResponse(of), samlResponse(of)];
  const [assertion = ''] =
    /<saml:Assertion .*<\/saml:Assertion>/s.exec(Buffer.from(response, 'base64').toString()) ?? [];
  const saml2 = { subject_token_type: 'urn:ietf:params:oauth:token-type:saml2' };
  const { status, body } = await exchange('chat-by-saml', Buffer.from(assertion).toString('base64url'), saml2);
  expect([status, decodeJwt(body.access_token)]).toMatchObject([200, { sub: 'staff:alice@example.com' }]);
  expect(await exchange('chat-by-saml', other, saml2)).toMatchObject({
    ...{ status: 400, body: { reason: 'proof_type_unsupported', error_description: expect.stringMatching(/alone/) } },
  });
});

it('the records of both servers name one ID-JAG', async () => {
  await exchange('chat', await idTokenOf('bob'), { client_id: 'agent', client_secret: 'the-secret-of-the-agent' });
  const [here, there] = [await newest(broker, 'chat'), await newest(chat, 'chat.read')];
  const { sha256, tokenId } = there.proof;
  expect(there).toMatchObject({ subject: 'bob', connection: 'staff', outcome: 'issued' });
  expect(here).toMatchObject({
    ...{ subject: 'bob', outcome: 'issued', actor: { client: 'agent' } },
    credential: {
      ...{ audience: API, downstreamScope: 'chat.read', tokenEndpoint: `${chat.url}/oauth2/token`, cached: false },
      idJag: { issuer: idp.url, tokenId, sha256 },
      tokenSha256: there.credential.tokenSha256,
    },
  });
});

it.each([
  ['mallory', 'chat', 'Getting the ID-JAG: The authorization server of this scope answered access_denied.'],
  ['alice', 'chat-admin', 'Redeeming the ID-JAG: The authorization server of this scope answered invalid_scope.'],
])('is told which of the two servers refuses: %s for %s', async (login, scope, error_description) => {
  expect(await exchange(scope, await idTokenOf(login))).toMatchObject({
    ...{ status: 502, body: { error: 'server_error', reason: 'provider_refused', error_description } },
  });
  expect(await newest(broker, scope)).toMatchObject({ outcome: 'failed', reason: 'provider_refused' });
});

it('a token that is not declared as an ID token is passed on to nobody', async () => {
  const subject_token_type = 'urn:ietf:params:oauth:token-type:access_token';
  const answer = await exchange('chat', await idTokenOf('carol'), { subject_token_type });
  expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request', reason: 'proof_type_unsupported' } });
});

it('tells no secret, no ID-JAG and no token to the log', async () => {
  const token = await idTokenOf('dave');
  const { body } = await exchange('chat', token);
  const printed = broker.log.join('\n');
  for (const secret of [AT_CHAT, AT_IDP.client_secret, token, body.access_token, 'eyJ']) {
    expect(printed).not.toContain(secret);
  }
});

it('the server that takes ID-JAGs says so in its metadata', async () => {
  const metadata = await (await fetch(`${chat.url}/.well-known/oauth-authorization-server`)).json();
  expect(metadata).toMatchObject({
    authorization_grant_profiles_supported: ['urn:ietf:params:oauth:grant-profile:id-jag'],
    grant_types_supported: expect.arrayContaining(['urn:ietf:params:oauth:grant-type:jwt-bearer']),
  });
});

import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { SIGN_IN_CLIENT } from '../../local/demo/identity-provider.ts';
import { type Broker, type Folder, startBroker } from './broker.ts';
import { type ScriptedIssuer, startScriptedIssuer } from './oidc-issuer.ts';
import { Browser, formOf, REDIRECT, VERIFIER } from './saml-person.ts';

const scope = (name: string, connection: string, more = '') => `scope: ${name}
allow: [{ connection: ${connection}, when: { "ForAnyValue:StringEquals": { claims.groups: deployers } } }]
${more}grant: { type: broker-token, audience: 'https://api.example.com', duration: 10m }
`;

const connection = (name: string, issuer: string, client: string, more = '') => `connection: ${name}
type: oidc
issuer: '${issuer}'
audience: ['${client}']
signIn: { clientId: '${client}', clientSecret: token-broker/sign-in/${name} }
${more}`;

const folder = (issuer: string): Folder => ({
  'connections/demo-oidc.yaml': connection('demo-oidc', '@IDP@', SIGN_IN_CLIENT.client_id, 'record: [email]\n'),
  'connections/odd.yaml': connection('odd', issuer, 'broker-at-issuer', 'reuse: once\n'),
  'connections/other.yaml': connection('other', issuer, 'another-client'),
  'connections/tokens.yaml': `connection: tokens\ntype: oidc\nissuer: '${issuer}'\naudience: ['@ISSUER@']\n`,
  'connections/away.yaml': connection('away', 'http://127.0.0.1:9', 'c'),
  'clients/cli.yaml': `client: cli\npublic: true\nredirectUris: ['http://127.0.0.1/callback']\n`,
  'clients/bound-cli.yaml': `client: bound-cli\npublic: true\ndpop: required\nredirectUris: ['http://127.0.0.1/callback']\n`,
  'scopes/api.yaml': scope('api', '[demo-oidc, odd]'),
});

let broker: Broker;
let issuer: ScriptedIssuer;

beforeAll(async () => {
  issuer = await startScriptedIssuer();
  broker = await startBroker({ config: folder(issuer.url) });
  const { host } = new URL(issuer.url);
  await broker.putSecrets([
    {
      name: 'token-broker/sign-in/demo-oidc',
      value: SIGN_IN_CLIENT.client_secret,
      host: new URL(broker.idp.issuer).host,
    },
    { name: 'token-broker/sign-in/odd', value: 'a-secret-at-the-issuer', host },
    { name: 'token-broker/sign-in/other', value: 'a-secret-at-the-issuer', host: 'elsewhere.example' },
  ]);
}, 60_000);

afterEach(() => issuer.reset());
afterAll(async () => {
  await broker.stop();
  await issuer.stop();
});

const redeem = (code: string, more: Readonly<Record<string, string>> = {}) => {
  const form = { grant_type: 'authorization_code', code, client_id: 'cli', redirect_uri: REDIRECT };
  const body = new URLSearchParams({ ...form, code_verifier: VERIFIER, ...more });
  return fetch(`${broker.url}/oauth2/token`, { method: 'POST', body });
};

const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());

/** Follows the honest provider's redirects to the address that brings the browser back. */
async function throughProvider(location: string): Promise<string> {
  const cookies = new Map<string, string>();
  let at = location;
  for (let hops = 0; hops < 6; hops += 1) {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
    const answer = await fetch(at, { headers: { cookie }, redirect: 'manual' });
    for (const set of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      cookies.set(name, value);
    }
    const next = new URL(answer.headers.get('location') ?? '', at);
    if (next.origin === broker.url) return `${next.pathname}${next.search}`;
    at = next.href;
  }
  throw new Error(`the provider does not lead back: ${at}`);
}

/** A sign-in begun at a connection: the browser, and what the issuer was asked. */
async function begun(at: string) {
  const person = new Browser(broker.url);
  const answer = await person.authorize({ connection: at });
  const asked = new URL(answer.headers.get('location') ?? 'http://none/');
  const of = (name: string) => asked.searchParams.get(name) ?? '';
  issuer.script = { ...issuer.script, nonce: of('nonce') };
  const back = (more: Readonly<Record<string, string>> = {}, who = person, path = `/oidc/${at}/callback`) => {
    const parameters = { code: 'c0de', state: of('state'), iss: issuer.url, ...more };
    const sent = Object.entries(parameters).filter(([, value]) => value !== '');
    return who.get(`${path}?${new URLSearchParams(sent)}`);
  };
  return { person, asked, of, back };
}

async function expectPage(answer: Response, status: number, reason: string): Promise<string> {
  const page = await answer.text();
  expect({ status: answer.status, reason: page.includes(reason) || page }).toEqual({ status, reason: true });
  expect(page).toContain(answer.headers.get('x-request-id') ?? 'none');
  return page;
}

/** A DPoP proof for the token endpoint (RFC 9449 section 4.2), and the thumbprint of its key. */
async function keyProof() {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(publicKey);
  const proof = await new SignJWT({ jti: crypto.randomUUID(), htm: 'POST', htu: `${broker.url}/oauth2/token` })
    .setIssuedAt()
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
    .sign(privateKey);
  return { proof, thumbprint: await calculateJwkThumbprint(jwk) };
}

/** What a public client gets for the code of a person who allowed it, with and without a proof. */
async function allowed(client: string) {
  const person = new Browser(broker.url);
  const began = await person.authorize({ connection: 'demo-oidc', client_id: client });
  const page = await (await person.get(await throughProvider(began.headers.get('location') ?? ''))).text();
  const decided = new URL((await person.decide(formOf(page))).headers.get('location') ?? '');
  const code = decided.searchParams.get('code') ?? '';
  const form = { grant_type: 'authorization_code', code, client_id: client, redirect_uri: REDIRECT };
  return async (proof?: string) => {
    const headers: Record<string, string> = proof === undefined ? {} : { dpop: proof };
    const body = new URLSearchParams({ ...form, code_verifier: VERIFIER });
    const answer = await fetch(`${broker.url}/oauth2/token`, { method: 'POST', headers, body });
    return Object(await answer.json());
  };
}

describe('a code that is redeemed with a DPoP proof', () => {
  it('gives a token that is bound to its key', async () => {
    const { proof, thumbprint } = await keyProof();
    const granted = await (await allowed('cli'))(proof);
    expect([granted.token_type, claimsOf(granted.access_token).cnf]).toEqual(['DPoP', { jkt: thumbprint }]);
  });

  it('is the only way for a client with dpop: required, which may come again with the same code', async () => {
    const ask = await allowed('bound-cli');
    expect(await ask()).toMatchObject({ error: 'invalid_dpop_proof', reason: 'dpop_proof_missing' });
    const { proof, thumbprint } = await keyProof();
    const granted = await ask(proof);
    expect([granted.token_type, claimsOf(granted.access_token).cnf]).toEqual(['DPoP', { jkt: thumbprint }]);
  });
});

describe('a sign-in at an OIDC connection, by oidc-provider', () => {
  it('goes from the program to the issuer and back, and gives what the scope grants', async () => {
    const person = new Browser(broker.url);
    const began = await person.authorize({ connection: 'demo-oidc' });
    const page = await (await person.get(await throughProvider(began.headers.get('location') ?? ''))).text();
    expect(page).toContain('Allow cli?');
    expect(page).toContain('demo-oidc');
    const decided = new URL((await person.decide(formOf(page))).headers.get('location') ?? '');
    expect(Object.fromEntries(decided.searchParams)).toMatchObject({ state: 'xyz~1', iss: broker.url });
    const granted = await redeem(decided.searchParams.get('code') ?? '');
    const { access_token: token } = (await granted.json()) as { access_token: string };
    expect(claimsOf(token)).toMatchObject({ sub: 'demo-oidc:alice', client_id: 'connection:demo-oidc' });
  });

  it('for its own sake shows who the person is here', async () => {
    const person = new Browser(broker.url);
    const began = await person.get('/oidc/demo-oidc/login');
    const page = await (await person.get(await throughProvider(began.headers.get('location') ?? ''))).text();
    expect(page).toContain('You are signed in');
    expect(page).toContain('alice@example.com');
  });

  it('asks with state, nonce and PKCE, each new and none the other (RFC 9700 section 2.1)', async () => {
    const { of } = await begun('odd');
    expect(of('code_challenge_method')).toBe('S256');
    const values = [of('state'), of('nonce'), of('code_challenge'), (await begun('odd')).of('state')];
    expect(new Set(values).size).toBe(4);
    expect(of('redirect_uri')).toBe(`${broker.url}/oidc/odd/callback`);
  });
});

describe('GET /oidc/{connection}/callback', () => {
  it('redeems the code with the verifier of the challenge, as the client that the broker is there', async () => {
    const { of, back } = await begun('odd');
    issuer.script = { ...issuer.script, claims: { jti: 'one' } };
    expect(await (await back()).text()).toContain('Allow cli?');
    const [form = new URLSearchParams()] = issuer.redeemed;
    const made = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    expect(made).toBe(of('code_challenge'));
    expect(Object.fromEntries(form)).toMatchObject({ grant_type: 'authorization_code', code: 'c0de' });
  });

  it('loses no may_act on the way to the decision: nobody acts, so nothing is granted (RFC 8693 section 4.4)', async () => {
    const { person, back } = await begun('odd');
    issuer.script = { ...issuer.script, claims: { jti: 'two', may_act: { sub: 'bot' } } };
    const decided = await person.decide(formOf(await (await back()).text()));
    const refused = await redeem(new URL(decided.headers.get('location') ?? '').searchParams.get('code') ?? '');
    expect(await refused.json()).toMatchObject({ reason: 'may_act_mismatch' });
  });

  it.each([
    ['another state', { state: '_nobody' }, 403, 'sign_in_unknown'],
    ['no state', { state: '' }, 400, 'parameter_missing'],
    ['no code', { code: '' }, 400, 'parameter_missing'],
    [
      'the answer of another issuer (mix-up, RFC 9207)',
      { iss: 'https://evil.example' },
      403,
      'sign_in_issuer_mismatch',
    ],
    ['no iss of an issuer that sends it', { iss: '' }, 403, 'sign_in_issuer_mismatch'],
    ['an error that the person chose', { error: 'access_denied' }, 403, 'sign_in_provider_error'],
    ['an error of the issuer itself', { error: 'temporarily_unavailable' }, 503, 'sign_in_provider_unavailable'],
    ['an error that is markup', { error: '<b>x</b>' }, 403, 'sign_in_provider_error'],
  ])('shows a page and redeems nothing for %s', async (_, more, status, reason) => {
    const page = await expectPage(await (await begun('odd')).back(more), status, reason);
    expect(page).not.toContain('<b>x');
    expect(issuer.redeemed).toEqual([]);
  });

  it.each([
    ['access_denied', 'access_denied', 'device_refused'],
    ['temporarily_unavailable', 'authorization_pending', 'device_pending'],
  ])('whose error is %s answers the device that waits with %s', async (error, expected, reason) => {
    const post = (path: string, form: Readonly<Record<string, string>>) =>
      fetch(`${broker.url}${path}`, { method: 'POST', body: new URLSearchParams({ client_id: 'cli', ...form }) });
    const asked = await post('/oauth2/device_authorization', { scope: 'api', connection: 'odd' });
    const device = Object(await asked.json());
    const person = new Browser(broker.url);
    const page = await (await person.post('/device', { user_code: device.user_code })).text();
    const link = new URL(/href="([^"]+)"/.exec(page)?.[1]?.replaceAll('&amp;', '&') ?? '');
    const state = link.searchParams.get('state') ?? '';
    await person.get(`/oidc/odd/callback?${new URLSearchParams({ error, state, iss: issuer.url })}`);
    const grant = 'urn:ietf:params:oauth:grant-type:device_code';
    const polled = await post('/oauth2/token', { grant_type: grant, device_code: device.device_code });
    expect(await polled.json()).toMatchObject({ error: expected, reason });
  });

  it('takes the answer in the browser that began and in no other (login CSRF, code injection)', async () => {
    const { back } = await begun('odd');
    await expectPage(await back({}, new Browser(broker.url)), 403, 'sign_in_other_browser');
    await expectPage(await back({}, (await begun('odd')).person), 403, 'sign_in_other_browser');
    expect(issuer.redeemed).toEqual([]);
  });

  it('takes no answer of one connection at the address of another', async () => {
    const { person, back } = await begun('odd');
    await expectPage(await back({}, person, '/oidc/other/callback'), 403, 'sign_in_unknown');
  });

  it.each([
    ['a nonce of another sign-in', { nonce: 'n' }, 403, 'sign_in_nonce_mismatch'],
    ['an ID token for another client of this broker', { aud: 'another-client' }, 403, 'sign_in_issuer_mismatch'],
    ['an ID token for nobody here', { aud: 'nobody' }, 403, 'audience_mismatch'],
    ['an ID token of another issuer', { iss: 'https://evil.example' }, 403, 'issuer_unknown'],
    ['no jti where reuse says once', { jti: '' }, 403, 'claims_invalid'],
  ])('refuses %s', async (name, claims, status, reason) => {
    const { back } = await begun('odd');
    issuer.script = { ...issuer.script, claims: { jti: name, ...claims } };
    await expectPage(await back(), status, reason);
  });

  it('takes one answer once, and one ID token once', async () => {
    const first = await begun('odd');
    issuer.script = { ...issuer.script, claims: { jti: 'three' } };
    expect((await first.back()).status).toBe(200);
    await expectPage(await first.back(), 403, 'sign_in_unknown');
    const second = await begun('odd');
    issuer.script = { ...issuer.script, claims: { jti: 'three' } };
    await expectPage(await second.back(), 403, 'replayed');
  });

  it.each([
    ['fails', { status: 500, body: {} }, 503, 'sign_in_provider_unavailable'],
    ['refuses the code', { status: 400, body: { error: 'invalid_grant' } }, 502, 'sign_in_provider_refused'],
    ['refuses the client', { status: 401, body: { error: 'invalid_client' } }, 502, 'sign_in_provider_refused'],
    ['gives no ID token', { status: 200, body: { access_token: 'a' } }, 502, 'sign_in_provider_refused'],
  ])('says so where the token endpoint %s', async (_, token, status, reason) => {
    const { back } = await begun('odd');
    issuer.script = { ...issuer.script, token };
    await expectPage(await back(), status, reason);
    expect(broker.log.some((line) => line.includes(reason))).toBe(true);
  });

  it('sends no secret to a host that its tag does not name', async () => {
    const { back } = await begun('other');
    await expectPage(await back(), 502, 'sign_in_provider_refused');
    expect(issuer.redeemed).toEqual([]);
  });
});

describe('GET /oauth2/authorize', () => {
  it.each([
    ['an OIDC connection without a client', 'tokens', 'sign_in_connection'],
    ['an issuer that cannot be reached', 'away', 'metadata_unavailable'],
  ])('tells the program of %s', async (_, at, reason) => {
    const answer = await new Browser(broker.url).authorize({ connection: at });
    expect(new URL(answer.headers.get('location') ?? '').searchParams.get('reason')).toBe(reason);
  });

  it('knows no SAML login of an OIDC connection', async () => {
    expect((await new Browser(broker.url).get('/saml/odd/login')).status).toBe(404);
  });
});

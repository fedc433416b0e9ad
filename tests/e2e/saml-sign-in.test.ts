import { createVerify, X509Certificate } from 'node:crypto';
import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Broker, startBroker } from './broker.ts';
import { Browser, CONFIGURATION, formOf, REDIRECT, readAuthnRequest, samlResponse, VERIFIER } from './saml-person.ts';

let broker: Broker;

beforeAll(async () => {
  broker = await startBroker({ config: CONFIGURATION });
}, 60_000);

afterAll(async () => {
  await broker.stop();
});

const AGENTS = 'client: agents\npublic: true\n';

/** A program's host: its document, and an address that leads there. */
async function startDocument() {
  const server = createServer((request, response) => {
    if (request.url === '/moved.json') return response.writeHead(302, { location: '/client.json' }).end();
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({ client_id: url, client_name: 'Your Bank', redirect_uris: ['http://127.0.0.1/callback'] }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const host = `127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  const url = `http://${host}/client.json`;
  return { host, url, stop: () => server.close() };
}

const browser = () => new Browser(broker.url);
const post = (path: string, form: Readonly<Record<string, string>>) =>
  fetch(`${broker.url}${path}`, { method: 'POST', body: new URLSearchParams(form) });

const redeem = (code: string, more: Readonly<Record<string, string>> = {}) =>
  post('/oauth2/token', {
    grant_type: 'authorization_code',
    code,
    client_id: 'cli',
    redirect_uri: REDIRECT,
    code_verifier: VERIFIER,
    ...more,
  });

const exchange = (code: string, more: Readonly<Record<string, string>> = {}) =>
  post('/oauth2/token', {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: code,
    subject_token_type: 'urn:token-broker:token-type:authorization-code',
    client_id: 'cli',
    redirect_uri: REDIRECT,
    code_verifier: VERIFIER,
    ...more,
  });

/** What came through a program ends with the client that its document's host stands for, which authenticates nobody. */
async function expectRevocable({ url, putSecrets }: Broker, token: string): Promise<void> {
  await putSecrets([{ name: 'token-broker/clients/bot', value: 'the-secret-of-the-bot', host: null }]);
  const bot = `Basic ${Buffer.from('bot:the-secret-of-the-bot').toString('base64')}`;
  const ask = async (path: string, authorization: string, body: URLSearchParams | string) => {
    const headers = { authorization, ...(typeof body === 'string' ? { 'content-type': 'application/json' } : {}) };
    return Object(await (await fetch(`${url}${path}`, { method: 'POST', headers, body })).json());
  };
  const isActive = async () => (await ask('/oauth2/introspect', bot, new URLSearchParams({ token }))).active;
  expect(await isActive()).toBe(true);
  const form = new URLSearchParams({ grant_type: 'client_credentials', scope: 'broker:revocations' });
  const { access_token: operator } = await ask('/oauth2/token', bot, form);
  const body = JSON.stringify({ client: 'agents', reason: 'the program was stolen' });
  expect(await ask('/v1/revocations', `Bearer ${operator}`, body)).toMatchObject({ client: 'agents' });
  const end = Date.now() + 10_000;
  while (await isActive()) {
    if (Date.now() > end) throw new Error('the token is active after 10 s');
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());

describe('GET /oauth2/authorize', () => {
  it('sends the person to the identity provider with a request that the published key has signed', async () => {
    const answer = await browser().authorize();
    expect(answer.status).toBe(302);
    const { url, xml } = readAuthnRequest(answer.headers.get('location') ?? '');
    expect(`${url.origin}${url.pathname}`).toBe('https://idp.example.com/sso');
    expect(xml).toContain(`AssertionConsumerServiceURL="${broker.url}/saml/corp/acs"`);
    expect(xml).toContain(`<saml:Issuer>${broker.url}/saml/corp</saml:Issuer>`);
    const metadata = await (await fetch(`${broker.url}/saml/corp/metadata`)).text();
    const [certificate = ''] = [...metadata.matchAll(/X509Certificate>([^<]+)</g)].map((match) => match[1] ?? '');
    const signed = url.search.slice(1).split('&Signature=')[0] ?? '';
    const key = new X509Certificate(Buffer.from(certificate, 'base64')).publicKey;
    const signature = Buffer.from(url.searchParams.get('Signature') ?? '', 'base64');
    expect(createVerify('sha256').update(signed).verify(key, signature)).toBe(true);
  });

  it('never asks with one id twice', async () => {
    const ids = await Promise.all(
      [1, 2, 3].map(async () => readAuthnRequest((await browser().authorize()).headers.get('location') ?? '').id),
    );
    expect(new Set(ids).size).toBe(3);
  });

  it.each([
    ['an unknown client', { client_id: 'nobody' }, 'client_unknown'],
    ['a client that has a secret', { client_id: 'bot' }, 'client_not_permitted'],
    ['no client', { client_id: '' }, 'parameter_missing'],
    ['no redirect URI', { redirect_uri: '' }, 'parameter_missing'],
    ['another path', { redirect_uri: 'http://127.0.0.1:49152/callback/more' }, 'redirect_uri_mismatch'],
    ['another host', { redirect_uri: 'http://127.0.0.1.evil.example/callback' }, 'redirect_uri_mismatch'],
    ['the host as a user name', { redirect_uri: 'http://127.0.0.1@evil.example/callback' }, 'redirect_uri_mismatch'],
    ['a fragment', { redirect_uri: 'http://127.0.0.1/callback#x' }, 'redirect_uri_mismatch'],
    ['localhost for 127.0.0.1', { redirect_uri: 'http://localhost:1/callback' }, 'redirect_uri_mismatch'],
  ])('shows a page and sends nobody anywhere for %s', async (_, more, reason) => {
    const answer = await browser().authorize(more);
    expect(answer.status).toBe(400);
    expect(answer.headers.get('location')).toBeNull();
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const page = await answer.text();
    expect(page).toContain(reason);
    expect(page).toContain(answer.headers.get('x-request-id') ?? 'none');
  });

  it.each([
    ['no response type', { response_type: '' }, 'invalid_request', 'parameter_missing'],
    ['a token in the redirect', { response_type: 'token' }, 'unsupported_response_type', 'response_type_unsupported'],
    ['no code challenge (RFC 7636)', { code_challenge: '' }, 'invalid_request', 'code_challenge_missing'],
    ['the method plain', { code_challenge_method: 'plain' }, 'invalid_request', 'code_challenge_missing'],
    ['no method, which means plain', { code_challenge_method: '' }, 'invalid_request', 'code_challenge_missing'],
    ['no scope', { scope: '' }, 'invalid_scope', 'scope_missing'],
    ['a scope of another shape', { scope: 'a"b' }, 'invalid_scope', 'scope_malformed'],
    ['an unknown connection', { connection: 'nowhere' }, 'invalid_request', 'sign_in_connection'],
    ['a form post', { response_mode: 'form_post' }, 'invalid_request', 'parameter_invalid'],
    ['a policy, which cannot be asked for here', { policy: '{}' }, 'invalid_request', 'parameter_invalid'],
    ['a resource with a fragment (RFC 8707)', { resource: 'https://a.example#b' }, 'invalid_target', 'target_mismatch'],
  ])('tells the program of %s, with state and iss (RFC 9207)', async (_, more, error, reason) => {
    const answer = await browser().authorize(more);
    expect(answer.status).toBe(303);
    const location = new URL(answer.headers.get('location') ?? '');
    expect(`${location.origin}${location.pathname}`).toBe(REDIRECT);
    expect(Object.fromEntries(location.searchParams)).toMatchObject({ error, reason, state: 'xyz~1', iss: broker.url });
  });

  it('without a connection lists those that sign in, each with the request as it came, and keeps nothing', async () => {
    const answer = await browser().authorize({ connection: '', scope: 'api', state: 'a&connection=portal"><b>' });
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([200, []]);
    const page = await answer.text();
    const links = [...page.matchAll(/<a [^>]*href="([^"]+)">([^<]+)<\/a>/g)].map(([, href = '', name]) => {
      const url = new URL(href.replaceAll('&amp;', '&'), broker.url);
      return { name, at: url.searchParams.getAll('connection'), state: url.searchParams.get('state') };
    });
    const state = 'a&connection=portal"><b>';
    const names = ['aws', 'corp', 'down', 'ended', 'portal'];
    expect(links).toEqual(names.map((name) => ({ name, at: [name], state })));
    expect(page).not.toMatch(/<script|<b>|onclick/);
    expect(page).toContain('a program on this computer (127.0.0.1:49152)');
  });

  it('lists nothing for a redirect URI that nobody registered', async () => {
    const answer = await browser().authorize({ connection: '', redirect_uri: 'https://evil.example/' });
    expect([answer.status, await answer.text()]).toEqual([400, expect.not.stringContaining('portal')]);
  });

  it('with a resource and no scope asks for what the person may have there, and gives that (RFC 8707)', async () => {
    const person = browser();
    const asked = { scope: '', resource: 'https://api.example.com/' };
    const page = await (await person.signIn(asked)).text();
    expect(page).toContain('api, other');
    expect(page).not.toContain('closed');
    const decided = await person.decide(formOf(page));
    const code = new URL(decided.headers.get('location') ?? '').searchParams.get('code') ?? '';
    const granted = await redeem(code, { resource: 'https://api.example.com' });
    expect(await granted.json()).toMatchObject({ token_type: 'Bearer', scope: 'api other' });
  });

  it('hands nothing over for a resource of which the person may have nothing', async () => {
    const page = await browser().signIn({ scope: '', resource: 'https://elsewhere.example' });
    expect([page.status, await page.text()]).toEqual([403, expect.stringContaining('target_mismatch')]);
  });

  it('takes a program by the document at its client_id, and shows its host (client ID metadata documents)', async () => {
    const document = await startDocument();
    const config = {
      ...CONFIGURATION,
      'clients/agents.yaml': `${AGENTS}metadataDocuments: { hosts: ['${document.host}'] }\n`,
      'scopes/revoke.yaml': `scope: broker:revocations\nallow: [{ client: bot }]\n`,
    };
    const other = await startBroker({ config });
    try {
      const person = new Browser(other.url);
      const page = await (await person.signIn({ client_id: document.url })).text();
      expect(page).toContain(`Allow ${document.host}?`);
      expect(page).not.toContain('Your Bank');
      const decided = await person.decide(formOf(page));
      const code = new URL(decided.headers.get('location') ?? '').searchParams.get('code') ?? '';
      const form = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT, code_verifier: VERIFIER };
      const ask = (client: string) =>
        fetch(`${other.url}/oauth2/token`, {
          method: 'POST',
          body: new URLSearchParams({ ...form, client_id: client }),
        });
      expect(await (await ask(`${document.url}x`)).json()).toMatchObject({ reason: 'code_client_mismatch' });
      const granted = Object(await (await ask(document.url)).json());
      expect(granted).toMatchObject({ token_type: 'Bearer', scope: 'api' });
      expect(claimsOf(granted.access_token).token_broker.through).toEqual([document.url, 'agents']);
      const device = (client: string) =>
        fetch(`${other.url}/oauth2/device_authorization`, {
          method: 'POST',
          body: new URLSearchParams({ client_id: client, scope: 'api', connection: 'corp' }),
        });
      expect(await (await device(document.url)).json()).toMatchObject({ interval: 5 });
      expect(await (await device('https://elsewhere.example/client.json')).json()).toMatchObject({
        ...{ error: 'invalid_client', reason: 'client_unknown' },
      });
      await expectRevocable(other, granted.access_token);
      const elsewhere = await person.authorize({ client_id: document.url.replace('client.json', 'moved.json') });
      expect([elsewhere.status, await elsewhere.text()]).toEqual([400, expect.stringContaining('it redirects')]);
    } finally {
      await other.stop();
      document.stop();
    }
  }, 30_000);

  it.each(['PUT', 'DELETE', 'PATCH'])('refuses %s', async (method) => {
    const answer = await fetch(`${broker.url}/oauth2/authorize`, { method });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('GET, POST');
  });
});

describe('POST /saml/{connection}/acs', () => {
  it('asks: which program, where, which scope, as whom, by which connection', async () => {
    const page = await browser().signIn({ scope: 'api other' });
    expect(page.status).toBe(200);
    const text = await page.text();
    for (const named of ['cli', '127.0.0.1:49152', 'api, other', 'alice@example.com', 'corp']) {
      expect(text).toContain(named);
    }
    expect(text).not.toContain('elsewhere.example');
  });

  it('has pages without script, that nobody frames and nobody keeps', async () => {
    const page = await browser().signIn();
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(page.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self' http:\/\/127\.0\.0\.1:49152; frame-ancestors 'none'; base-uri 'none'$/,
    );
    expect(await page.text()).not.toMatch(/<script|<iframe|<img|javascript:/i);
  });

  it('escapes what the identity provider says', async () => {
    const page = await browser().signIn(
      {},
      { changes: { nameId: '<saml:NameID>&lt;script&gt;alert(1)&lt;/script&gt;</saml:NameID>' } },
    );
    expect(await page.text()).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  });

  it('refuses another browser than the one that began', async () => {
    const { id } = readAuthnRequest((await browser().authorize()).headers.get('location') ?? '');
    for (const other of [browser(), await begun()]) {
      const page = await other.answer(id);
      expect(page.status).toBe(403);
      expect(await page.text()).toContain('sign_in_other_browser');
    }
  });

  async function begun(): Promise<Browser> {
    const other = browser();
    await other.authorize();
    return other;
  }

  it('takes one answer to a request, and an assertion once', async () => {
    const person = browser();
    const { id } = readAuthnRequest((await person.authorize()).headers.get('location') ?? '');
    const audience = `${broker.url}/saml/corp`;
    const document = samlResponse({ audience, recipient: `${audience}/acs`, inResponseTo: id });
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => person.post('/saml/corp/acs', { SAMLResponse: document })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect((await person.answer(id)).status).toBe(403);
  });

  it.each([
    ['not base64', () => ({ SAMLResponse: '%%%' }), 'saml_encoding'],
    ['not XML', () => ({ SAMLResponse: Buffer.from('hello').toString('base64') }), 'saml_not_xml'],
    ['not SAML', () => ({ SAMLResponse: Buffer.from('<a></a>').toString('base64') }), 'saml_not_saml'],
  ])('shows a page for what is %s', async (_, form, reason) => {
    const page = await browser().post('/saml/corp/acs', form());
    expect(page.status).toBe(403);
    expect(await page.text()).toContain(reason);
  });

  it.each([
    ['a stranger has signed', { choices: { key: 'stranger' } }, 'signature_invalid'],
    ['is for another broker', { audience: 'https://other.example' }, 'audience_mismatch'],
    ['is for another recipient', { recipient: 'https://other.example/acs' }, 'saml_destination'],
    ['answers another request', { inResponseTo: '_none' }, 'saml_in_response_to'],
  ] as const)('shows a page for an answer that %s', async (_, changes, reason) => {
    const page = await browser().signIn({}, changes);
    expect(page.status).toBe(403);
    expect(await page.text()).toContain(reason);
  });

  it('refuses what nobody asked for, unless the connection takes it; then it names the person and hands nothing over', async () => {
    const audience = `${broker.url}/saml/corp`;
    const unasked = samlResponse({ audience, recipient: `${audience}/acs` });
    expect(await (await browser().post('/saml/corp/acs', { SAMLResponse: unasked })).text()).toContain(
      'saml_unsolicited',
    );
    const portal = `${broker.url}/saml/portal`;
    const asked = samlResponse({ audience: portal, recipient: `${portal}/acs` });
    const page = await browser().post('/saml/portal/acs', { SAMLResponse: asked, RelayState: 'https://evil.example/' });
    expect(page.status).toBe(200);
    const text = await page.text();
    expect(text).toContain('You are signed in');
    expect(text).not.toContain('<form');
    expect(text).not.toContain('evil.example');
  });
});

describe('an identity provider', () => {
  it('whose metadata is down sends the program an error to try again with, and a person a page', async () => {
    const location = new URL((await browser().authorize({ connection: 'down' })).headers.get('location') ?? '');
    expect(location.searchParams.get('error')).toBe('temporarily_unavailable');
    expect(location.searchParams.get('reason')).toBe('metadata_unavailable');
    const page = await browser().get('/saml/down/login');
    expect(page.status).toBe(503);
    expect(page.headers.get('retry-after')).not.toBeNull();
    expect(await page.text()).toContain('metadata_unavailable');
  });

  it('whose certificate has ended signs nobody in', async () => {
    const audience = `${broker.url}/saml/ended`;
    const document = samlResponse({ audience, recipient: `${audience}/acs` });
    const page = await browser().post('/saml/ended/acs', { SAMLResponse: document });
    expect(page.status).toBe(403);
    expect(await page.text()).toContain('saml_certificate_expired');
  });
});

describe('the page that asks', () => {
  it('gives a code for yes, with state and iss', async () => {
    const person = browser();
    const answer = await person.decide(formOf(await (await person.signIn()).text()));
    expect(answer.status).toBe(303);
    const location = new URL(answer.headers.get('location') ?? '');
    expect(`${location.origin}${location.pathname}`).toBe(REDIRECT);
    expect([...location.searchParams.keys()]).toEqual(['code', 'state', 'iss']);
    expect(location.searchParams.get('state')).toBe('xyz~1');
    expect(location.searchParams.get('iss')).toBe(broker.url);
  });

  it('gives it in the fragment where the program asks for that, and a refusal too', async () => {
    const person = browser();
    const page = await person.signIn({ response_mode: 'fragment' });
    const answer = await person.decide(formOf(await page.text()));
    const location = new URL(answer.headers.get('location') ?? '');
    expect(location.search).toBe('');
    const given = new URLSearchParams(location.hash.slice(1));
    expect([...given.keys()]).toEqual(['code', 'state', 'iss']);
    const refused = await browser().authorize({ response_mode: 'fragment', connection: 'nowhere' });
    expect(refused.headers.get('location')).toMatch(/\/callback#error=invalid_request&/);
  });

  it('gives access_denied for no', async () => {
    const person = browser();
    const answer = await person.decide(formOf(await (await person.signIn()).text()), 'deny');
    const location = new URL(answer.headers.get('location') ?? '');
    expect(location.searchParams.get('error')).toBe('access_denied');
    expect(location.searchParams.get('code')).toBeNull();
  });

  it.each([
    ['another browser', (form: Record<string, string>) => [browser(), form] as const],
    [
      'another secret',
      (form: Record<string, string>, person: Browser) => [person, { ...form, secret: 'A'.repeat(43) }] as const,
    ],
    [
      'another sign-in',
      (form: Record<string, string>, person: Browser) => [person, { ...form, sign_in: '_other' }] as const,
    ],
  ])('refuses a form of %s, and still takes the right one', async (_, forge) => {
    const person = browser();
    const form = formOf(await (await person.signIn()).text());
    const [who, forged] = forge(form, person);
    const refused = await who.decide(forged);
    expect(refused.status).toBe(403);
    expect(refused.headers.get('location')).toBeNull();
    expect((await person.decide(form)).status).toBe(303);
  });

  it('takes one decision', async () => {
    const person = browser();
    const form = formOf(await (await person.signIn()).text());
    const answers = await Promise.all(Array.from({ length: 10 }, () => person.decide(form)));
    expect(answers.map(({ status }) => status).filter((status) => status === 303)).toHaveLength(1);
  });
});

describe('an authorization code', () => {
  it('gives a broker token that names the person, with no client and no actor', async () => {
    const answer = await redeem(await browser().code());
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const body = (await answer.json()) as { access_token: string };
    expect(body).toMatchObject({ token_type: 'Bearer', scope: 'api', expires_in: expect.any(Number) });
    const claims = claimsOf(body.access_token);
    expect(claims).toMatchObject({ sub: 'corp:alice@example.com', client_id: 'connection:corp', iss: broker.url });
    expect(claims).not.toHaveProperty('act');
  });

  it('gives an AWS session by token exchange, which is the only way to one', async () => {
    const code = await browser().code({ scope: 'web' });
    const plain = await redeem(code);
    expect(plain.status).toBe(400);
    expect(await plain.json()).toMatchObject({ reason: 'grant_not_available_here' });
    const answer = await exchange(code);
    expect(answer.status).toBe(200);
    const body = (await answer.json()) as { access_token: string };
    expect(body).toMatchObject({
      token_type: 'N_A',
      issued_token_type: 'urn:token-broker:token-type:aws-credentials',
      scope: 'web',
    });
    expect(JSON.parse(body.access_token)).toMatchObject({ AccessKeyId: expect.stringMatching(/^ASIA/), Scope: 'web' });
  });

  it.each([
    ['another client', { client_id: 'someone' }, 'invalid_grant', 'code_client_mismatch'],
    [
      'another redirect URI',
      { redirect_uri: 'http://127.0.0.1:49153/callback' },
      'invalid_grant',
      'code_redirect_mismatch',
    ],
    ['another verifier', { code_verifier: 'w'.repeat(43) }, 'invalid_grant', 'code_verifier_mismatch'],
    ['a scope that was not on the page', { scope: 'other' }, 'invalid_scope', 'code_scope_mismatch'],
    ['no verifier', { code_verifier: '' }, 'invalid_request', 'parameter_missing'],
    ['an unknown code', { code: 'A'.repeat(43) }, 'invalid_grant', 'code_unknown'],
  ])('is not for %s, and is not used up by it', async (_, more, error, reason) => {
    const code = await browser().code();
    const refused = await redeem(code, more);
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ error, reason });
    expect((await redeem(code)).status).toBe(200);
  });

  it('is for the resource that it was asked for, and gives nothing for another (RFC 8707 section 2)', async () => {
    const person = browser();
    const page = await (await person.signIn({ resource: 'https://api.example.com/' })).text();
    expect(page).toContain('https://api.example.com/');
    const code =
      new URL((await person.decide(formOf(page))).headers.get('location') ?? '').searchParams.get('code') ?? '';
    expect((await redeem(code)).status).toBe(200);
    const elsewhere = await browser().code({ resource: 'https://other.example' });
    const refused = await redeem(elsewhere, { resource: 'https://api.example.com' });
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ error: 'invalid_target', reason: 'target_mismatch' });
  });

  it('that is used again is refused, and what it gave is revoked (RFC 6749 section 4.1.2)', async () => {
    await broker.putSecrets([{ name: 'token-broker/clients/bot', value: 'a-secret-of-the-bot', host: null }]);
    const code = await browser().code();
    const { access_token: token } = (await (await redeem(code)).json()) as { access_token: string };
    const active = async () => {
      const asked = await post('/oauth2/introspect', { client_id: 'bot', client_secret: 'a-secret-of-the-bot', token });
      return ((await asked.json()) as { active: boolean }).active;
    };
    expect(await active()).toBe(true);
    const again = await redeem(code);
    expect(again.status).toBe(400);
    expect(await again.json()).toMatchObject({ error: 'invalid_grant', reason: 'replayed' });
    // Introspection may go on for some seconds with what it knew (contract section 3: 10 s).
    for (let left = 40; left > 0 && (await active()); left -= 1) await new Promise((done) => setTimeout(done, 250));
    expect(await active()).toBe(false);
  }, 15_000);

  it('of 20 at once is redeemed by one', async () => {
    const code = await browser().code();
    const answers = await Promise.all(Array.from({ length: 20 }, () => redeem(code)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('does not help who is not allowed', async () => {
    const refused = await redeem(await browser().code({ scope: 'closed' }));
    expect(await refused.json()).toMatchObject({ error: 'invalid_scope', reason: 'not_allowed' });
  });
});

describe('GET /saml/{connection}/login', () => {
  it('signs in for its own sake: a page that says who the person is here', async () => {
    const person = browser();
    const began = await person.get('/saml/corp/login');
    const page = await person.answer(readAuthnRequest(began.headers.get('location') ?? '').id);
    const text = await page.text();
    expect(text).toContain('You are signed in');
    expect(text).toContain('claims.groups');
    expect(text).toContain('deployers, staff');
  });

  it.each(['/saml/nowhere/login', '/saml/nowhere/metadata'])('knows no connection at %s', async (path) => {
    expect((await browser().get(path)).status).toBe(404);
  });
});

describe('GET /saml/{connection}/metadata', () => {
  it('publishes the keys that sign now and next, and where answers go', async () => {
    const answer = await fetch(`${broker.url}/saml/corp/metadata`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/samlmetadata+xml');
    const text = await answer.text();
    expect(text).toContain(`entityID="${broker.url}/saml/corp"`);
    expect(text).toContain(`Location="${broker.url}/saml/corp/acs"`);
    expect([...text.matchAll(/use="(\w+)"/g)].map((match) => match[1])).toEqual(['signing', 'signing', 'encryption']);
    expect(text).toContain('AuthnRequestsSigned="true"');
  });
});

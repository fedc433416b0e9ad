import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { main } from '../../../bin/cli.ts';
import { type Broker, startBroker } from '../broker.ts';
import { Browser, CONFIGURATION, formOf, readAuthnRequest } from '../saml-person.ts';

let broker: Broker;
let signin: Server;
const asked: { method: string; url: string; body: string }[] = [];
/** What AWS's federation endpoint takes: a form, or the query alone. */
let takes: 'form' | 'query' = 'form';
const state = mkdtempSync(join(tmpdir(), 'token-broker-people-'));

beforeAll(async () => {
  const allow = 'allow: [{ connection: corp }]';
  broker = await startBroker({
    config: {
      ...CONFIGURATION,
      'scopes/self.yaml': `scope: self\n${allow}\ngrant: { type: broker-token, audience: '@ISSUER@', duration: 1h, claims: { groups: '\${claims.groups}' } }\n`,
      'scopes/log.yaml': `scope: broker:issuances:read\n${allow}\n`,
    },
  });
  signin = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const { method = '', url = '' } = request;
    asked.push({ method, url, body: Buffer.concat(chunks).toString() });
    const isTaken = takes === 'form' ? method === 'POST' : method === 'GET';
    response.writeHead(isTaken ? 200 : 400).end(isTaken ? '{"SigninToken":"t+k/n"}' : 'no');
  });
  await new Promise<void>((listening) => signin.listen(0, '127.0.0.1', listening));
}, 60_000);

afterAll(async () => {
  await broker.stop();
  signin.close();
  rmSync(state, { recursive: true, force: true });
});

const signinUrl = () => `http://127.0.0.1:${(signin.address() as AddressInfo).port}/federation`;

async function run(args: readonly string[], read: (err: string) => void = () => undefined) {
  const written = { out: '', err: '' };
  const env = { TOKEN_BROKER_URL: broker.url, XDG_STATE_HOME: state, TOKEN_BROKER_AWS_SIGNIN_URL: signinUrl() };
  const terminal = {
    out: (text: string) => {
      written.out += text;
    },
    err: (text: string) => {
      written.err += text;
      read(text);
    },
    ...{ env: { ...env, HOME: state, TOKEN_BROKER_CACHE: join(state, 'cache') }, cwd: state },
  };
  return { code: await main(args, terminal), ...written };
}

/** Signs in at the address of a terminal, and allows what is asked. */
async function allowAt(url: URL): Promise<void> {
  const person = new Browser(broker.url);
  const began = await person.get(`${url.pathname}${url.search}`);
  const { id } = readAuthnRequest(began.headers.get('location') ?? '');
  const back = await person.decide(formOf(await (await person.answer(id)).text()));
  await fetch(back.headers.get('location') ?? '');
}

async function allowCode(code: string): Promise<void> {
  const person = new Browser(broker.url);
  const page = await (await person.post('/device', { user_code: code })).text();
  const link = /<a rel="noreferrer" href="([^"]+)"/.exec(page)?.[1]?.replaceAll('&amp;', '&') ?? '';
  await person.decide(formOf(await (await person.answer(readAuthnRequest(link).id)).text()));
}

const login = (scope: string, ...more: readonly string[]) =>
  run(['login', '--client', 'cli', '--no-browser', '--connection', 'corp', '--scope', scope, ...more], (text) => {
    const address = /https?:\/\/\S+\/oauth2\/authorize\S+/.exec(text)?.[0];
    const code = /type the code {2}(\S+)/.exec(text)?.[1];
    if (address !== undefined) allowAt(new URL(address)).catch(() => undefined);
    if (code !== undefined) allowCode(code).catch(() => undefined);
  });

const logins = join(state, 'token-broker', 'logins');
const decoded = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());

describe('a person at the command line', () => {
  it('is nobody before a login', async () => {
    const { code, err } = await run(['whoami', '--proof', 'login']);
    expect(code).toBe(1);
    expect(err).toContain('token-broker login');
  });

  it('is kept once logged in, for its owner alone, and is who the token says', async () => {
    const { code, out, err } = await login('self');
    expect([code, err.includes('Kept in')]).toEqual([0, true]);
    const [file = ''] = readdirSync(logins);
    const path = join(logins, file);
    expect([statSync(logins).mode & 0o777, statSync(path).mode & 0o777]).toEqual([0o700, 0o600]);
    const { exp: expires } = decoded(out);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ broker: broker.url, token: out.trim(), expires });
    const who = await run(['whoami', '--json']);
    expect(JSON.parse(who.out)).toMatchObject({
      ...{ broker: broker.url, proof: 'login', expired: false, expires: new Date(expires * 1000).toISOString() },
      claims: { sub: 'corp:alice@example.com', scope: 'self' },
    });
    expect((await run(['whoami'])).out).toContain('corp:alice@example.com');
  });

  it('brings what is kept for credentials', async () => {
    const { code, out } = await run(['credentials', '--proof', 'login', '--scope', 'web', '--no-cache']);
    expect([code, JSON.parse(out || '{}').AccessKeyId?.slice(0, 4)]).toEqual([0, 'ASIA']);
  });

  it.each(['form', 'query'] as const)('gets a link to the console, with the keys in a %s', async (how) => {
    takes = how;
    asked.length = 0;
    const { code, out, err } = await run(['console', '--scope', 'web', '--json']);
    expect([code, err]).toEqual([0, '']);
    const { url, expires, issuance } = JSON.parse(out);
    expect(Object.fromEntries(new URL(url).searchParams)).toEqual({
      ...{ Action: 'login', Issuer: broker.url, Destination: 'https://console.aws.amazon.com/', SigninToken: 't+k/n' },
    });
    expect(Date.parse(expires)).toBeGreaterThan(Date.now());
    const sent = new URLSearchParams(how === 'form' ? asked[0]?.body : asked[1]?.url.split('?')[1]);
    expect(Object.keys(JSON.parse(sent.get('Session') ?? '{}'))).toEqual(['sessionId', 'sessionKey', 'sessionToken']);
    expect(how === 'form' && asked.some(({ url: seen }) => seen.includes('Session'))).toBe(false);
    const { token } = JSON.parse(readFileSync(join(logins, readdirSync(logins)[0] ?? ''), 'utf8'));
    const body = new URLSearchParams({
      ...{ grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange', scope: 'broker:issuances:read' },
      ...{ subject_token: token, subject_token_type: 'urn:ietf:params:oauth:token-type:access_token' },
    });
    const granted = await fetch(`${broker.url}/oauth2/token`, { method: 'POST', body });
    const { access_token: reader } = (await granted.json()) as { access_token: string };
    const headers = { authorization: `Bearer ${reader}` };
    const record = (await (await fetch(`${broker.url}/v1/issuances/${issuance}`, { headers })).json()) as {
      request: { purpose: string };
    };
    expect(record.request.purpose).toBe('console');
  });

  it('is nobody again after a logout', async () => {
    const { code, err } = await run(['logout']);
    expect([code, err.includes('Logged out')]).toEqual([0, true]);
    expect(readdirSync(logins)).toEqual([]);
    expect(JSON.parse((await run(['logout', '--json'])).out)).toMatchObject({ removed: false });
  });

  it('logs in by a browser on another machine, and is no proof with a token for another API', async () => {
    const { code, out, err } = await login('api', '--device');
    expect([code, err.includes(`${broker.url}/device`)]).toEqual([0, true]);
    expect(decoded(out)).toMatchObject({ sub: 'corp:alice@example.com', aud: 'https://api.example.com' });
    const refused = await run(['credentials', '--proof', 'login', '--scope', 'web', '--no-cache']);
    expect([refused.code, refused.err.includes('is for https://api.example.com')]).toEqual([1, true]);
  }, 30_000);

  it('listens on the port that is named', async () => {
    const free = createServer();
    await new Promise<void>((listening) => free.listen(0, '127.0.0.1', listening));
    const { port } = free.address() as AddressInfo;
    await new Promise((closed) => free.close(closed));
    const { code, err } = await login('self', '--port', String(port));
    expect([code, err.includes(encodeURIComponent(`127.0.0.1:${port}/callback`))]).toEqual([0, true]);
  });

  it.each([
    ['a port that is none', ['login', '--connection', 'corp', '--scope', 'api', '--port', '70000']],
    ['a port beside --device', ['login', '--connection', 'corp', '--scope', 'api', '--port', '1', '--device']],
    ['a destination that is no address', ['console', '--scope', 'web', '--destination', 'ecs']],
    ['no scope', ['console']],
  ])('is told of %s', async (_, args) => {
    expect((await run(args)).code).toBe(2);
  });
});

it.each(['x'.repeat(33), 'Console', 'a b'])('takes no purpose that is no word: %s', async (purpose) => {
  const answer = await fetch(`${broker.url}/v1/credentials/web?${new URLSearchParams({ purpose })}`, {
    headers: { authorization: 'Bearer a.b.c' },
  });
  expect(await answer.json()).toMatchObject({ reason: 'parameter_invalid' });
});

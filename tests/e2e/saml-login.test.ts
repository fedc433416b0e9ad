import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { main } from '../../bin/cli.ts';
import { type Broker, startBroker } from './broker.ts';
import { Browser, CONFIGURATION, formOf, readAuthnRequest } from './saml-person.ts';

let broker: Broker;
const state = mkdtempSync(join(tmpdir(), 'token-broker-login-'));

beforeAll(async () => {
  broker = await startBroker({ config: CONFIGURATION });
}, 60_000);

afterAll(async () => {
  await broker.stop();
  rmSync(state, { recursive: true, force: true });
});

/** What a person does with the address that the terminal prints. */
type Visit = (url: URL, person: Browser) => Promise<void>;

async function login(args: readonly string[], visit: Visit, env: Readonly<Record<string, string>> = {}) {
  const written = { out: '', err: '' };
  const visits: Promise<void>[] = [];
  const err = (text: string) => {
    written.err += text;
    const address = /https?:\/\/\S+\/oauth2\/authorize\S+/.exec(text)?.[0];
    if (address !== undefined) visits.push(visit(new URL(address), new Browser(broker.url)));
  };
  const out = (text: string) => {
    written.out += text;
  };
  const terminal = { out, err, env: { XDG_STATE_HOME: state, ...env }, cwd: '/' };
  const code = await main(['login', '--client', 'cli', '--no-browser', ...args], terminal);
  await Promise.all(visits);
  return { code, ...written };
}

const signIn =
  (decision: 'allow' | 'deny'): Visit =>
  async (url, person) => {
    const began = await person.get(`${url.pathname}${url.search}`);
    const { id } = readAuthnRequest(began.headers.get('location') ?? '');
    const page = await (await person.answer(id)).text();
    const back = await person.decide(formOf(page), decision);
    expect((await fetch(back.headers.get('location') ?? '')).status).toBe(200);
  };

const options = (scope: string) => ['--issuer', broker.url, '--connection', 'corp', '--scope', scope];

describe('token-broker login', () => {
  it('prints AWS credentials as credential_process takes them', async () => {
    const { code, out } = await login(options('web'), signIn('allow'));
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      Version: 1,
      AccessKeyId: expect.stringMatching(/^ASIA/),
      SecretAccessKey: expect.any(String),
      SessionToken: expect.any(String),
      Expiration: expect.any(String),
    });
  });

  it('prints a token, alone or with what was said of it', async () => {
    const alone = await login(options('api'), signIn('allow'));
    expect(alone.out).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const { out } = await login([...options('api'), '--json'], signIn('allow'));
    expect(JSON.parse(out)).toMatchObject({ access_token: expect.any(String), scope: 'api', token_type: 'Bearer' });
  });

  it.each([
    [
      'TOKEN_BROKER_URL',
      [],
      (url: string) => ({ TOKEN_BROKER_URL: url, TOKEN_BROKER_ISSUER: 'https://elsewhere.example' }),
    ],
    ['TOKEN_BROKER_ISSUER', [], (url: string) => ({ TOKEN_BROKER_ISSUER: url })],
    ['--broker', ['--broker'], () => ({ TOKEN_BROKER_URL: 'https://elsewhere.example' })],
  ])('finds the broker in %s', async (_, flag, env) => {
    const named = flag.flatMap((each) => [each, broker.url]);
    const args = [...named, '--connection', 'corp', '--scope', 'api'];
    expect((await login(args, signIn('allow'), env(broker.url))).code).toBe(0);
  });

  it('says so where the person says no', async () => {
    const { code, out, err } = await login(options('web'), signIn('deny'));
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('sign_in_declined');
  });

  it('says why where the scope is not allowed', async () => {
    const { code, err } = await login(options('closed'), signIn('allow'));
    expect(code).toBe(1);
    expect(err).toContain('not_allowed');
  });

  it('says why where the connection is unknown', async () => {
    const args = ['--issuer', broker.url, '--connection', 'nowhere', '--scope', 'web'];
    const { code, err } = await login(args, async (url, person) => {
      const back = await person.get(`${url.pathname}${url.search}`);
      await fetch(back.headers.get('location') ?? '');
    });
    expect(code).toBe(1);
    expect(err).toContain('sign_in_connection');
  });

  it('turns away an answer without its state, and one of another issuer (RFC 9207)', async () => {
    const { code, err } = await login(options('web'), async (url) => {
      const callback = url.searchParams.get('redirect_uri') ?? '';
      expect((await fetch(`${callback}?code=stolen&state=guess&iss=${broker.url}`)).status).toBe(404);
      const state = url.searchParams.get('state') ?? '';
      await fetch(`${callback}?code=mixed-up&state=${state}&iss=https://other.example`);
    });
    expect(code).toBe(1);
    expect(err).toContain('another issuer');
  });

  it.each([
    ['no connection', ['--issuer', 'https://broker.example.com', '--scope', 'web']],
    ['no scope', ['--issuer', 'https://broker.example.com', '--connection', 'corp']],
    ['no issuer', ['--connection', 'corp', '--scope', 'web']],
    ['plain http', ['--issuer', 'http://broker.example.com', '--connection', 'corp', '--scope', 'web']],
    ['an issuer with a path', ['--issuer', 'https://broker.example.com/x', '--connection', 'corp', '--scope', 'web']],
    ['an unknown option', ['--nothing']],
  ])('is used wrongly with %s', async (_, args) => {
    expect((await login(args, async () => undefined)).code).toBe(2);
  });
});

import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { main } from '../../bin/cli.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const METADATA = readFileSync(join(ROOT, 'examples/connections/okta-metadata.xml'), 'utf8');
const BROKER = 'http://127.0.0.1:9';

interface Served {
  readonly status?: number;
  readonly body: string;
  /** Seconds by which the clock of the server is off. */
  readonly off?: number;
}

let server: Server;
let origin: string;
let served: Record<string, Served>;

beforeAll(async () => {
  server = createServer(({ url = '' }, response) => {
    const { status = 200, body, off = 0 } = served[url] ?? { status: 404, body: '' };
    response.sendDate = false;
    response.writeHead(status, { date: new Date(Date.now() + off * 1000).toUTCString() }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

const jwkOf = (key: KeyObject, more: object = {}) => ({ ...key.export({ format: 'jwk' }), ...more });
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const { publicKey: weak } = generateKeyPairSync('rsa', { modulusLength: 1024 });
const { publicKey: curve } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const GOOD_KEY = jwkOf(publicKey, { kid: 'a', alg: 'RS256', use: 'sig' });

const DISCOVERY = '/.well-known/openid-configuration';
const discovery = (more: object = {}) =>
  JSON.stringify({
    issuer: origin,
    jwks_uri: `${origin}/keys`,
    id_token_signing_alg_values_supported: ['RS256'],
    ...more,
  });
const keys = (...members: readonly object[]) => JSON.stringify({ keys: members });

beforeEach(() => {
  served = {
    [DISCOVERY]: { body: discovery() },
    '/keys': { body: keys(GOOD_KEY) },
    '/metadata': { body: METADATA },
  };
});

async function check(lines: string, options: readonly string[] = []) {
  const folder = mkdtempSync(join(tmpdir(), 'check-'));
  mkdirSync(join(folder, 'connections'));
  writeFileSync(join(folder, 'connections', 'idp.yaml'), `connection: idp\n${lines}`);
  let out = '';
  let err = '';
  const terminal = {
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
    ...{ env: { TOKEN_BROKER_ISSUER: BROKER }, cwd: folder },
  };
  return { code: await main(['connections', 'check', ...options], terminal), out, err };
}

const oidc = (more = '') => `type: oidc\nissuer: ${origin}\naudience: [a]\nalgorithms: [RS256]\n${more}`;
const saml = () => `type: saml\nmetadataUrl: ${origin}/metadata\nentityId: https://broker.example.com/saml/idp\n`;

describe('connections check', () => {
  it('says one line each of an issuer that serves what the broker needs, and ends with 0', async () => {
    expect(await check(oidc())).toEqual({
      code: 0,
      out: [
        `ok      idp  discovery: ${origin}${DISCOVERY} names the keys at ${origin}/keys`,
        'ok      idp  algorithms: it signs with RS256, of which RS256 are taken',
        'ok      idp  clock: its clock and that of this machine agree',
        `ok      idp  keys: 1 of 1 keys at ${origin}/keys verify RS256`,
        '',
      ].join('\n'),
      err: '',
    });
  });

  it.each<[string, () => Record<string, Served>, RegExp]>([
    [
      'discovery that fails',
      () => ({ [DISCOVERY]: { status: 503, body: '' } }),
      /broken {2}idp {2}discovery: .* answers 503/,
    ],
    [
      'discovery of another issuer',
      () => ({ [DISCOVERY]: { body: discovery({ issuer: 'https://other.example' }) } }),
      /says that the issuer is "https:\/\/other\.example"/,
    ],
    [
      'discovery without keys',
      () => ({ [DISCOVERY]: { body: discovery({ jwks_uri: undefined }) } }),
      /no discovery document/,
    ],
    ['discovery that is no JSON', () => ({ [DISCOVERY]: { body: '<html>' } }), /no discovery document/],
    [
      'keys that are not there',
      () => ({ '/keys': { status: 404, body: '' } }),
      /broken {2}idp {2}keys: .* answers 404/,
    ],
    ['keys that are none', () => ({ '/keys': { body: '{}' } }), /is no set of public keys/],
    [
      'keys of another kind',
      () => ({ '/keys': { body: keys(jwkOf(curve, { kid: 'c' })) } }),
      /broken {2}idp {2}keys: 0 of 1 keys .* verify RS256/,
    ],
    [
      'a weak key',
      () => ({ '/keys': { body: keys(jwkOf(weak, { kid: 'w' })) } }),
      /soon {4}idp {2}keys: the key "w" is no good/,
    ],
    [
      'algorithms that are not taken',
      () => ({ [DISCOVERY]: { body: discovery({ id_token_signing_alg_values_supported: ['ES256'] }) } }),
      /broken {2}idp {2}algorithms: it signs with ES256; the connection takes RS256/,
    ],
    [
      'a clock that is off by more than is tolerated',
      () => ({ [DISCOVERY]: { body: discovery(), off: 120 } }),
      /broken {2}idp {2}clock: its clock is 1\d\d s ahead/,
    ],
  ])('ends with 1 for %s', async (_name, change, line) => {
    served = { ...served, ...change() };
    const { code, out } = await check(oidc());
    expect([code, out]).toEqual([1, expect.stringMatching(line)]);
  });

  it.each<[string, () => Record<string, Served>, RegExp]>([
    [
      'a private key among the keys',
      () => ({ '/keys': { body: keys(GOOD_KEY, jwkOf(privateKey, { kid: 'p' })) } }),
      /soon {4}idp {2}keys: the key "p" is left out: a private key/,
    ],
    [
      'a clock that is off by less',
      () => ({ [DISCOVERY]: { body: discovery(), off: -30 } }),
      /soon {4}idp {2}clock: its clock is \d\d s behind/,
    ],
  ])('says, and ends with 0, for %s', async (_name, change, line) => {
    served = { ...served, ...change() };
    const { code, out } = await check(oidc());
    expect([code, out]).toEqual([0, expect.stringMatching(line)]);
  });

  it('asks for the keys where the connection names them', async () => {
    served = { '/keys': { body: keys(GOOD_KEY), off: 600 } };
    const { code, out } = await check(oidc(`jwksUri: ${origin}/keys\n`));
    expect(out).not.toMatch(/discovery/);
    expect([code, out]).toEqual([1, expect.stringMatching(/ok {6}idp {2}keys: 1 of 1[\s\S]*broken {2}idp {2}clock/)]);
  });

  it('reads metadata where it is published, with the ends of its certificates', async () => {
    const { code, out } = await check(saml());
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/ok {6}idp {2}certificate: its certificate holds, until 2125-12-31T/),
    ]);
    served = { '/metadata': { body: '<html/>' } };
    expect(await check(saml())).toMatchObject({
      code: 1,
      out: expect.stringMatching(/broken {2}idp {2}metadata: is not an Entity/),
    });
    served = {
      '/metadata': {
        body: METADATA.replace('<md:EntityDescriptor ', '<md:EntityDescriptor validUntil="2020-01-01T00:00:00Z" '),
      },
    };
    expect((await check(saml())).code).toBe(1);
  });

  it('prints the same for --json', async () => {
    served = { ...served, '/keys': { status: 404, body: '' } };
    const { code, out } = await check(oidc(), ['--json']);
    expect(code).toBe(1);
    expect(JSON.parse(out).checks).toContainEqual({
      ...{ connection: 'idp', check: 'keys', status: 'broken', until: null },
      message: `${origin}/keys answers 404`,
    });
  });

  it('says what keeps the folder from loading, and asks nobody', async () => {
    expect(await check('type: oidc\n')).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(/\[missing-field\]/),
    });
  });

  it('has nothing to ask for AWS IAM', async () => {
    expect(await check('type: aws-iam\naccounts: ["111122223333"]\n')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^ok /),
    });
  });
});

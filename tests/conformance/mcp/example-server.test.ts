/**
 * The example of an MCP server (`examples/mcp-server`) with its own configuration of the broker: from its address alone
 * the official SDKs' clients find the broker, get a token and call the tool, which reads an S3 that others wrote (moto,
 * at `MOTO_URL`) as the person and the server.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env, execPath } from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt, exportJWK, generateKeyPair, importPKCS8, SignJWT } from 'jose';
import { type Endpoint, listenNear } from '../../../local/endpoints/server.ts';
import { type Broker, ROOT, startBroker } from '../../e2e/broker.ts';
import { type Watched, watch } from '../../e2e/oauth/watched.ts';
import { Browser, CONFIGURATION, formOf, readAuthnRequest, samlResponse } from '../../e2e/saml-person.ts';

const EXAMPLE = join(ROOT, 'examples/mcp-server');
const MOTO = env['MOTO_URL'] ?? '';
/** Names an interpreter with the server's packages where the example in Python is meant. */
const PYTHON = env['EXAMPLE_PYTHON'];
const JAG_ISSUER = 'https://idp.acme.example';
const REPORT_SECRET = 'the-secret-of-the-nightly-report';
const URN = 'urn:ietf:params:oauth';
const scratch = mkdtempSync(join(tmpdir(), 'example-'));

const keyPem = (): string => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
};
const [serverKey, assistantKey, jagKey] = [keyPem(), keyPem(), keyPem()];
const jwkOf = async (pem: string) => {
  const { d: _private, ...publicKey } = await exportJWK(await importPKCS8(pem, 'ES256', { extractable: true }));
  return { ...publicKey, kid: 'k1', alg: 'ES256', use: 'sig' };
};

let sts: Watched;
let broker: Broker;
let server: string;
let child: ChildProcess;
let jagKeys: Endpoint;

const freePort = async (): Promise<number> => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const address = taken.address();
  taken.close();
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
};

/** The example's own folder at these addresses, its people at the tests' identity provider, and what tests need. */
async function configuration(origin: string): Promise<Readonly<Record<string, string>>> {
  const assistant = { keys: [await jwkOf(assistantKey)] };
  const files = readdirSync(join(EXAMPLE, 'broker'), { recursive: true, encoding: 'utf8' });
  const read = files
    .filter((name) => /^(clients|scopes)\/.*\.yaml$/.test(name))
    .map((name) => {
      const text = readFileSync(join(EXAMPLE, 'broker', name), 'utf8')
        .replaceAll('https://files.acme.internal', origin)
        .replace('jwksUri: https://assistant.acme.internal/jwks.json', `jwks: ${JSON.stringify(assistant)}`)
        .replace('  - client: [', '  - { connection: jag, client: nightly-report }\n  - client: [');
      return [name, text] as const;
    });
  const other = (scope: string, audience: string): string =>
    `scope: ${scope}\nallow: [{ client: nightly-report }]\ngrant: { type: broker-token, audience: "${audience}", duration: 1h }\n`;
  return {
    ...Object.fromEntries(read),
    'connections/metadata.xml': CONFIGURATION['connections/metadata.xml'] ?? '',
    'connections/corp.yaml': `${CONFIGURATION['connections/corp.yaml']}principal: "\${claims.email}"\n`,
    'connections/portal.yaml': CONFIGURATION['connections/portal.yaml'] ?? '',
    'connections/jag.yaml': `connection: jag\ntype: oidc\nissuer: ${JAG_ISSUER}\njwksUri: ${jagKeys.url}/keys\naudience: ["@ISSUER@"]\ntypes: [oauth-id-jag+jwt]\nreuse: once\n`,
    'scopes/elsewhere.yaml': other('elsewhere', 'https://other.acme.internal'),
    'scopes/here.yaml': other('here', '@ISSUER@'),
    'scopes/files-list.yaml': other('files:list', `${origin}/mcp`),
    'scopes/issuances.yaml': 'scope: broker:issuances:read\nallow: [{ client: nightly-report }]\n',
  };
}

async function put(key: string, text: string): Promise<void> {
  const { ok } = await fetch(`${MOTO}/acme-files${key}`, { method: 'PUT', body: text });
  if (!ok) throw new Error(`moto took no ${key}`);
}

async function startServer(port: number): Promise<ChildProcess> {
  const file = join(scratch, 'key.pem');
  writeFileSync(file, serverKey, { mode: 0o600 });
  const { PATH = '' } = env;
  const settings = { TOKEN_BROKER_URL: broker.url, RESOURCE: server, CLIENT_KEY_FILE: file, BUCKET: 'acme-files' };
  const aws = { AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL_S3: MOTO, AWS_EC2_METADATA_DISABLED: 'true' };
  const [command, program] = PYTHON === undefined ? [execPath, 'server.ts'] : [PYTHON, 'python/server.py'];
  const started = spawn(command, [join(EXAMPLE, program)], {
    env: { PATH, HOME: scratch, PORT: String(port), ...settings, ...aws },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  for (let tries = 0; tries < 300 && started.exitCode === null; tries += 1) {
    if (await isUp(server)) return started;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the server did not come up');
}

const isUp = (url: string): Promise<boolean> =>
  fetch(url).then(
    () => true,
    () => false,
  );

beforeAll(async () => {
  if (MOTO === '') throw new Error('MOTO_URL names no server: .ci/steps/mcp.sh starts one');
  // An object that is there already it lets nobody replace without a signature.
  await fetch(`${MOTO}/moto-api/reset`, { method: 'POST' });
  await put('', '');
  await put('/alice@example.com/report.txt', 'of Alice');
  await put('/reports@acme.example/report.txt', 'of the night');
  await put('/assistant@acme.example/report.txt', 'of the assistant');
  const keys = { keys: [await jwkOf(jagKey)] };
  jagKeys = await listenNear(
    createServer((_, answer) => answer.setHeader('content-type', 'application/json').end(JSON.stringify(keys))),
    0,
  );
  sts = await watch({ url: MOTO, stop: async () => {} });
  const port = await freePort();
  server = `http://127.0.0.1:${port}/mcp`;
  const endpoints = { ...env, AWS_ENDPOINT_URL_STS: sts.url };
  broker = await startBroker({ config: await configuration(`http://127.0.0.1:${port}`), endpoints });
  await broker.putSecrets([{ name: 'token-broker/clients/nightly-report', value: REPORT_SECRET, host: null }]);
  child = await startServer(port);
}, 60_000);
afterAll(async () => {
  child.kill();
  await broker.stop();
  await sts.stop();
  await jagKeys.stop();
  rmSync(scratch, { recursive: true });
});

interface Visit {
  readonly tools?: readonly string[];
  readonly isError?: boolean;
  readonly text?: string;
  /** Of a token response. */
  readonly access_token?: string;
  readonly token_type?: string;
  /** What the program printed where it failed. */
  readonly failed?: string;
}

/** Runs a program with an official client; `visit`: the address that a person is to open. */
async function visitor(
  way: string,
  asked: object,
  visit: (url: URL) => Promise<void> = async () => {},
): Promise<Visit> {
  const program = spawn(execPath, [join(ROOT, '.ci/mcp/visitor.mjs'), way], { stdio: 'pipe' });
  let [printed, complained] = ['', ''];
  let visited: Promise<void> | null = null;
  program.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
    const url = /^visit (\S+)\n/m.exec(printed)?.[1];
    if (url !== undefined) visited ??= visit(new URL(url));
  });
  program.stderr.on('data', (chunk: Buffer) => {
    complained += chunk.toString();
  });
  program.stdin.end(JSON.stringify({ server, path: 'report.txt', issuer: broker.url, ...asked }));
  const [code] = await once(program, 'close');
  await visited;
  return code === 0 ? Object(JSON.parse(printed.trim().split('\n').at(-1) ?? '')) : { failed: complained };
}

type Form = Readonly<Record<string, string>>;
const nightly = `Basic ${Buffer.from(`nightly-report:${REPORT_SECRET}`).toString('base64')}`;

async function post(path: string, form: Form, headers: Form = {}): Promise<Readonly<Record<string, unknown>>> {
  const answer = await fetch(`${broker.url}${path}`, { method: 'POST', headers, body: new URLSearchParams(form) });
  const text = await answer.text();
  return text === '' ? {} : Object(JSON.parse(text));
}
/** A broker token of the nightly report's own. */
async function tokenOf(scope: string, form: Form = {}): Promise<string> {
  const asked = { grant_type: 'client_credentials', scope, ...form };
  const { access_token } = await post('/oauth2/token', asked, { authorization: nightly });
  return String(access_token);
}
/** The last issuance of the server's own, as the ledger has it. */
async function lastRecord(): Promise<Readonly<Record<string, unknown>>> {
  const headers = { authorization: `Bearer ${await tokenOf('broker:issuances:read')}` };
  const answer = await fetch(`${broker.url}/v1/issuances?scope=files-bucket&limit=1`, { headers });
  const { issuances } = Object(await answer.json());
  return Object(issuances[0]);
}
/** What STS was asked for last: CloudTrail has the source identity and the tags, the session the policy. */
function lastSession() {
  const form = new URLSearchParams(sts.bodies.findLast((body) => body.includes('Action=AssumeRole&')) ?? '');
  const keys = [...form].filter(([name]) => /^Tags\.member\.\d+\.Key$/.test(name));
  const tags = Object.fromEntries(keys.map(([name, key]) => [key, form.get(name.replace(/Key$/, 'Value'))]));
  const policy: unknown = JSON.parse(form.get('Policy') ?? '');
  return { tags, sourceIdentity: form.get('SourceIdentity'), policy };
}
const readsOnly = (key: string) => ({
  Statement: [expect.objectContaining({ Effect: 'Allow', Resource: `arn:aws:s3:::acme-files/${key}` })],
});

describe('from the address of the server alone', () => {
  it('a person signs in, and the tool answers; both are named to AWS and in the ledger', async () => {
    const visit = await visitor('person', { clientId: 'desktop' }, async (url) => {
      const person = new Browser(broker.url);
      expect(Object.fromEntries(url.searchParams)).toMatchObject({ resource: server, scope: 'files:read' });
      const list = await (await person.get(`${url.pathname}${url.search}`)).text();
      const chosen = /href="([^"]+)">corp</.exec(list)?.[1]?.replaceAll('&amp;', '&') ?? '';
      const began = await person.get(chosen);
      const { id } = readAuthnRequest(began.headers.get('location') ?? '');
      const decided = await person.decide(formOf(await (await person.answer(id)).text()));
      await fetch(decided.headers.get('location') ?? '');
    });
    expect(visit).toEqual({ tools: ['read_file'], isError: false, text: 'of Alice' });
    const { tags, sourceIdentity, policy } = lastSession();
    expect(tags).toMatchObject({ 'token-broker:actor': 'client:files-mcp', 'token-broker:scope': 'files-bucket' });
    expect(sourceIdentity).toContain('alice@example.com');
    expect(policy).toMatchObject(readsOnly('alice@example.com/report.txt'));
    expect(await lastRecord()).toMatchObject({
      ...{ outcome: 'issued', principal: 'alice@example.com', connection: 'corp', client: 'files-mcp' },
      ...{ actor: { client: 'files-mcp' }, proof: { kind: 'broker' }, intent: 'read report.txt' },
    });
  });

  it.each([
    ['client-credentials', { clientId: 'nightly-report', clientSecret: REPORT_SECRET }, 'of the night'],
    ['private-key-jwt', { clientId: 'assistant', privateKey: assistantKey }, 'of the assistant'],
  ])('a program gets its token by the provider of the SDK for %s', async (way, asked, text) => {
    expect(await visitor(way, asked)).toEqual({ tools: ['read_file'], isError: false, text });
    expect(lastSession().tags).toMatchObject({ 'token-broker:actor': 'client:files-mcp' });
  });

  it.each([
    ['that says nothing of scopes', {}, { isError: false, text: 'of Alice' }],
    [
      'that names what the server asks for, too',
      { scope: 'files:read files-bucket' },
      { isError: false, text: 'of Alice' },
    ],
    [
      'that is for the scope of the server alone: it bounds what comes of it',
      { scope: 'files:read' },
      { isError: true, text: expect.stringContaining('(not_allowed)') },
    ],
  ])(
    "a program redeems its company's ID-JAG by the SDK's provider for cross-app access, one %s",
    async (_, more, said) => {
      const assertion = await new SignJWT({ client_id: 'nightly-report', email: 'alice@example.com', ...more })
        .setProtectedHeader({ alg: 'ES256', kid: 'k1', typ: 'oauth-id-jag+jwt' })
        .setIssuer(JAG_ISSUER)
        .setSubject('alice')
        .setAudience(broker.url)
        .setJti(randomUUID())
        .setIssuedAt()
        .setExpirationTime('2m')
        .sign(await importPKCS8(jagKey, 'ES256'));
      const asked = { assertion, clientId: 'nightly-report', clientSecret: REPORT_SECRET };
      expect(await visitor('id-jag', asked)).toEqual({ tools: ['read_file'], ...said });
      expect(await lastRecord()).toMatchObject({ connection: 'jag', subject: 'alice', actor: { client: 'files-mcp' } });
    },
  );
});

it('an agent between the person and the server is nested in the chain', async () => {
  const assertion = await new SignJWT()
    .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
    .setIssuer('assistant')
    .setSubject('assistant')
    .setAudience(broker.url)
    .setJti(randomUUID())
    .setIssuedAt()
    .setExpirationTime('1m')
    .sign(await importPKCS8(assistantKey, 'ES256'));
  const recipient = `${broker.url}/oauth2/token`;
  const { access_token: token } = await post('/oauth2/token', {
    grant_type: `${URN}:grant-type:token-exchange`,
    subject_token: samlResponse({ audience: `${broker.url}/saml/corp`, recipient }),
    subject_token_type: `${URN}:token-type:saml2`,
    client_assertion_type: `${URN}:client-assertion-type:jwt-bearer`,
    ...{ client_assertion: assertion, scope: 'files:read' },
  });
  expect(await visitor('token', { token })).toMatchObject({ isError: false, text: 'of Alice' });
  expect(await lastRecord()).toMatchObject({
    ...{ principal: 'alice@example.com', actor: { client: 'files-mcp' } },
    claims: { act: { sub: 'client:assistant' } },
  });
});

describe('the server', () => {
  const call = async (headers: Form): Promise<Response> =>
    fetch(server, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }),
    });
  const answerTo = async (token: string) => {
    const answer = await call({ authorization: `Bearer ${token}` });
    const challenge = answer.headers.get('www-authenticate') ?? '';
    return [answer.status, /error="([^"]*)"/.exec(challenge)?.[1], /error_description="([^"]*)"/.exec(challenge)?.[1]];
  };
  /** The SDK for Python has one text for all of them. */
  const said = (why: string): string => (PYTHON === undefined ? why : 'Authentication required');
  /** As the broker's own tokens are, by whoever has another key. */
  const forged = async (issuer: string): Promise<string> => {
    const claims = { sub: 'corp:alice', client_id: 'desktop', scope: 'files:read', home: 'alice@example.com' };
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt' })
      .setIssuer(issuer)
      .setAudience(server)
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign((await generateKeyPair('ES256')).privateKey);
  };

  it('says with 401 where its metadata is, and there who gives tokens for it (RFC 9728)', async () => {
    const refused = await call({});
    const [, metadata = ''] = /resource_metadata="([^"]+)"/.exec(refused.headers.get('www-authenticate') ?? '') ?? [];
    expect(refused.status).toBe(401);
    expect(await (await fetch(metadata)).json()).toMatchObject({
      ...{ resource: server, authorization_servers: [broker.url], scopes_supported: ['files:read'] },
    });
  });

  it('answers whoever has a token for it with its scope', async () => {
    expect(await answerTo(await tokenOf('files:read'))).toEqual([200, undefined, undefined]);
  });

  it.each([
    ['for another audience', () => tokenOf('elsewhere'), 'The token is not good'],
    ['for the broker', () => tokenOf('here'), 'The token is not good'],
    ['of another broker', () => forged('https://broker.elsewhere.example'), 'The token is not good'],
    ['of another key', () => forged(broker.url), 'The token is not good'],
    ['with less than 15 minutes left', () => tokenOf('files:read', { duration: '600' }), 'The token ends too soon'],
    ['that is none', async () => 'x', 'The token is not good'],
  ])('refuses a token %s', async (_, token, why) => {
    expect(await answerTo(await token())).toEqual([401, 'invalid_token', said(why)]);
  });

  it('refuses one without its scope', async () => {
    const refused = [403, 'insufficient_scope', PYTHON === undefined ? 'Insufficient scope' : expect.any(String)];
    expect(await answerTo(await tokenOf('files:list'))).toEqual(refused);
  });

  it('refuses one that has expired', async () => {
    const token = await tokenOf('files:read', { duration: '1' });
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(await answerTo(token)).toEqual([401, 'invalid_token', said('The token has expired')]);
  });

  it("refuses one that is bound to a key, as the SDK's DPoP client gets it: the server has no proof for the broker", async () => {
    const asked = { clientId: 'nightly-report', clientSecret: REPORT_SECRET, scope: 'files:read' };
    const { access_token = '', token_type } = await visitor('dpop', asked);
    expect([token_type, decodeJwt(access_token)]).toMatchObject(['DPoP', { cnf: { jkt: expect.any(String) } }]);
    expect(await answerTo(access_token)).toEqual([401, 'invalid_token', said('The token is bound to a key')]);
  });

  it('reads nobody else, and says so to the model', async () => {
    const token = await tokenOf('files:read');
    const asked = sts.bodies.length;
    for (const path of ['../alice@example.com/report.txt', '*', '', 'a//b']) {
      expect(await visitor('token', { token, path })).toMatchObject({
        isError: true,
        text: expect.stringContaining('no path'),
      });
    }
    expect(sts.bodies).toHaveLength(asked);
  });

  it('gets nothing more for a token that was revoked', async () => {
    const token = await tokenOf('files:read');
    await post('/oauth2/revoke', { token }, { authorization: nightly });
    expect(await visitor('token', { token })).toMatchObject({
      isError: true,
      text: expect.stringContaining('(revoked)'),
    });
  });
});

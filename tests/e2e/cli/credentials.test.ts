import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Broker, startBroker } from '../broker.ts';
import { type Machine, machine } from './program.ts';

let broker: Broker;
let mine: Machine;

beforeAll(async () => {
  broker = await startBroker();
}, 60_000);

afterAll(async () => {
  await broker.stop();
});

beforeEach(async () => {
  mine = machine({ TOKEN_BROKER_URL: broker.url });
  mine.file('token', `${await broker.idp.token('web-main')}\n`);
});

const BY_FILE = ['credentials', '--scope', 'demo', '--proof', 'file:token'];
const cacheOf = ({ home }: Machine) => join(home, '.cache', 'token-broker');

describe('token-broker credentials', () => {
  it('prints the document that credential_process takes, and nothing else', async () => {
    const { code, stdout, stderr } = await mine.run(BY_FILE);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      Version: 1,
      AccessKeyId: expect.stringMatching(/^ASIA/),
      Scope: 'demo',
    });
  });

  it.each([
    ['env:TOKEN', (token: string) => ({ TOKEN: token })],
    ['exec:cat "token"', () => ({})],
    ['gitlab:TOKEN', (token: string) => ({ TOKEN: token })],
    ['kubernetes:./token', () => ({})],
    ['auto', () => ({ AWS_WEB_IDENTITY_TOKEN_FILE: 'token' })],
  ])('takes the proof %s', async (proof, env) => {
    const token = await broker.idp.token('web-main');
    const ended = await mine.run(['credentials', '--scope', 'demo', '--proof', proof], env(token));
    expect(ended).toMatchObject({ code: 0, stderr: '' });
  });

  it('signs a GetCallerIdentity request that the broker takes, with the AWS credentials at hand', async () => {
    const endpoint = broker.aws['AWS_ENDPOINT_URL_STS'] ?? '';
    const sts = new STSClient({
      endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'l', secretAccessKey: 'l' },
    });
    const RoleArn = 'arn:aws:iam::111122223333:role/demo-task';
    const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'a'.repeat(32) }));
    sts.destroy();
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
    const keys = {
      AWS_ACCESS_KEY_ID: AccessKeyId,
      AWS_SECRET_ACCESS_KEY: SecretAccessKey,
      AWS_SESSION_TOKEN: SessionToken,
    };
    const env = { ...keys, AWS_ENDPOINT_URL_STS: endpoint, AWS_REGION: 'us-east-1' };
    const { code, stdout } = await mine.run(['credentials', '--scope', 'demo-task', '--proof', 'aws-signed'], env);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).Scope).toBe('demo-task');
  });

  it('asks GitHub for a token with the broker as its audience', async () => {
    const asked: string[] = [];
    const token = await broker.idp.token('web-main');
    const github = createServer((request, response) => {
      asked.push(`${request.url} ${request.headers.authorization}`);
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ value: token, count: token.length }));
    });
    const url = await listen(github);
    const env = { ACTIONS_ID_TOKEN_REQUEST_URL: `${url}/t?api-version=2.0`, ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'job' };
    const { code } = await mine.run(['credentials', '--scope', 'demo'], env);
    github.close();
    expect(code).toBe(0);
    expect(asked).toEqual([`/t?api-version=2.0&audience=${encodeURIComponent(broker.url)} bearer job`]);
  });

  it('says on request which proof it took, and why', async () => {
    const { stderr } = await mine.run(['credentials', '--scope', 'demo', '--verbose'], {
      AWS_WEB_IDENTITY_TOKEN_FILE: 'token',
    });
    expect(stderr).toContain('proof: file:token (AWS_WEB_IDENTITY_TOKEN_FILE names a token file)');
  });

  it('says why it was refused, and the id of the request, and ends with 1', async () => {
    const { code, stdout, stderr } = await mine.run([
      'credentials',
      '--scope',
      'demo-untrusted',
      '--proof',
      'file:token',
    ]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^token-broker credentials: role_refused: .+\nrequest_id: \S+\n$/);
  });

  it.each([
    ['a misspelt flag', ['--borker', 'x'], /Did you mean --broker/],
    ['a kind of proof that is none', ['--proof', 'fil:token'], /is no kind of proof; there are auto, github/],
    ['a kind without its operand', ['--proof', 'file'], /needs its operand: file:PATH/],
    ['plain http', ['--broker', 'http://broker.example.com'], /has to begin with https/],
    ['a duration that is none', ['--duration', '1 day'], /such as 15m, 1h or 900/],
    ['a policy that is not there', ['--policy', 'nowhere.json'], /--policy .+nowhere\.json/],
  ])('ends with 2 for %s', async (_, args, says) => {
    const { code, stderr } = await mine.run(['credentials', '--scope', 'demo', '--proof', 'file:token', ...args]);
    expect(stderr).toMatch(says);
    expect(code).toBe(2);
  });
});

describe('the settings', () => {
  it('come from the flag, then the variable, then token-broker.yaml of the folder, then of the home folder', async () => {
    const env = { TOKEN_BROKER_URL: '' };
    mine.file('token-broker.yaml', `broker: ${broker.url}\nscope: demo\nproof: file:token\n`);
    expect(await mine.run(['credentials'], env)).toMatchObject({ code: 0 });
    expect((await mine.run(['credentials'], { ...env, TOKEN_BROKER_SCOPE: 'nothing' })).stderr).toContain(
      'not_allowed',
    );
    const flagged = ['credentials', '--scope', 'demo'];
    expect(await mine.run(flagged, { ...env, TOKEN_BROKER_SCOPE: 'nothing' })).toMatchObject({ code: 0 });
  });

  it('are read in the home folder where the working folder has none', async () => {
    mkdirSync(join(mine.home, '.config', 'token-broker'), { recursive: true });
    mine.file('.config/token-broker/token-broker.yaml', `broker: ${broker.url}\nscope: demo\nproof: exec:cat token\n`);
    expect(await mine.run(['credentials'], { TOKEN_BROKER_URL: '' })).toMatchObject({ code: 0 });
  });

  it.each([
    ['an unknown name', 'scop: demo\n', 0o600, /scop is no setting/],
    ['a command of a working folder', 'proof: "exec:cat token"\n', 0o600, /names a command as proof, which is not run/],
    ['a file that everybody may write', 'scope: demo\n', 0o666, /chmod o-w/],
    [
      'a broker of a folder, for a token that is good elsewhere',
      'broker: https://broker.example.com\n',
      0o600,
      /say --broker or TOKEN_BROKER_URL/,
    ],
  ])('are refused: %s', async (_, text, mode, says) => {
    mine.file('token-broker.yaml', text, mode);
    const env = { TOKEN_BROKER_URL: text.startsWith('broker') ? '' : broker.url, TOKEN_BROKER_SCOPE: 'demo' };
    const args = text.startsWith('proof') ? ['credentials'] : ['credentials', '--proof', 'file:token'];
    const { code, stderr } = await mine.run(args, env);
    expect(stderr).toMatch(says);
    expect(code).toBe(1);
  });
});

describe('the cache', () => {
  const keyOf = (text: string) => JSON.parse(text).AccessKeyId;

  it('gives the same credentials again, without a request, and keeps them for nobody else', async () => {
    const first = await mine.run(BY_FILE);
    const again = await mine.run(BY_FILE, { HTTPS_PROXY: '', TOKEN_BROKER_URL: broker.url });
    expect(keyOf(again.stdout)).toBe(keyOf(first.stdout));
    const [name = ''] = readdirSync(cacheOf(mine));
    expect(name).toMatch(/^[0-9a-f]{64}\.json$/);
    expect(statSync(cacheOf(mine)).mode & 0o777).toBe(0o700);
    expect(statSync(join(cacheOf(mine), name)).mode & 0o777).toBe(0o600);
  });

  it('knows a renewed token of the same identity', async () => {
    const first = await mine.run(BY_FILE);
    mine.file('token', await broker.idp.token('web-main'));
    expect(keyOf((await mine.run(BY_FILE)).stdout)).toBe(keyOf(first.stdout));
  });

  it.each([
    ['another intent', ['--intent', 'other']],
    ['another duration', ['--duration', '15m']],
    ['no cache', ['--no-cache']],
  ])('has nothing for %s', async (_, more) => {
    const first = await mine.run(BY_FILE);
    expect(keyOf((await mine.run([...BY_FILE, ...more])).stdout)).not.toBe(keyOf(first.stdout));
  });

  it('has nothing for another identity', async () => {
    await mine.run(BY_FILE);
    mine.file('token', await broker.idp.token('web-feature'));
    expect((await mine.run(BY_FILE)).stderr).toContain('not_allowed');
  });

  it('asks again in the last five minutes, and goes on with what is left where the broker is down', async () => {
    const first = await mine.run(BY_FILE);
    age(mine, 299);
    expect(keyOf((await mine.run(BY_FILE)).stdout)).not.toBe(keyOf(first.stdout));
    age(mine, 302);
    const kept = keyOf((await mine.run(BY_FILE)).stdout);
    expect(keyOf((await mine.run(BY_FILE)).stdout)).toBe(kept);
  });

  it('is refused where others may read it', async () => {
    await mine.run(BY_FILE);
    chmodSync(cacheOf(mine), 0o755);
    const { code, stderr } = await mine.run(BY_FILE);
    expect(stderr).toMatch(/others may read or write it: chmod 700 it/);
    expect(code).toBe(1);
  });

  it('is refused where others may read what it keeps', async () => {
    await mine.run(BY_FILE);
    const [name = ''] = readdirSync(cacheOf(mine));
    chmodSync(join(cacheOf(mine), name), 0o644);
    const { code, stdout, stderr } = await mine.run(BY_FILE);
    expect(stderr).toMatch(/others may read or write it: chmod 600 it, or remove it/);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  });

  it('hinders nobody where it cannot be made', async () => {
    const { code, stderr } = await mine.run(BY_FILE, { TOKEN_BROKER_CACHE: join(mine.home, 'token', 'below-a-file') });
    expect(stderr).toMatch(/the cache .+ is not used/);
    expect(code).toBe(0);
  });

  it('takes over from a process that died with the lock', async () => {
    await mine.run(BY_FILE);
    const [name = ''] = readdirSync(cacheOf(mine));
    age(mine, 0);
    writeFileSync(join(cacheOf(mine), name.replace('.json', '.lock')), '999999999 gone');
    expect(await mine.run(BY_FILE)).toMatchObject({ code: 0, stderr: '' });
    expect(readdirSync(cacheOf(mine))).toEqual([name]);
  });
});

/** Makes the one document that is kept end in so many seconds. */
function age(of: Machine, seconds: number): void {
  const [path = ''] = readdirSync(cacheOf(of)).map((name) => join(cacheOf(of), name));
  const document = JSON.parse(readFileSync(path, 'utf8'));
  const Expiration = new Date(Date.now() + seconds * 1000).toISOString();
  writeFileSync(path, JSON.stringify({ ...document, Expiration }));
}

const listen = (server: Server): Promise<string> =>
  new Promise((ready) => {
    server.listen(0, '127.0.0.1', () => ready(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });

describe('a broker that is not as it should be', () => {
  let requests = 0;
  let server: Server;
  let respond: (response: import('node:http').ServerResponse) => void;
  let url: string;
  beforeEach(async () => {
    requests = 0;
    server = createServer((_, response) => {
      requests += 1;
      respond(response);
    });
    url = await listen(server);
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const document = () => ({
    ...{ Version: 1, AccessKeyId: 'ASIA0', SecretAccessKey: 's', SessionToken: 't' },
    Expiration: new Date(Date.now() + 3_600_000).toISOString(),
  });

  it('is asked once by 50 processes at once', async () => {
    respond = (response) => setTimeout(() => response.end(JSON.stringify(document())), 300);
    const all = await Promise.all(Array.from({ length: 50 }, () => mine.run([...BY_FILE, '--broker', url])));
    expect(new Set(all.map(({ stdout }) => stdout)).size).toBe(1);
    expect(all.map(({ code }) => code)).toEqual(Array(50).fill(0));
    expect(requests).toBe(1);
  }, 120_000);

  it('is asked again while it is out of order', async () => {
    respond = (response) => {
      response.statusCode = requests < 3 ? 503 : 200;
      response.end(JSON.stringify(requests < 3 ? { reason: 'ledger_unavailable' } : document()));
    };
    expect(await mine.run([...BY_FILE, '--broker', url])).toMatchObject({ code: 0 });
    expect(requests).toBe(3);
  });

  it('is asked no more where it says to come back later than anybody waits', async () => {
    respond = (response) => response.writeHead(429, { 'retry-after': '2678400' }).end('{"reason":"limit_reached"}');
    const { code, stderr } = await mine.run([...BY_FILE, '--broker', url]);
    expect({ code, requests }).toEqual({ code: 1, requests: 1 });
    expect(stderr).toContain('retry_after: 2678400 s');
  });

  it('is not followed to another machine', async () => {
    respond = (response) => response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end();
    const { code, stderr } = await mine.run([...BY_FILE, '--broker', url]);
    expect(stderr).toMatch(/redirect, which is not followed/);
    expect({ code, requests }).toEqual({ code: 1, requests: 1 });
  });

  it('writes no control character of its own to a terminal', async () => {
    respond = (response) => {
      response.statusCode = 400;
      response.end(
        JSON.stringify({ reason: 'not_allowed', error_description: '\u001b]0;owned\u0007\u202e', request_id: 'r' }),
      );
    };
    const { stderr } = await mine.run([...BY_FILE, '--broker', url]);
    expect(stderr).toContain('not_allowed: ?]0;owned??\nrequest_id: r\n');
  });

  it('gets a token for itself of a client with a key, and credentials with that', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const key = mine.file('key.pem', String(privateKey.export({ type: 'pkcs8', format: 'pem' })));
    const seen: URLSearchParams[] = [];
    server.removeAllListeners('request').on('request', async (request, response) => {
      seen.push(new URLSearchParams(await text(request)));
      response.end(JSON.stringify(request.url === '/oauth2/token' ? { access_token: 'a.b.c' } : document()));
    });
    const env = { TOKEN_BROKER_CLIENT_KEY_FILE: key, TOKEN_BROKER_CLIENT_SCOPE: 'self', TOKEN_BROKER_CLIENT: 'bot' };
    expect(await mine.run(['credentials', '--scope', 'demo', '--broker', url], env)).toMatchObject({ code: 0 });
    const [token, credentials] = seen;
    const claims = JSON.parse(atob(token?.get('client_assertion')?.split('.')[1] ?? ''));
    expect(claims).toMatchObject({ iss: 'bot', sub: 'bot', aud: url, jti: expect.any(String) });
    expect(claims.exp - claims.iat).toBe(60);
    expect([token?.get('grant_type'), token?.get('scope'), token?.get('resource')]).toEqual([
      'client_credentials',
      'self',
      url,
    ]);
    expect(credentials?.get('subject_token')).toBe('a.b.c');
  });

  it('has a client act: by its secret beside the proof, by its key in an exchange', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const key = mine.file('key.pem', String(privateKey.export({ type: 'pkcs8', format: 'pem' })));
    const seen: unknown[] = [];
    server.removeAllListeners('request').on('request', async (request, response) => {
      const form = new URLSearchParams(await text(request));
      seen.push([request.url, request.headers.authorization, form.get('subject_token_type'), form.get('client_id')]);
      const issued_token_type = 'urn:token-broker:token-type:aws-credentials';
      const answer = { access_token: JSON.stringify(document()), issued_token_type };
      response.end(JSON.stringify(request.url === '/oauth2/token' ? answer : document()));
    });
    const args = [...BY_FILE, '--broker', url, '--no-cache', '--actor', 'client:bot'];
    const said = [
      await mine.run(args, { TOKEN_BROKER_CLIENT_SECRET: 'a-secret+of-the-bot' }),
      await mine.run(args, { TOKEN_BROKER_CLIENT_KEY_FILE: key }),
    ];
    for (const { code, stdout } of said) expect([code, stdout]).toEqual([0, expect.stringContaining('"AccessKeyId"')]);
    const jwt = 'urn:ietf:params:oauth:token-type:jwt';
    expect(seen).toEqual([
      ['/v1/credentials/demo', `Basic ${btoa('bot:a-secret%2Bof-the-bot')}`, jwt, null],
      ['/oauth2/token', undefined, jwt, 'bot'],
    ]);
  });

  it('gets an assertion of its own for each attempt: one is good once', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const key = mine.file('key.pem', String(privateKey.export({ type: 'pkcs8', format: 'pem' })));
    const assertions: (string | null)[] = [];
    server.removeAllListeners('request').on('request', async (request, response) => {
      assertions.push(new URLSearchParams(await text(request)).get('client_assertion'));
      if (assertions.length < 3) response.writeHead(503).end('{"reason":"ledger_unavailable"}');
      else response.end('{"access_token":"a.b.c"}');
    });
    const env = { TOKEN_BROKER_CLIENT_KEY_FILE: key, TOKEN_BROKER_CLIENT: 'bot' };
    expect(await mine.run(['token', '--scope', 'api', '--broker', url], env)).toMatchObject({ code: 0 });
    const ids = assertions.map((assertion) => JSON.parse(atob(assertion?.split('.')[1] ?? '')).jti);
    expect(new Set(ids).size).toBe(3);
  });

  it('keeps nothing of a refusal', async () => {
    respond = (response) => response.writeHead(403).end('{"reason":"not_allowed"}');
    await mine.run([...BY_FILE, '--broker', url]);
    expect(existsSync(cacheOf(mine)) ? readdirSync(cacheOf(mine)) : []).toEqual([]);
  });
});

describe('token-broker token', () => {
  const secret = () => mine.file('secret', 'a-secret-for-demonstration\n');

  it('prints a token of a client by its secret, or the header that has it', async () => {
    const env = { TOKEN_BROKER_CLIENT_SECRET_FILE: secret() };
    const args = ['token', '--scope', 'demo-reports', '--proof', 'client:demo-bot'];
    const token = await mine.run(args, env);
    expect(token).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^ey[^\s]+\n$/) });
    expect((await mine.run([...args, '--header'], env)).stdout).toMatch(/^Authorization: Bearer ey\S+\n$/);
  });

  it('refuses a secret that everybody can read', async () => {
    chmodSync(secret(), 0o644);
    const env = { TOKEN_BROKER_CLIENT_SECRET_FILE: join(mine.home, 'secret') };
    const { code, stderr } = await mine.run(['token', '--scope', 'demo-reports', '--proof', 'client:demo-bot'], env);
    expect(stderr).toMatch(/everybody on this machine can read it: chmod 600 it/);
    expect(code).toBe(1);
  });

  it('names an actor beside the subject, a client by its secret too', async () => {
    const args = ['token', '--scope', 'demo-agent', '--proof', 'file:token', '--intent', 'look'];
    expect((await mine.run(args)).stderr).toContain('not_allowed');
    const env = { TOKEN_BROKER_CLIENT_SECRET: 'another-secret-for-demonstration' };
    const { code, stdout } = await mine.run([...args, '--actor', 'client:demo-agent'], env);
    expect([code, JSON.parse(atob(stdout.split('.')[1] ?? '')).act]).toEqual([0, { sub: 'client:demo-agent' }]);
    const alone = [...args.slice(0, 3), '--proof', 'client:demo-agent', '--actor', 'file:token'];
    expect((await mine.run(alone, env)).stderr).toContain('--proof names that one, and no client');
  });

  it('sends whoever wants AWS credentials to the command that gives them', async () => {
    const { code, stderr } = await mine.run(['token', '--scope', 'demo', '--proof', 'file:token']);
    expect(stderr).toMatch(/token-broker credentials prints them/);
    expect(code).toBe(1);
  });
});

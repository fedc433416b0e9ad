import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { main } from '../../bin/cli.ts';
import { type Broker, startBroker } from '../e2e/broker.ts';

const folder = mkdtempSync(join(tmpdir(), 'doctor-'));
const servers: Server[] = [];
let broker: Broker;

beforeAll(async () => {
  broker = await startBroker();
}, 120_000);
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await broker.stop();
});

type Environment = Readonly<Record<string, string>>;

interface Found {
  readonly check: string;
  readonly status: string;
  readonly message: string;
  readonly fix?: string;
}

async function doctor(args: readonly string[], env: Environment = {}) {
  let [out, err] = ['', ''];
  const terminal = {
    out: (text: string) => (out += text),
    err: (text: string) => (err += text),
    env: { PATH: '/nonexistent', ...env },
    cwd: folder,
  };
  const code = await main(['doctor', '--json', ...args], terminal);
  const findings: readonly Found[] = JSON.parse(out).findings;
  return { code, findings, out, err, wrong: findings.filter(({ status }) => status === 'wrong') };
}

/** What doctor is told of a well set up machine. */
async function well(workload = 'web-main') {
  const file = join(folder, 'token');
  writeFileSync(file, await broker.idp.token(workload));
  return ['--broker', broker.url, '--scope', 'demo', '--proof', `file:${file}`];
}

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

/** A JWT that nobody signed; doctor reads it, the broker would not. */
const jwt = (claims: object): string =>
  ['{"alg":"RS256"}', JSON.stringify(claims), 's'].map((part) => Buffer.from(part).toString('base64url')).join('.');
const now = () => Math.floor(Date.now() / 1000);
const proofOf = (claims: object): Environment => ({ TOKEN: jwt(claims) });

describe('token-broker doctor', () => {
  it('finds nothing wrong where everything is right, and is 0', async () => {
    const { code, wrong, findings } = await doctor(await well());
    expect([code, wrong]).toEqual([0, []]);
    expect([...new Set(findings.map(({ check }) => check))]).toEqual([
      ...['broker', 'issuer', 'clock', 'proof', 'audience', 'end', 'scope'],
      ...['variables', 'token file', 'sdk'],
    ]);
  });

  it('takes its settings from variables too', async () => {
    const [, url = '', , scope = '', , proof = ''] = await well();
    const env = { TOKEN_BROKER_URL: url, TOKEN_BROKER_SCOPE: scope, TOKEN_BROKER_PROOF: proof };
    expect((await doctor([], env)).code).toBe(0);
  });

  it('prints one line for each, with what mends it', async () => {
    let out = '';
    const terminal = { out: (text: string) => (out += text), err: () => {}, env: {}, cwd: folder };
    expect(await main(['doctor', '--broker', 'http://127.0.0.1:2'], terminal)).toBe(1);
    expect(out).toMatch(/^wrong {4}broker {6}http:\/\/127\.0\.0\.1:2 .+: look at .+$/m);
    expect(
      out
        .trimEnd()
        .split('\n')
        .every((line) => /^(?:ok|wrong|skipped) /.test(line)),
    ).toBe(true);
  });

  it.each([
    ['no broker is named', [], 'TOKEN_BROKER_URL'],
    ['the address is in plain http', ['--broker', 'http://broker.example.com'], 'https://'],
    ['the address has a path', ['--broker', 'https://broker.example.com/sts'], 'without a path'],
    ['a duration is none', ['--broker', 'https://broker.example.com', '--duration', 'long'], '15m'],
  ])('settings: %s', async (_, args, told) => {
    const { code, wrong } = await doctor(args);
    expect([code, wrong.map(({ check }) => check)]).toEqual([1, ['settings']]);
    expect(wrong[0]?.message).toContain(told);
  });

  it('broker: the name does not exist', async () => {
    const { code, wrong } = await doctor(['--broker', 'https://broker.invalid']);
    expect([code, wrong.map(({ check, fix }) => [check, fix])]).toEqual([
      1,
      [['broker', expect.stringContaining('DNS')]],
    ]);
  });

  it('broker: nobody listens there', async () => {
    const url = await serve(() => {});
    servers.pop()?.close();
    const { wrong } = await doctor(['--broker', url]);
    expect(wrong.map(({ message, fix }) => [message, fix])).toEqual([
      [expect.stringContaining('ECONNREFUSED'), expect.stringContaining('port')],
    ]);
  });

  it('broker: somebody else is there, or redirects', async () => {
    const other = await serve((_, response) => response.writeHead(404).end('nothing'));
    expect((await doctor(['--broker', other])).wrong[0]?.message).toContain('is no broker');
    const redirects = await serve((_, response) => response.writeHead(301, { location: 'https://b.example/' }).end());
    expect((await doctor(['--broker', redirects])).wrong[0]?.message).toContain('redirect');
  });

  it('issuer, clock: it goes by another name, an hour from here', async () => {
    const date = new Date(Date.now() - 3_600_000).toUTCString();
    const url = await serve((_, response) => {
      response.writeHead(200, { date, 'content-type': 'application/json' }).end('{"issuer":"https://b.example"}');
    });
    const { wrong } = await doctor(
      ['--broker', url, '--proof', 'env:TOKEN'],
      proofOf({ aud: 'https://b.example', exp: now() + 60 }),
    );
    expect(wrong.map(({ check }) => check)).toEqual(['issuer', 'clock']);
    expect(wrong[0]?.fix).toContain('use https://b.example');
    expect(wrong[1]?.message).toMatch(/is 3\d{3} s ahead of the broker/);
  });

  it.each([
    ['the file is not there', 'file:/nothing/there', {}, 'cannot be read'],
    ['the variable is not set', 'env:NOTHING', {}, 'NOTHING is empty'],
    ['the job has no permission', 'github', {}, 'id-token: write'],
    ['the command fails', 'exec:/bin/false', {}, 'failed'],
    ['the client has no secret', 'client:bot', {}, 'no secret here'],
    ['the secret is too short', 'client:bot', { TOKEN_BROKER_CLIENT_SECRET: 'short' }, 'shorter than 16'],
    ['there is no such proof', 'githup', {}, 'no kind of proof'],
    ['it is no JWT', 'env:TOKEN', { TOKEN: 'nothing' }, 'no JWT'],
  ])('proof: %s', async (_, proof, env: Environment, told) => {
    const { code, wrong } = await doctor(['--broker', broker.url, '--proof', proof], env);
    expect([code, wrong.map(({ check }) => check)]).toEqual([1, ['proof']]);
    expect(wrong[0]?.message).toContain(told);
  });

  it.each([
    ['audience', 'for somebody else', { aud: 'https://elsewhere.example', exp: now() + 60 }],
    ['end', 'ended', { exp: now() - 60 }],
    ['end', 'without an end', {}],
    ['end', 'that begins in an hour', { exp: now() + 7200, nbf: now() + 3600 }],
  ])('%s: a token %s', async (check, _, claims) => {
    const env = proofOf({ iss: 'https://idp.example', sub: 'a', aud: [broker.url], ...claims });
    const { wrong } = await doctor(['--broker', broker.url, '--proof', 'env:TOKEN'], env);
    expect(wrong.map((each) => each.check)).toEqual([check]);
  });

  it('scope: what the broker says of a refusal, with the fix of its reason', async () => {
    const { wrong } = await doctor(await well('web-feature'));
    expect(wrong.map(({ check }) => check)).toEqual(['scope']);
    expect(wrong[0]?.message).toMatch(/not_allowed, request \S+\)$/);
    expect(wrong[0]?.fix).not.toBe('');
  });

  it("scope: one that grants tokens, with a client's secret", async () => {
    const args = ['--broker', broker.url, '--scope', 'demo-reports', '--proof', 'client:demo-bot'];
    const { wrong, findings } = await doctor(args, { TOKEN_BROKER_CLIENT_SECRET: 'a-secret-for-demonstration' });
    expect(wrong).toEqual([]);
    expect(findings.find(({ check }) => check === 'scope')?.message).toContain('access token for 600 s');
  });

  it('shows no secret, whatever goes wrong', async () => {
    const env = { TOKEN_BROKER_CLIENT_SECRET: 'a-wrong-secret-of-the-bot' };
    const { out, err, wrong } = await doctor(
      ['--broker', broker.url, '--scope', 'demo-reports', '--proof', 'client:demo-bot'],
      env,
    );
    expect(wrong).toHaveLength(1);
    expect(out + err).not.toContain('a-wrong-secret');
    const token = await broker.idp.token('web-feature');
    const shown = await doctor(['--broker', broker.url, '--scope', 'demo', '--proof', 'env:T'], { T: token });
    expect(shown.out + shown.err).not.toContain(token.split('.')[2]);
  });
});

const FULL = { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1:1/c', AWS_CONTAINER_AUTHORIZATION_TOKEN: 't' };
const FILE = { AWS_WEB_IDENTITY_TOKEN_FILE: '/nothing', AWS_ROLE_ARN: 'arn:aws:broker:::scope/demo' };
const STS = { AWS_ENDPOINT_URL_STS: 'https://broker.example.com/sts' };

describe('variables that hide others', () => {
  const found = async (env: Environment): Promise<readonly string[]> =>
    (await doctor([], env)).wrong.filter(({ check }) => check === 'variables').map(({ message }) => message);

  it.each([
    ['none', {}],
    ['the container endpoint', FULL],
    ['the token file', { ...FILE, ...STS }],
    [
      'the token file beside the relative URI of ECS',
      { ...FILE, ...STS, AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2' },
    ],
    ['keys alone', { AWS_ACCESS_KEY_ID: 'A' }],
  ])('finds nothing in %s', async (_, env: Environment) => expect(await found(env)).toEqual([]));

  it.each([
    ['AWS_ACCESS_KEY_ID', { ...FULL, AWS_ACCESS_KEY_ID: 'A' }],
    ['AWS_ACCESS_KEY_ID', { ...FILE, ...STS, AWS_ACCESS_KEY_ID: 'A' }],
    ['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', { ...FULL, AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2' }],
    ['AWS_WEB_IDENTITY_TOKEN_FILE', { ...FULL, ...FILE, ...STS }],
    ['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE', { ...FULL, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: '/f' }],
    ['no token to show', { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1:1/c' }],
    ['AWS itself is asked', FILE],
    ['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS', { ...FILE, ...STS, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' }],
    ['AWS_ROLE_ARN is not', { AWS_WEB_IDENTITY_TOKEN_FILE: '/nothing' }],
  ])('says it of %s', async (told, env: Environment) => {
    const messages = await found(env);
    expect(messages).toHaveLength(1);
    expect(messages[0]).toContain(told);
  });
});

describe('token files', () => {
  const NAMES = ['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE', 'AWS_WEB_IDENTITY_TOKEN_FILE'] as const;
  const look = async (name: string, text: string | null) => {
    const path = join(folder, 'kept');
    rmSync(path, { force: true });
    if (text !== null) writeFileSync(path, text);
    return (await doctor([], { [name]: path })).wrong.filter(({ check }) => check === 'token file');
  };

  it.each(NAMES)('%s: finds nothing in a token alone', async (name) => expect(await look(name, 'a.b.c')).toEqual([]));

  it("says of the container's that its line's end is refused, and nothing of the other's", async () => {
    expect((await look(NAMES[0], 'a.b.c\n'))[0]?.fix).toContain('printf %s');
    expect(await look(NAMES[1], 'a.b.c\n')).toEqual([]);
  });

  it.each(NAMES)('%s: says that it is empty, or not there', async (name) => {
    expect((await look(name, ' \n'))[0]?.message).toContain('empty');
    expect((await look(name, null))[0]?.message).toContain('not there');
  });
});

describe('versions of SDKs', () => {
  const program = (name: string, says: string): string => {
    const bin = mkdtempSync(join(folder, 'bin-'));
    writeFileSync(join(bin, name), `#!/bin/sh\necho '${says}'\n`);
    chmodSync(join(bin, name), 0o755);
    return bin;
  };
  const look = async (bin: string, uri: string) =>
    (await doctor([], { ...FULL, PATH: bin, AWS_CONTAINER_CREDENTIALS_FULL_URI: uri })).findings.filter(
      ({ check }) => check === 'sdk',
    );
  const HTTPS = 'https://broker.example.com/v1/credentials/demo';

  it.each([
    ['botocore/1.42.4', HTTPS, 'wrong'],
    ['botocore/1.42.5', HTTPS, 'ok'],
    ['botocore/1.43.0', HTTPS, 'ok'],
    ['botocore/1.9.99', HTTPS, 'wrong'],
    ['botocore/1.42.4', 'http://127.0.0.1:9911/credentials/demo', 'ok'],
  ])('%s and %s: %s', async (version, uri, status) => {
    for (const bin of [program('python3', version), program('aws', `aws-cli/1.44.0 Python/3.11 ${version}`)]) {
      expect((await look(bin, uri)).map((finding) => finding.status)).toEqual([status]);
    }
  });
});

describe('the trust of a role', () => {
  const ARN = 'arn:aws:iam::111122223333:role/token-broker/deploy-web';
  const text = readFileSync('examples/target-role.yaml', 'utf8');
  const [, written = ''] = /AssumeRolePolicyDocument:\n([\s\S]*?)\n {6}Policies:/.exec(text) ?? [];
  const filled = written
    .replaceAll('!Ref BrokerRoleArns', '["arn:aws:iam::111122223333:role/minting"]')
    .replaceAll('!Ref BrokerExternalId', '0123456789abcdef')
    .replaceAll('!Ref Scope', 'deploy-web');

  /** AWS IAM's answer to GetRole (API reference): the policy is URL-encoded JSON. */
  async function look(trust: object, arn = ARN) {
    const policy = encodeURIComponent(JSON.stringify(trust));
    const body = `<GetRoleResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><GetRoleResult><Role><Arn>${ARN}</Arn><AssumeRolePolicyDocument>${policy}</AssumeRolePolicyDocument></Role></GetRoleResult></GetRoleResponse>`;
    const url = await serve((_, response) => response.writeHead(200, { 'content-type': 'text/xml' }).end(body));
    return role({ AWS_ENDPOINT_URL_IAM: url }, arn);
  }

  async function role(env: Environment, arn = ARN) {
    const saved = { ...process.env };
    // The SDK reads the process's own.
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local', AWS_REGION: 'us-east-1' });
    try {
      const { findings } = await doctor(['--scope', 'deploy-web', '--role', arn], env);
      return findings.filter(({ check }) => check === 'role');
    } finally {
      process.env = saved;
    }
  }

  it('finds nothing wrong in that of examples/target-role.yaml', async () => {
    expect((await look(parse(filled))).map(({ status }) => status)).toEqual(['ok']);
  });

  it.each([
    [
      'everybody is trusted',
      (t: string) => t.replaceAll('"arn:aws:iam::111122223333:role/minting"', '"*"'),
      'everybody',
    ],
    [
      'there is no external id',
      (t: string) => t.replace('sts:ExternalId: 0123456789abcdef', 'sts:RoleSessionName: iss_0'),
      'external id',
    ],
    [
      'TagSession is under the external id too',
      (t: string) =>
        t.replace(
          'Action: sts:TagSession\n            Condition:\n              StringEquals:',
          '$&\n                sts:ExternalId: 0123456789abcdef',
        ),
      'sts:TagSession',
    ],
    [
      'SetSourceIdentity is missing',
      (t: string) => t.replace('Action: sts:SetSourceIdentity', 'Action: sts:TagSession'),
      'sts:SetSourceIdentity',
    ],
    [
      'it is pinned to another scope',
      (t: string) => t.replaceAll('scope: deploy-web', 'scope: other'),
      'sts:AssumeRole',
    ],
    [
      'any scope may use it',
      (t: string) =>
        t.replaceAll('aws:RequestTag/token-broker:scope: deploy-web', 'aws:RequestTag/token-broker:issuance: iss_0'),
      'any scope',
    ],
  ])('says it where %s', async (_, change, told) => {
    const changed = change(filled);
    expect(changed).not.toBe(filled);
    const wrong = (await look(parse(changed))).filter(({ status }) => status === 'wrong');
    expect(wrong.length).toBeGreaterThan(0);
    expect(wrong[0]?.message).toContain(told);
  });

  it('says what kept it from reading the role', async () => {
    const body = '<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>';
    const url = await serve((_, response) => response.writeHead(403).end(body));
    expect((await role({ AWS_ENDPOINT_URL_IAM: url }))[0]?.message).toContain('AccessDenied');
    expect((await role({}, 'deploy-web'))[0]?.message).toContain('no ARN');
    expect((await look(parse(filled), ARN.replace('/token-broker/', '/')))[0]?.message).toContain(`is ${ARN}`);
  });
});

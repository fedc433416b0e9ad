import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { GetWebIdentityTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { SignatureV4 } from '@smithy/signature-v4';
import { Sha256 } from '../../lib/aws/wire/sha256.ts';
import { isJsonObject } from '../../lib/json.ts';
import { isLoopback } from '../../lib/loopback.ts';
import { BROKER_TOKEN_TYPE, TOKEN_TYPE } from '../../lib/oauth-urns.ts';
import type { Terminal } from '../command.ts';

/** Something to show the broker: a token and its type, or a client with its secret. Secret. */
export type Presentable =
  | { readonly kind: 'token'; readonly token: string; readonly type: string }
  | { readonly kind: 'client'; readonly client: string; readonly secret: string };

/** A proof cannot be had on this machine, and what would change that. */
export class NoProof extends Error {
  readonly fix: string;

  constructor(message: string, fix: string) {
    super(message);
    this.name = 'NoProof';
    this.fix = fix;
  }
}

type Environment = Terminal['env'];
type Source = (rest: string, env: Environment, issuer: string) => Promise<Presentable>;

const TIMEOUT_MS = 10_000;
const KUBERNETES = '/var/run/secrets/kubernetes.io/serviceaccount/token';

const jwt = (text: string, where: string): Presentable => {
  const token = text.trim();
  if (/^[\x21-\x7e]+$/.test(token)) return { kind: 'token', token, type: TOKEN_TYPE.jwt };
  throw new NoProof(`${where} holds no token`, 'it has to be one word, as its issuer gave it');
};

function read(path: string): string {
  if (!existsSync(path)) throw new NoProof(`${path} is not there`, 'start what keeps it, or mend the path');
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new NoProof(`${path} cannot be read`, 'give this user the right to read it');
  }
}

const fromVariable: Source = async (name, env) => {
  const text = env[name] ?? '';
  if (text === '') throw new NoProof(`the variable ${name} is not set`, 'set it, or name another');
  return jwt(text, name);
};

const fromFile: Source = async (path) => jwt(read(path), path);

const fromCommand: Source = async (command, env) => {
  const [program = '', ...args] = command.split(/ +/).filter((word) => word !== '');
  try {
    const { stdout } = await promisify(execFile)(program, args, { env, timeout: 3 * TIMEOUT_MS });
    return jwt(stdout, `what ${program} printed`);
  } catch (error) {
    if (error instanceof NoProof) throw error;
    throw new NoProof(`${program} did not run, or failed`, 'run it by itself and see what it says');
  }
};

const fromGithub: Source = async (_, env, issuer) => {
  const [url, bearer] = [env['ACTIONS_ID_TOKEN_REQUEST_URL'], env['ACTIONS_ID_TOKEN_REQUEST_TOKEN']];
  if (!url || !bearer || !URL.canParse(url)) {
    throw new NoProof('GitHub gives this job no token', 'add permissions: { id-token: write } to the job');
  }
  const asked = new URL(url);
  if (asked.protocol !== 'https:' && !isLoopback(asked)) {
    throw new NoProof('ACTIONS_ID_TOKEN_REQUEST_URL is no https address', 'GitHub sets it; what changed it?');
  }
  asked.searchParams.set('audience', issuer);
  const headers = { authorization: `bearer ${bearer}` };
  const response = await fetch(asked, { headers, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
  const body: unknown = await response.json();
  const value = isJsonObject(body) ? body['value'] : undefined;
  if (typeof value === 'string') return jwt(value, 'the answer of GitHub');
  throw new NoProof(`GitHub answered ${response.status} and gave no token`, 'look at https://www.githubstatus.com');
};

const fromAws: Source = async (_, _env, issuer) => {
  const client = new STSClient({});
  try {
    const command = new GetWebIdentityTokenCommand({
      ...{ Audience: [issuer], SigningAlgorithm: 'RS256', DurationSeconds: 300 },
    });
    return jwt((await client.send(command)).WebIdentityToken ?? '', 'the answer of AWS');
  } catch (error) {
    if (error instanceof NoProof) throw error;
    const fix =
      'needs AWS credentials, sts:GetWebIdentityToken, and aws iam enable-outbound-web-identity-federation once';
    throw new NoProof(`sts:GetWebIdentityToken failed (${String(Object(error).name)})`, fix);
  } finally {
    client.destroy();
  }
};

const BODY = 'Action=GetCallerIdentity&Version=2011-06-15';

/** docs/aws-iam-proofs.md; where AWS_ENDPOINT_URL_STS is a local stack's, the request is for that one. */
const fromSignature: Source = async (_, env, issuer) => {
  const client = new STSClient({});
  const region = (await client.config.region().catch(() => '')) || 'us-east-1';
  const local = env['AWS_ENDPOINT_URL_STS'] ?? '';
  const isLocal = URL.canParse(local) && isLoopback(new URL(local));
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  const url = new URL(isLocal ? local : `https://sts.${region}.${domain}/`);
  try {
    const { credentials } = client.config;
    const signer = new SignatureV4({ service: 'sts', region, credentials, sha256: Sha256 });
    const { headers } = await signer.sign({
      ...{ method: 'POST', protocol: url.protocol, hostname: url.hostname, path: url.pathname, query: {}, body: BODY },
      headers: {
        host: url.host,
        'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
        'x-broker-server-id': new URL(issuer).host,
      },
    });
    const token = Buffer.from(JSON.stringify({ url: url.href, body: BODY, headers })).toString('base64url');
    return { kind: 'token', token, type: BROKER_TOKEN_TYPE.awsIam };
  } catch {
    throw new NoProof('there are no AWS credentials to sign with', 'aws sts get-caller-identity says what is missing');
  } finally {
    client.destroy();
  }
};

const fromClient: Source = async (client, env) => {
  const secret = env['TOKEN_BROKER_CLIENT_SECRET'];
  if (secret) return { kind: 'client', client, secret };
  const path = env['TOKEN_BROKER_CLIENT_SECRET_FILE'];
  if (path) return { kind: 'client', client, secret: read(path).replace(/[\r\n]+$/, '') };
  throw new NoProof(`client ${client} has no secret here`, 'set TOKEN_BROKER_CLIENT_SECRET_FILE');
};

const SOURCES: Readonly<Record<string, Source>> = {
  file: fromFile,
  env: fromVariable,
  exec: fromCommand,
  github: fromGithub,
  gitlab: fromVariable,
  kubernetes: async (path, env, issuer) => fromFile(path === '' ? KUBERNETES : path, env, issuer),
  'aws-token': fromAws,
  'aws-signed': fromSignature,
  client: fromClient,
};

/** The first proof that the environment offers, and by what it is known (contract section 6). */
export function detectProof(env: Environment): { readonly proof: string; readonly because: string } {
  if (env['ACTIONS_ID_TOKEN_REQUEST_URL'] && env['ACTIONS_ID_TOKEN_REQUEST_TOKEN']) {
    return { proof: 'github', because: 'ACTIONS_ID_TOKEN_REQUEST_URL is set' };
  }
  if (existsSync(KUBERNETES)) return { proof: `kubernetes:${KUBERNETES}`, because: `${KUBERNETES} is there` };
  const file = env['AWS_WEB_IDENTITY_TOKEN_FILE'];
  if (file) return { proof: `file:${file}`, because: 'AWS_WEB_IDENTITY_TOKEN_FILE is set' };
  return { proof: 'aws-token', because: 'nothing else is offered' };
}

/** Makes the proof of this name for the broker. Throws `NoProof`; a name that is none is one too. */
export async function present(proof: string, env: Environment, issuer: string): Promise<Presentable> {
  const [kind = '', ...rest] = proof.split(':');
  const source = Object.hasOwn(SOURCES, kind) ? SOURCES[kind] : undefined;
  if (source === undefined) throw new NoProof(`${kind} is no proof`, `one of ${Object.keys(SOURCES).join(', ')}`);
  return source(rest.join(':'), env, issuer);
}

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Hidden } from '../../bin/signer/hidden.ts';
import { type ScriptedBroker, startScriptedBroker } from './scripted-broker.ts';

const folder = mkdtempSync(join(tmpdir(), 'sign-'));
const log = join(folder, 'sign.jsonl');
const SECRETS = /s-e-c-r-e-t|ASIA\d/;
let broker: ScriptedBroker;
let aws: Server;
let port = 0;
const arrived: { url: string; authorization: string; body: string; host: string }[] = [];

beforeAll(async () => {
  broker = await startScriptedBroker();
  aws = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { authorization = '', host = '' } = request.headers;
    arrived.push({ url: `${request.method} ${request.url}`, authorization, body, host });
    response.end(JSON.stringify({ echoed: request.headers }));
  });
  await new Promise<void>((listening) => aws.listen(0, '127.0.0.1', listening));
  const address = aws.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
});
afterAll(() => {
  broker.stop();
  aws.closeAllConnections();
  aws.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Signs with the variables at hand, as an SDK does, and prints the status and the answer. */
const PROGRAM = `
const { createHash, createHmac } = require('node:crypto');
const http = require('node:http');
const [method, path, query, body] = process.argv.slice(1);
const url = new URL(process.env.AWS_ENDPOINT_URL);
const hash = (text) => createHash('sha256').update(text).digest('hex');
const hmac = (key, text) => createHmac('sha256', key).update(text).digest();
const time = new Date().toISOString().slice(0, 19).replace(/[-:]/g, '') + 'Z';
const day = time.slice(0, 8);
const payload = hash(body);
const names = 'host;x-amz-content-sha256;x-amz-date';
const lines = 'host:' + url.host + '\\nx-amz-content-sha256:' + payload + '\\nx-amz-date:' + time + '\\n';
const canonical = [method, path, query, lines, names, payload].join('\\n');
const scope = day + '/eu-central-1/s3/aws4_request';
const key = scope.split('/').reduce((before, part) => hmac(before, part), 'AWS4' + process.env.AWS_SECRET_ACCESS_KEY);
const signature = hmac(key, ['AWS4-HMAC-SHA256', time, scope, hash(canonical)].join('\\n')).toString('hex');
const authorization = 'AWS4-HMAC-SHA256 Credential=' + process.env.AWS_ACCESS_KEY_ID + '/' + scope + ', SignedHeaders=' + names + ', Signature=' + signature;
const target = path + (query && '?' + query);
const headers = ['Host', url.host, 'X-Amz-Content-Sha256', payload, 'X-Amz-Date', time, 'Authorization', authorization];
headers.push('Content-Length', String(body.length));
const request = http.request({ host: url.hostname, port: url.port, method, path: target, headers }, (answer) => {
  let text = '';
  answer.on('data', (each) => (text += each)).on('end', () => console.log(answer.statusCode + ' ' + text));
});
request.on('error', (error) => console.log('failed ' + error.code));
request.end(body);
`;

function sign(options: readonly string[], program: readonly string[]): Promise<{ code: number | null; out: string }> {
  const env = {
    ...{
      PATH: process.env['PATH'],
      HOME: folder,
      TOKEN_BROKER_URL: broker.url,
      TOKEN_BROKER_PROOF: 'env:T',
      T: 'e.y.J',
      A: 'a.c.t',
    },
    ...{ TOKEN_BROKER_SCOPE: 'reports', AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}`, AWS_PROFILE: 'p' },
  };
  const args = [
    resolve('bin/token-broker.mjs'),
    options.includes('--sign') ? 'exec' : 'sign',
    '--log',
    log,
    ...options,
    '--',
    ...program,
  ];
  const child = spawn(process.execPath, args, { cwd: folder, env });
  let out = '';
  child.stdout.on('data', (text) => (out += text));
  child.stderr.on('data', (text) => (out += text));
  return new Promise((done) => child.on('close', (code) => done({ code, out })));
}

const s3 = (options: readonly string[], ...request: readonly string[]) =>
  sign(options, [process.execPath, '-e', PROGRAM, ...request]);

describe('token-broker sign', () => {
  it("sends a request on with the session's signature, its payload's hash kept, and no key in what comes back", async () => {
    const { code, out } = await s3([], 'PUT', '/reports/a%20b', '', 'hello');
    expect([code, out.slice(0, 3)]).toEqual([0, '200']);
    expect(arrived.at(-1)).toMatchObject({ url: 'PUT /reports/a%20b', body: 'hello', host: `127.0.0.1:${port}` });
    expect(arrived.at(-1)?.authorization).toMatch(/Credential=ASIA\d+\/\d{8}\/eu-central-1\/s3\//);
    expect(out).toContain(createHash('sha256').update('hello').digest('hex'));
    expect(out).not.toContain('s-e-c-r-e-t');
    const line = JSON.parse(readFileSync(log, 'utf8').trim().split('\n').at(-1) ?? '');
    expect(line).toMatchObject({ action: 's3:PutObject', resource: 'arn:aws:s3:::reports/a b', status: 200 });
  });

  it('gives the program no key, no proof and no other way to one', async () => {
    const shown = ['sh', '-c', 'cat /proc/$$/environ | tr "\\0" "\\n"; exit 7'];
    const { code, out } = await sign(['--actor', 'env:A'], shown);
    expect(code).toBe(7);
    expect(out).not.toMatch(SECRETS);
    expect(out).not.toMatch(/e\.y\.J|a\.c\.t|TOKEN_BROKER|AWS_PROFILE|AWS_ENDPOINT_URL_S3=/);
    expect(out).toContain('AWS_EC2_METADATA_DISABLED=true');
  });

  it('is what exec --sign does', async () => {
    const { out } = await s3(['--sign'], 'GET', '/reports/a', '', '');
    expect(out).toMatch(/^200/);
    expect(arrived.at(-1)?.authorization).toMatch(/Credential=ASIA/);
  });
});

describe('what comes back', () => {
  const keys = { accessKeyId: 'ASIACANARY', secretAccessKey: 'canary-secret', sessionToken: 'canary/token' };

  it.each([
    ['in one piece', ['a canary-secret b']],
    ['cut anywhere', [...'a canary-secret b']],
    [
      'in hexadecimal',
      [
        Buffer.from('canary/token')
          .toString('hex')
          .replace(/(..)(?=.)/g, '$1 '),
      ],
    ],
    ['in a URL', ['a=canary%2Ftoken&b']],
  ])('has no key in it, %s, and is as long as it was', (_name, pieces) => {
    const hidden = new Hidden(keys);
    const text = [...pieces.map((piece) => hidden.next(Buffer.from(piece))), hidden.end()].join('');
    expect(text).toHaveLength(pieces.join('').length);
    expect(text).not.toMatch(/canary|63 61 6e/);
    expect(text.replaceAll('*', '')).toBe(pieces.join('').replace(/canary-secret|canary%2Ftoken|63.*/, ''));
  });
});

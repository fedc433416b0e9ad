import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const folder = mkdtempSync(join(tmpdir(), 'mcp-'));
const KEYS = {
  AccessKeyId: 'ASIACANARYCANARY',
  SecretAccessKey: 'canary-of-the-secret',
  SessionToken: 'canary-of-the-token',
};
const PENDING = {
  ...{ error: 'authorization_pending', reason: 'authorization_pending', approval_id: 'a1' },
  ...{ approval_uri: 'https://broker.example/approvals/a1', expires_in: 900, interval: 5 },
};
let server: Server;
let url = '';
const signed: string[] = [];

/** The broker, and AWS, which echoes what it was sent. */
beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume();
    const Expiration = new Date(Date.now() + 3_600_000).toISOString();
    if (request.url === '/v1/credentials/pending') return response.writeHead(403).end(JSON.stringify(PENDING));
    if (request.url === '/v1/credentials/refused')
      return response.writeHead(403).end('{"error":"invalid_scope","reason":"not_allowed","request_id":"r-1"}');
    if (request.url?.startsWith('/v1/credentials/') === true)
      return response.end(JSON.stringify({ Version: 1, ...KEYS, Token: 't', Expiration, IssuanceId: 'iss_1' }));
    if (request.url === '/oauth2/token') {
      const type = 'urn:token-broker:token-type:aws-credentials';
      const token = JSON.stringify({ Version: 1, ...KEYS, Expiration });
      return response.end(JSON.stringify({ access_token: token, issued_token_type: type, token_type: 'N_A' }));
    }
    if (request.url === '/reports/denied') return response.writeHead(400).end('{"__type":"AccessDeniedException"}');
    signed.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    return response.end(JSON.stringify(request.headers));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Sends the messages one after the other, each once the one before is answered; what came back by id. */
async function converse(messages: readonly object[]): Promise<{ answers: readonly string[]; all: string }> {
  const env = { PATH: process.env['PATH'], HOME: folder, TOKEN_BROKER_URL: url, AWS_ENDPOINT_URL: url };
  const proof = { TOKEN_BROKER_PROOF: 'env:T', T: 'e.y.J' };
  const args = [resolve('bin/token-broker.mjs'), 'mcp', '--allow', 's3:GetObject'];
  const child = spawn(process.execPath, args, { cwd: folder, env: { ...env, ...proof } });
  const answers: string[] = [];
  let all = '';
  let next = 0;
  const send = () => {
    const message = messages[next];
    if (message === undefined) return child.stdin.end();
    next += 1;
    return child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: next, ...message })}\n`);
  };
  child.stdout.on('data', (text) => {
    all += text;
    const lines = all.split('\n').slice(0, -1);
    for (const line of lines.slice(answers.length)) {
      answers.push(line);
      send();
    }
  });
  child.stderr.on('data', (text) => (all += text));
  send();
  await new Promise((closed) => child.on('close', closed));
  return { answers, all };
}

const call = (name: string, given: object = {}) => ({ method: 'tools/call', params: { name, arguments: given } });
const initialize = {
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
};
const s3 = { service: 's3', region: 'eu-central-1', path: '/reports/a' };

describe('token-broker mcp', () => {
  it('goes from initialize to a signed request and a refused one, and never returns a key', async () => {
    const { answers, all } = await converse([
      initialize,
      { method: 'tools/list' },
      call('aws_request', { ...s3, method: 'GET' }),
      call('request_access', { scope: 'reports', intent: 'read the report' }),
      call('aws_request', { ...s3, method: 'GET' }),
      call('aws_request', { ...s3, method: 'PUT', body: 'x' }),
      call('get_token', { scope: 'reports' }),
      call('why_refused'),
    ]);
    expect(answers).toHaveLength(8);
    expect(answers[0]).toContain('"protocolVersion":"2025-06-18"');
    for (const name of ['list_scopes', 'request_access', 'aws_request', 'get_token', 'why_refused'])
      expect(answers[1]).toContain(`"name":"${name}"`);
    expect(answers[2]).toContain('call request_access first');
    expect(answers[3]).toContain('iss_1');
    expect(JSON.parse(answers[4] ?? '').result.isError).toBe(false);
    expect(signed.at(-1)).toMatch(/^GET \/reports\/a .*Credential=ASIACANARY/);
    expect(answers[5]).toContain("--allow 's3:PutObject on arn:aws:s3:::reports/a'");
    expect(answers[6]).toContain('given to nobody');
    expect(answers[7]).toContain('s3:PutObject');
    expect(all).not.toMatch(/canary-of|ASIACANARY/);
  });

  it("returns the approval's link, and why the broker refuses and what to change", async () => {
    const { answers } = await converse([
      initialize,
      call('request_access', { scope: 'pending' }),
      call('request_access', { scope: 'refused' }),
      call('why_refused'),
      call('request_access', {}),
      { method: 'resources/list' },
      call('request_access', { scope: 'reports', policy: {} }),
      call('request_access', { scope: 'reports', parameters: 'bucket=reports' }),
      call('request_access', { scope: 'reports' }),
      call('aws_request', { ...s3, method: 'GET', query: 'versionId=1' }),
      call('aws_request', { ...s3, method: 'GET', path: '/reports/denied' }),
      call('why_refused'),
    ]);
    expect(answers[1]).toContain('https://broker.example/approvals/a1');
    expect(answers[2]).toMatch(/scope refused: .*not_allowed.*fix:/);
    expect(answers[3]).toContain('r-1');
    expect(answers[4]).toContain('scope has to be a text');
    expect(answers[5]).toContain('-32601');
    // What is not understood is never left out in silence: it may have been what narrows.
    expect(answers[6]).toContain('request_access takes no policy: it takes no others than scope, intent, parameters');
    expect(answers[7]).toContain('parameters has to be an object of texts');
    expect(answers[9]).toContain('query has to be an object of texts');
    expect(answers[11]).toContain('AccessDeniedException');
  });
});

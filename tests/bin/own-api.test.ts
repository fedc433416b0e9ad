import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { keepLogin } from '../../bin/caller/login-store.ts';
import { main } from '../../bin/cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'own-api-'));
const asked: (string | undefined)[][] = [];
const server = createServer((request, response) => {
  request.resume();
  asked.push([request.url, request.headers.authorization]);
  response.end(JSON.stringify(request.url === '/oauth2/token' ? { access_token: 'g.o.t' } : { revocations: [] }));
});
let broker = '';

beforeAll(async () => {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  broker = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  mkdirSync(join(folder, 'home'));
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

const jwt = (claims: object) => `e.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.J`;

async function listed(token: string) {
  const env = { HOME: join(folder, 'home'), XDG_STATE_HOME: folder, TOKEN_BROKER_URL: broker };
  keepLogin({ broker, token, expires: Math.floor(Date.now() / 1000) + 600 }, env);
  asked.length = 0;
  const terminal = { out: () => undefined, err: () => undefined, env, cwd: folder };
  return main(['revoke', '--list', '--proof', 'login'], terminal);
}

it('brings a login for the very scope as it is: what is got with it may not have its claims', async () => {
  const token = jwt({ iss: broker, aud: broker, scope: 'broker:approvals broker:revocations' });
  expect(await listed(token)).toBe(0);
  expect(asked).toEqual([['/v1/revocations', `Bearer ${token}`]]);
});

it.each([
  ['of another scope', (own: object) => ({ ...own, scope: 'broker:revocations:x' })],
  ['of no scope', ({ scope: _, ...own }: Record<string, unknown>) => own],
  ['of another issuer', (own: object) => ({ ...own, iss: 'https://other.example' })],
])('gets a token with a login %s', async (_, changed) => {
  expect(await listed(jwt(changed({ iss: broker, aud: broker, scope: 'broker:revocations' })))).toBe(0);
  expect(asked.map(([path]) => path)).toEqual(['/oauth2/token', '/v1/revocations']);
  expect(asked.at(-1)?.[1]).toBe('Bearer g.o.t');
});

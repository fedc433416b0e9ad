import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { SECRET_PARAMETERS } from '../../lib/http/secrets-in-query.ts';
import { type ServedPath, servedPaths, takeLog } from './every-route.ts';

let paths: readonly ServedPath[];
let log: readonly string[];
beforeAll(async () => {
  log = takeLog();
  paths = await servedPaths();
});
afterAll(() => {
  jest.restoreAllMocks();
});

/** Calls with every path and each of its methods, and says which of them did not go as they should. */
async function everywhere(call: (served: ServedPath, method: string) => Promise<string | null>) {
  const wrong: string[] = [];
  let asked = 0;
  for (const served of paths) {
    for (const method of served.methods) {
      const problem = await call(served, method);
      asked += 1;
      if (problem !== null) wrong.push(`${method} ${served.path}: ${problem}`);
    }
  }
  expect(asked).toBeGreaterThanOrEqual(16);
  return wrong;
}

describe('every route', () => {
  it('answers a method that it has not with 405, and says which it has (RFC 9110 section 15.5.6)', async () => {
    for (const { path, methods, answer } of paths) {
      const { statusCode, headers } = await answer({ method: 'PATCH' });
      expect([path, statusCode]).toEqual([path, 405]);
      expect(methods.length).toBeGreaterThan(0);
      expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-request-id': 'req-1' });
    }
  });

  it.each([
    ['with one final slash is the same route', '/', 405],
    ['with two final slashes is none', '//', 404],
    ['with more behind it is none', '/more/of/it', 404],
  ])('%s', async (_, suffix, status) => {
    for (const { path, answer } of paths) {
      const { statusCode, headers } = await answer({ method: 'PATCH', path: `${path}${suffix}` });
      expect([path, statusCode]).toEqual([path, status]);
      expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-request-id': 'req-1' });
    }
  });

  it.each(['x=%', 'x=%zz', '%ff=1', 'x=%c3'])('refuses a query that cannot be decoded: %s', async (query) => {
    const wrong = await everywhere(async ({ answer }, method) => {
      const { statusCode, body } = await answer({ method, query });
      return statusCode === 400 && body?.includes('malformed_request') ? null : `${statusCode}`;
    });
    expect(wrong).toEqual([]);
  });
});

/** What each protocol calls a secret or a proof. */
const SECRETS = [
  ...['client_secret', 'password', 'code', 'code_verifier', 'device_code'],
  ...['access_token', 'refresh_token', 'id_token', 'token', 'assertion', 'client_assertion'],
  ...['subject_token', 'actor_token', 'secret', 'SAMLResponse', 'WebIdentityToken', 'SAMLAssertion'],
];

const escaped = (text: string, hex: (code: string) => string) =>
  [...text].map((character) => `%${hex(character.charCodeAt(0).toString(16))}`).join('');
const lower = (code: string) => code.toLowerCase();
const upper = (code: string) => code.toUpperCase();

/** Every way to write the name that a form decoder reads as the name. */
const SPELLINGS: Readonly<Record<string, (name: string) => string>> = {
  plain: (name) => `${name}=sw0rdfish`,
  'without a value': (name) => name,
  'with an empty value': (name) => `${name}=`,
  'after others': (name) => `a=1&&b=2&${name}=sw0rdfish`,
  twice: (name) => `${name}=1&${name}=sw0rdfish`,
  'escaped in lower case': (name) => `${escaped(name, lower)}=sw0rdfish`,
  'escaped in upper case': (name) => `${escaped(name, upper)}=sw0rdfish`,
  'its last character escaped': (name) => `${name.slice(0, -1)}${escaped(name.slice(-1), upper)}=sw0rdfish`,
  'its underscores escaped': (name) => `${name.replaceAll('_', '%5F')}=sw0rdfish`,
};

const RETURNS = ['/oidc/x/callback'];

describe('no secret in a query (contract section 1)', () => {
  it('is one table, of every name', () => {
    expect([...SECRET_PARAMETERS].sort()).toEqual([...SECRETS].sort());
  });

  it.each(Object.entries(SPELLINGS))('holds on every route for every name, %s', async (_, spell) => {
    for (const name of SECRETS) {
      const wrong = await everywhere(async ({ answer, path }, method) => {
        // Where the code of the broker's own client comes back to (RFC 6749 section 4.1.2).
        if (name === 'code' && method === 'GET' && RETURNS.includes(path)) return null;
        const { statusCode, body } = await answer({ method, query: spell(name) });
        const named = body?.includes('proof_in_query') && body.includes(`${name} must not be sent in a query string.`);
        const refused = statusCode === 400 && named && !body?.includes('sw0rdfish');
        return refused ? null : `${spell(name)} ${statusCode}`;
      });
      expect(wrong).toEqual([]);
    }
  });

  it('nor in the log, which says only which there was', () => {
    const told = log.filter((line) => line.includes('proof_in_query'));
    expect(told.length).toBeGreaterThan(1_000);
    for (const name of SECRETS) expect(told.some((line) => line.includes(`"found":"${name}"`))).toBe(true);
    expect(log.filter((line) => line.includes('sw0rdfish'))).toEqual([]);
  });

  it.each(['tokens=1', 'Token=1', 'token_type_hint=access_token', 'codes=1', 'x=client_secret'])(
    'means names, whole and as they are written: %s is none',
    async (query) => {
      const health = paths.find(({ path }) => path === '/healthz');
      expect((await health?.answer({ query }))?.statusCode).toBe(200);
    },
  );
});

import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../lib/json.ts';
import type { Fetcher } from '../../../lib/ports/documents.ts';
import {
  BY_DISCOVERY,
  body,
  DISCOVERY,
  down,
  ISSUER,
  KEYS,
  key,
  kids,
  MINUTE,
  START,
  signal,
  world,
} from './issuer-world.ts';

describe('a bad document never replaces a good one', () => {
  it.each([
    ['HTML', body('<html></html>')],
    ['an error status', body({ keys: [key('evil')] }, 500)],
    ['a redirect status', body({ keys: [key('evil')] }, 302)],
    ['no keys member', body({})],
    ['keys that is an object', body({ keys: { a: 1 } })],
    ['only a secret key', body({ keys: [{ kty: 'oct', k: 'AAAA', kid: 'a' }] })],
    ['only a private key', body({ keys: [{ ...key('a'), d: 'AAAA' }] })],
    ['a member twice', body('{"keys":[],"keys":[]}')],
    ['101 keys', body({ keys: Array.from({ length: 101 }, (_each, index) => key(`k${index}`)) })],
    ['more than 512 KB', body({ keys: [key('a')], padding: 'x'.repeat(512 * 1024) })],
    ['a list', body([key('a')])],
  ])('%s', async (_name, page) => {
    const { state, keySets, shared } = world();
    await kids(keySets, 'a');
    const copy = [...shared.values()];
    state.pages.set(KEYS, page);
    state.now = START + 20 * MINUTE;
    expect(await kids(keySets, 'a')).toBe('a');
    expect([...shared.values()]).toEqual(copy);
  });

  it.each([
    ['another issuer', { issuer: 'https://evil.example', jwks_uri: KEYS }],
    ['its issuer with a final slash', { issuer: `${ISSUER}/`, jwks_uri: KEYS }],
    ['no issuer', { jwks_uri: KEYS }],
    ['no jwks_uri', { issuer: ISSUER }],
    ['a jwks_uri that is no URL', { issuer: ISSUER, jwks_uri: '/keys' }],
  ])('a discovery document of %s leads nowhere', async (_name, page) => {
    const { state, keySets } = world();
    state.pages.set(DISCOVERY, body(page));
    expect(await kids(keySets, 'a')).toBe('keys_unavailable');
    expect(state.asked).toEqual([DISCOVERY]);
  });

  it.each<[string, string, unknown, number, string]>([
    ['is not there', DISCOVERY, '', 404, 'answers 404'],
    ['is a page', DISCOVERY, '<html></html>', 200, 'is no discovery document: it is no JSON object'],
    [
      'spells its issuer otherwise',
      DISCOVERY,
      { issuer: `${ISSUER}/`, jwks_uri: KEYS },
      200,
      `says that the issuer is "${ISSUER}/", not ${ISSUER}`,
    ],
    ['names no issuer', DISCOVERY, { jwks_uri: KEYS }, 200, `says that the issuer is absent, not ${ISSUER}`],
    ['names no keys', DISCOVERY, { issuer: ISSUER }, 200, 'is no discovery document: it has no jwks_uri that is a URL'],
    ['answers with an error', KEYS, { keys: [key('a')] }, 503, 'answers 503'],
    ['is one key', KEYS, key('a'), 200, 'is no set of public keys: it is no JSON object with a list of keys'],
    [
      'has too many',
      KEYS,
      { keys: Array(101).fill(key('a')) },
      200,
      'is no set of public keys: it has more than 100 keys',
    ],
    [
      'has secrets alone',
      KEYS,
      { keys: [{ kty: 'oct', k: 'AAAA' }] },
      200,
      'is no set of public keys: all that it has are private, secret or of unknown types',
    ],
  ])('where a document %s, the log says so', async (_what, url, page, status, found) => {
    const { state, keySets } = world();
    state.pages.set(url, body(page, status));
    const refused = { ok: false, refusal: { reason: 'keys_unavailable', log: { found: `${url} ${found}` } } };
    expect(await keySets.find(BY_DISCOVERY, 'a', signal)).toEqual(refused);
    // The next one, for which nothing is asked, is told the same.
    expect(await keySets.find(BY_DISCOVERY, 'a', signal)).toEqual(refused);
  });

  it('where the network gives nothing, the log says what it was', async () => {
    const { state, keySets } = world();
    state.pages.set(DISCOVERY, down);
    expect(await keySets.find(BY_DISCOVERY, 'a', signal)).toMatchObject({
      refusal: { log: { found: `${DISCOVERY} cannot be had: network (ECONNREFUSED)` } },
    });
  });

  it('a byte order mark in front of a document is passed over', async () => {
    const { state, keySets } = world();
    state.pages.set(DISCOVERY, body(`\ufeff${JSON.stringify({ issuer: ISSUER, jwks_uri: KEYS })}`));
    state.pages.set(KEYS, body(`\ufeff${JSON.stringify({ keys: [key('a')] })}`));
    expect(await kids(keySets, 'a')).toBe('a');
    state.pages.set(KEYS, body(`\ufeff\ufeff${JSON.stringify({ keys: [key('b')] })}`));
    state.now = START + 20 * MINUTE;
    expect(await kids(keySets, 'a')).toBe('a');
  });

  it('100 keys are a set, and keys of unknown types are left out', async () => {
    const { state, keySets } = world();
    state.pages.set(
      KEYS,
      body({ keys: [{ kty: 'AKP', kid: 'pq' }, ...Array.from({ length: 99 }, (_each, index) => key(`k${index}`))] }),
    );
    expect(await kids(keySets, 'k98')).toBe('k98');
    expect(await kids(keySets, 'pq')).toBe('key_unusable');
  });

  it.each([
    ['a private key', { ...key('b'), d: 'AAAA' }, 'a private key (d)'],
    ['a private RSA key without d', { kty: 'RSA', kid: 'b', p: 'AAAA' }, 'a private key (p)'],
    ['a secret', { kty: 'oct', k: 'AAAA', kid: 'b' }, 'a private key (k)'],
    ['a type that nothing is verified with', { kty: 'AKP', kid: 'b' }, 'a kty that nothing is verified with'],
  ])('a member that is %s is skipped, and a token by it is told so', async (_name, member, found) => {
    const { state, keySets, shared } = world();
    state.pages.set(KEYS, body({ keys: [key('a'), member, 'no object', { ...key('c'), kid: 7 }] }));
    expect(await kids(keySets, undefined)).toBe('a');
    const refused = { ok: false, refusal: { reason: 'key_unusable', log: { kid: 'b', found } } };
    expect(await keySets.find(BY_DISCOVERY, 'b', signal)).toEqual(refused);
    // No other process gets it by way of the store.
    const cold = world(shared);
    cold.state.pages.clear();
    expect(await kids(cold.keySets, undefined)).toBe('a');
    expect(JSON.stringify([...shared.values()])).not.toContain('AAAA');
  });

  it.each<[string, JsonObject]>([
    [
      'null for what it has not',
      { alg: null, use: null, kid: 'a', d: null, p: null, oth: null, k: null, key_ops: null },
    ],
    ['an empty text for what it has not', { kid: 'a', alg: '', use: '', d: '', p: '', k: '', n: '', e: '', x5t: '' }],
    ['empty lists for what it has not', { key_ops: [], x5c: [], oth: [], kid: 'a' }],
  ])('takes a key whose library writes %s', async (_name, members) => {
    const { state, keySets } = world();
    state.pages.set(
      KEYS,
      body({
        keys: [
          { ...key('a'), ...members },
          { ...key('b'), kid: null },
        ],
      }),
    );
    const found = await keySets.find(BY_DISCOVERY, 'a', signal);
    expect(found).toStrictEqual({ ok: true, value: [key('a')] });
    expect(await kids(keySets, undefined)).toBe('a undefined');
  });

  it('keeps no member of a key but those that verify', async () => {
    const { state, keySets } = world();
    const whole = { ...key('a'), n: 'n', e: 'e', alg: 'ES256', use: 'sig', key_ops: ['verify'] };
    state.pages.set(KEYS, body({ keys: [{ ...whole, x5c: ['MII'], x5t: 't', oddity: 1 }] }));
    const found = await keySets.find(BY_DISCOVERY, 'a', signal);
    expect(found).toStrictEqual({ ok: true, value: [whole] });
    state.pages.set(KEYS, body({ keys: [key('a')] }));
    state.now = START + 10 * MINUTE;
    expect(await keySets.find(BY_DISCOVERY, 'a', signal)).toStrictEqual({ ok: true, value: [key('a')] });
  });

  it('is asked for as JSON', async () => {
    const accepted: unknown[] = [];
    const fetcher: Fetcher = {
      fetch: async ({ url, headers }) => {
        accepted.push(headers);
        return url === DISCOVERY ? body({ issuer: ISSUER, jwks_uri: KEYS }) : body({ keys: [key('a')] });
      },
    };
    await kids(world().start({ fetcher }), 'a');
    expect(accepted).toEqual([{ accept: 'application/json' }, { accept: 'application/json' }]);
  });

  it('an empty set is its issuer’s word that no key is good', async () => {
    const { state, keySets } = world();
    await kids(keySets, 'a');
    state.pages.set(KEYS, body({ keys: [] }));
    state.now = START + 20 * MINUTE;
    expect(await kids(keySets, 'a')).toBe('');
    expect(await kids(keySets, undefined)).toBe('');
  });

  it('names of two useless members of one kid the first', async () => {
    const { state, keySets } = world();
    state.pages.set(KEYS, body({ keys: [key('a'), { ...key('b'), d: 'AAAA' }, { kty: 'AKP', kid: 'b' }] }));
    expect(await keySets.find(BY_DISCOVERY, 'b', signal)).toMatchObject({
      refusal: { log: { found: 'a private key (d)' } },
    });
  });
});

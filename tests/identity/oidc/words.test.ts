/** What the readers of tokens say and compare, each by its own edge. */
import { describe, expect, it } from '@jest/globals';
import { KEY_SHAPES } from '../../../lib/identity/oidc/algorithms.ts';
import { chooseConnection, explainAudience, readAudience } from '../../../lib/identity/oidc/audience.ts';
import {
  checkAuthorizedParty,
  explainParty,
  readAuthorizedParty,
} from '../../../lib/identity/oidc/authorized-party.ts';
import { viewClaims } from '../../../lib/identity/oidc/claims-view.ts';
import { discoveryUrl, readDiscovery, readKeySet } from '../../../lib/identity/oidc/key-document.ts';
import { readNames } from '../../../lib/identity/oidc/names.ts';
import { claimType, publicClaim, publicList, publicText } from '../../../lib/identity/oidc/public-text.ts';
import { readSharedKeySet, type SharedKeySet, writeSharedKeySet } from '../../../lib/identity/oidc/shared-key-set.ts';
import { checkTimes } from '../../../lib/identity/oidc/times.ts';
import type { JsonObject, JsonValue } from '../../../lib/json.ts';
import { Fault, type Outcome } from '../../../lib/outcome.ts';
import { loadConnection } from '../../../lib/policy/connection.ts';
import type { DocumentStore, StoredDocument } from '../../../lib/ports/documents.ts';
import { epochMilliseconds, epochSeconds, seconds } from '../../../lib/time.ts';
import { CONNECTION, NOW } from './fixture.ts';

const told = (outcome: Outcome<unknown>): string =>
  outcome.ok ? 'accepted' : `${outcome.refusal.reason}: ${outcome.refusal.detail ?? ''}`;

it('the algorithms are these, each for one kind of key', () => {
  expect(KEY_SHAPES).toEqual({
    RS256: { kty: 'RSA', crv: null },
    RS384: { kty: 'RSA', crv: null },
    RS512: { kty: 'RSA', crv: null },
    PS256: { kty: 'RSA', crv: null },
    PS384: { kty: 'RSA', crv: null },
    PS512: { kty: 'RSA', crv: null },
    ES256: { kty: 'EC', crv: 'P-256' },
    ES384: { kty: 'EC', crv: 'P-384' },
    ES512: { kty: 'EC', crv: 'P-521' },
    EdDSA: { kty: 'OKP', crv: 'Ed25519' },
  });
});

describe('aud', () => {
  it.each<[JsonObject, readonly string[]]>([
    [{}, []],
    [{ aud: 'a' }, ['a']],
    [{ aud: ['a', 'b'] }, ['a', 'b']],
  ])('of %j is read', (claims, values) => {
    expect(readAudience(claims)).toEqual({ ok: true, value: values });
  });

  it.each<[JsonValue, string]>([
    ['', 'an empty string'],
    [[], 'an empty list'],
    [null, 'null'],
    [7, 'a number'],
    [{}, 'an object'],
    [true, 'a boolean'],
    [['a', ''], 'a list (a, an empty string)'],
    [['a', 7, null, []], 'a list (a, a number, null, an empty list)'],
  ])('is none of %j', (aud, shape) => {
    expect(told(readAudience({ aud }))).toBe(
      `claims_invalid: aud must be a string or a list of strings; it is ${shape}.`,
    );
  });

  const listed = { ...CONNECTION, audience: ['a', 'b'] };
  const byParty = { ...CONNECTION, audience: [], authorizedParties: ['p'] };
  const party = (value: string) => ({ kind: 'one', value }) as const;
  const none = { kind: 'none' } as const;

  it('chooses the one connection that lists all of it, else by its party the one that has none', () => {
    const both = [listed, byParty];
    expect(chooseConnection(both, ['a'], none)).toBe(listed);
    expect(chooseConnection(both, ['a', 'b'], party('p'))).toBe(listed);
    expect(chooseConnection(both, [], party('p'))).toBe(byParty);
    expect(chooseConnection(both, ['a', 'c'], party('p'))).toBeNull();
    expect(chooseConnection(both, [], party('q'))).toBeNull();
    expect(chooseConnection(both, [], none)).toBeNull();
    expect(chooseConnection([{ ...listed, authorizedParties: ['p'] }], [], party('p'))).toBeNull();
    expect(chooseConnection([listed, { ...listed }], ['a'], none)).toBeNull();
    expect(chooseConnection([], ['a'], none)).toBeNull();
  });

  it.each([
    [[listed], ['c'], none, 'Every value of aud must be one of: a, b; the token has: c.'],
    [[listed], [], none, 'Every value of aud must be one of: a, b; the token has none.'],
    [
      [listed, { ...listed, audience: ['b', 'c'] }],
      ['d'],
      none,
      'Every value of aud must be one of: a, b, c; the token has: d.',
    ],
    [[byParty], ['a'], none, 'The token must have no aud; it has: a.'],
    [[byParty], [], party('q'), 'The token must be issued to one of: p; it was issued to q.'],
    [[byParty], [], none, 'The token must be issued to one of: p; it was issued to nobody that it names.'],
  ])('a mismatch says what was expected and what came: %#', (connections, audience, of, message) => {
    expect(explainAudience(connections, audience, of)).toBe(message);
  });
});

describe('the authorized party', () => {
  it.each<[JsonObject, object]>([
    [{}, { kind: 'none' }],
    [{ azp: 'a' }, { kind: 'one', value: 'a' }],
    [{ appid: 'a' }, { kind: 'one', value: 'a' }],
    [{ cid: 'a' }, { kind: 'one', value: 'a' }],
    [
      { client_id: 'a', azp: 'a' },
      { kind: 'one', value: 'a' },
    ],
    [
      { azp: 'a', client_id: 'b' },
      {
        kind: 'contradictory',
        claims: [
          ['azp', 'a'],
          ['client_id', 'b'],
        ],
      },
    ],
    [{ azp: '' }, { kind: 'mistyped', claims: [['azp', '']] }],
    [
      { azp: 'a', cid: 7 },
      {
        kind: 'mistyped',
        claims: [
          ['azp', 'a'],
          ['cid', 7],
        ],
      },
    ],
    [{ azp: null }, { kind: 'mistyped', claims: [['azp', null]] }],
  ])('of %j is read', (claims, party) => {
    expect(readAuthorizedParty(claims)).toEqual(party);
  });

  it.each<[JsonObject, readonly string[], string]>([
    [{ azp: 'a' }, [], 'accepted'],
    [{}, [], 'accepted'],
    [{ azp: 'a' }, ['b', 'a'], 'accepted'],
    [{ azp: 'a' }, ['b'], 'authorized_party_mismatch: The token must be issued to one of: b; it was issued to a.'],
    [
      {},
      ['b'],
      'authorized_party_mismatch: The token must be issued to one of: b; it was issued to nobody that it names.',
    ],
    [{ azp: 'a', cid: 'b' }, [], 'authorized_party_mismatch: One token names different parties: azp is a, cid is b.'],
    [{ azp: 7 }, ['b'], 'claims_invalid: azp, appid, cid and client_id must be non-empty strings; azp is a number.'],
  ])('of %j, where %j are accepted: %s', (claims, accepted, message) => {
    expect(told(checkAuthorizedParty(readAuthorizedParty(claims), accepted))).toBe(message);
  });

  it('is told by at most five of those that were expected', () => {
    expect(explainParty(['a', 'b', 'c', 'd', 'e', 'f'], { kind: 'none' })).toBe(
      'The token must be issued to one of: a, b, c, d, e and more; it was issued to nobody that it names.',
    );
  });
});

describe('a public value', () => {
  it.each([
    ['a b', 'a b'],
    ['!~#[]', '!~#[]'],
    ['a"b\\c', 'a?b?c'],
    ['é\n\u007f😀', '????'],
    ['x'.repeat(200), 'x'.repeat(200)],
    ['x'.repeat(201), `${'x'.repeat(200)}...`],
  ])('%# is told in printable ASCII, cut at 200', (value, text) => {
    expect(publicText(value)).toBe(text);
  });

  it('in a list is told five times at most', () => {
    expect(publicList(['a', 'b', 'c', 'd', 'e'])).toBe('a, b, c, d, e');
    expect(publicList(['a', 'b', 'c', 'd', 'e', 'f'])).toBe('a, b, c, d, e and more');
    expect(publicList([])).toBe('');
  });

  it.each<[JsonValue | undefined, string, string]>([
    [undefined, 'absent', 'absent'],
    [null, 'null', 'null'],
    ['', 'an empty string', 'an empty string'],
    ['a', 'a', 'a string'],
    [1, 'a number', 'a number'],
    [true, 'a boolean', 'a boolean'],
    [{}, 'an object', 'an object'],
    [[], 'an empty list', 'an empty list'],
    [['a'], 'a list (a)', 'a list'],
  ])('%j is %s, and of type %s', (value, told, type) => {
    expect(publicClaim(value)).toBe(told);
    expect(claimType(value)).toBe(type);
  });
});

describe('times', () => {
  const rules = (more: object = {}) => ({ now: epochSeconds(NOW), tolerance: seconds(60), maxAge: null, ...more });
  const clock = `the clock here says ${NOW} and the tolerance is 60 seconds`;
  const invalid = (name: string, came: string) =>
    `claims_invalid: ${name} must be a number of seconds up to the end of year 9999; it is ${came}.`;
  it.each<[JsonObject, object, string]>([
    [{ exp: NOW - 59 }, {}, 'accepted'],
    [{ exp: NOW - 60 }, {}, `expired: The token has expired: exp is ${NOW - 60}, 60 seconds ago; ${clock}.`],
    [
      { exp: NOW + 9, nbf: NOW + 60 },
      {},
      `claims_invalid: exp (${NOW + 9}) is before nbf (${NOW + 60}) or iat (absent).`,
    ],
    [
      { exp: NOW + 9, iat: NOW + 10 },
      {},
      `claims_invalid: exp (${NOW + 9}) is before nbf (absent) or iat (${NOW + 10}).`,
    ],
    [{ exp: NOW + 99, nbf: NOW + 60 }, {}, 'accepted'],
    [{ exp: NOW + 99, nbf: NOW + 61 }, {}, `not_yet_valid: nbf is ${NOW + 61}, 61 seconds in the future; ${clock}.`],
    [{ exp: NOW + 99, iat: NOW + 60 }, {}, 'accepted'],
    [{ exp: NOW + 99, iat: NOW + 61 }, {}, `not_yet_valid: iat is ${NOW + 61}, 61 seconds in the future; ${clock}.`],
    [{ exp: NOW + 99 }, { maxAge: seconds(60) }, 'claims_invalid: The token needs an iat.'],
    [{ exp: NOW + 99, iat: NOW - 120 }, { maxAge: seconds(60) }, 'accepted'],
    [
      { exp: NOW + 99, iat: NOW - 121 },
      { maxAge: seconds(60) },
      `too_old: iat is ${NOW - 121}, 121 seconds ago, where at most 60 seconds are accepted; ${clock}.`,
    ],
    [{}, {}, 'claims_invalid: The token needs an exp.'],
    [{ exp: '1' }, {}, invalid('exp', 'the text 1')],
    [{ exp: NOW, nbf: null }, {}, invalid('nbf', 'null')],
    [{ exp: NOW, iat: [] }, {}, invalid('iat', 'an empty list')],
    [{ exp: 253_402_300_800 }, {}, invalid('exp', '253402300800')],
    [{ exp: 253_402_300_799 }, {}, 'accepted'],
    [{ exp: NOW, nbf: -253_402_300_800 }, {}, invalid('nbf', '-253402300800')],
    [{ exp: NOW, nbf: -253_402_300_799 }, {}, 'accepted'],
    [{ exp: NOW + 0.5, iat: NOW - 0.5 }, {}, 'accepted'],
  ])('%j with %j: %s', (claims, more, message) => {
    expect(told(checkTimes(claims, rules(more)))).toBe(message);
  });

  it('are given back as they stand', () => {
    expect(checkTimes({ exp: NOW + 9, iat: NOW - 1 }, rules())).toEqual({
      ok: true,
      value: { expires: NOW + 9, issuedAt: NOW - 1, notBefore: null },
    });
  });
});

describe('names', () => {
  const NAME = 'a non-empty string of at most 1024 bytes without control characters';
  const once = { ...CONNECTION, reuse: 'once' as const };
  it.each<[JsonObject, typeof CONNECTION, string]>([
    [{ sub: 's' }, CONNECTION, 'accepted'],
    [{ sub: 's'.repeat(1_024), jti: 'é'.repeat(512) }, once, 'accepted'],
    [{}, CONNECTION, `claims_invalid: sub must be ${NAME}; it is absent.`],
    [{ sub: '' }, CONNECTION, `claims_invalid: sub must be ${NAME}; it is a string of 0 bytes.`],
    [{ sub: 's'.repeat(1_025) }, CONNECTION, `claims_invalid: sub must be ${NAME}; it is a string of 1025 bytes.`],
    [{ sub: 'é'.repeat(513) }, CONNECTION, `claims_invalid: sub must be ${NAME}; it is a string of 1026 bytes.`],
    [{ sub: 'a\u0085' }, CONNECTION, `claims_invalid: sub must be ${NAME}; it is a string of 3 bytes.`],
    [{ sub: 7 }, CONNECTION, `claims_invalid: sub must be ${NAME}; it is a number.`],
    [{ sub: 's' }, once, 'claims_invalid: The token needs an id, which here is jti; it has none.'],
    [{ sub: 's', jti: null }, CONNECTION, `claims_invalid: The id of the token must be ${NAME}; it is null.`],
    [{ sub: 's', jti: 'a\n' }, once, `claims_invalid: The id of the token must be ${NAME}; it is a string of 2 bytes.`],
  ])('%# is told in words, and never by the subject itself', (claims, connection, message) => {
    expect(told(readNames(claims, connection))).toBe(message);
  });
});

describe('claims as rules see them', () => {
  const view = (claims: Readonly<Record<string, string>>, payload: JsonObject) => {
    const seen = viewClaims(payload, loadConnection({ ...CONNECTION, claims }));
    return [Object.fromEntries(seen.values), Object.fromEntries(seen.unavailable)];
  };

  it('are the members by their names, and aliases in place of them', () => {
    expect(view({ a: '/b/c', d: '/x' }, { a: 1, b: { c: 2 }, d: 3 })).toEqual([{ a: 2, b: { c: 2 } }, {}]);
  });

  it.each<[JsonObject]>([[{ _claim_names: { groups: 'src1' } }], [{ hasgroups: true }], [{ hasgroups: 'true' }]])(
    'are withheld where Entra ID left the groups out: %j',
    (payload) => {
      const [, unavailable] = view({}, payload);
      expect(unavailable).toEqual({ groups: 'groups_overage' });
      expect(view({ teams: '/groups', all: '' }, payload)[1]).toEqual({
        groups: 'groups_overage',
        teams: 'groups_overage',
        all: 'groups_overage',
      });
      // An alias of that name leads elsewhere, and hides the member.
      expect(view({ groups: '/roles', teams: '/groups' }, { ...payload, roles: ['r'] })).toEqual([
        { ...payload, roles: ['r'], groups: ['r'] },
        { teams: 'groups_overage' },
      ]);
    },
  );

  it.each<[JsonObject]>([
    [{ _claim_names: { other: 'x' } }],
    [{ _claim_names: 'groups' }],
    [{ hasgroups: false }],
    [{ hasgroups: 'yes' }],
  ])('are all there where it did not: %j', (payload) => {
    expect(view({}, { ...payload, groups: ['g'] })[1]).toEqual({});
  });
});

describe('a document of an issuer', () => {
  const bytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

  it.each([
    ['https://a.example', 'https://a.example/.well-known/openid-configuration'],
    ['https://a.example/', 'https://a.example/.well-known/openid-configuration'],
    ['https://a.example/t//', 'https://a.example/t//.well-known/openid-configuration'],
  ])('of %s is at %s', (issuer, url) => {
    expect(discoveryUrl(issuer)).toBe(url);
  });

  it.each<[JsonObject, string | null]>([
    [{ issuer: 'https://a.example', jwks_uri: 'https://a.example/keys' }, 'https://a.example/keys'],
    [{ issuer: 'https://a.example/', jwks_uri: 'https://a.example/keys' }, null],
    [{ jwks_uri: 'https://a.example/keys' }, null],
    [{ issuer: 'https://a.example', jwks_uri: '/keys' }, null],
    [{ issuer: 'https://a.example', jwks_uri: ['https://a.example/keys'] }, null],
    [{ issuer: 'https://a.example' }, null],
  ])('%j leads to %j', (document, uri) => {
    expect(readDiscovery(bytes(document), 'https://a.example')).toBe(uri);
  });

  it('names what is no key, and by which kid', () => {
    const keys = [{ kty: 'EC', kid: 'a' }, 'x', null, { kty: 'oct', kid: 'b' }, { kty: 'RSA', kid: 7 }, { kid: 'c' }];
    expect(readKeySet(bytes({ keys }))).toEqual({
      keys: [{ kty: 'EC', kid: 'a' }],
      skipped: [
        { kid: null, found: 'no object' },
        { kid: null, found: 'no object' },
        { kid: 'b', found: 'a kty that nothing is verified with' },
        { kid: null, found: 'kid is no string' },
        { kid: 'c', found: 'a kty that nothing is verified with' },
      ],
    });
    expect(readKeySet(bytes({ keys: [] }))).toEqual({ keys: [], skipped: [] });
    expect([readKeySet(bytes({})), readKeySet(bytes({ keys: {} })), readKeySet(bytes({ keys: ['x'] }))]).toEqual([
      null,
      null,
      null,
    ]);
    expect(readKeySet(bytes({ keys: Array(100).fill({ kty: 'EC' }) }))?.keys).toHaveLength(100);
    expect(readKeySet(bytes({ keys: Array(101).fill({ kty: 'EC' }) }))).toBeNull();
  });
});

describe('a shared copy of a key set', () => {
  const shared: SharedKeySet = {
    held: {
      jwksUri: 'https://a.example/keys',
      keys: [{ kty: 'EC', kid: 'a' }],
      skipped: [],
      fetchedAt: epochMilliseconds(2_000),
      discoveredAt: epochMilliseconds(1_000),
    },
    searchedAt: epochMilliseconds(2_000),
  };
  const over = (text: string | null): DocumentStore => ({
    get: async () => (text === null ? null : { text, fetchedAt: epochMilliseconds(2_000) }),
    put: async () => {},
  });
  const good = { source: 's', jwksUri: 'https://a.example/keys', discoveredAt: 1_000, keys: [{ kty: 'EC', kid: 'a' }] };

  it('is what another process wrote', async () => {
    const kept = new Map<string, StoredDocument>();
    const store: DocumentStore = {
      get: async (name) => kept.get(name) ?? null,
      put: async (name, document) => void kept.set(name, document),
    };
    await writeSharedKeySet(store, 's', shared);
    expect(await readSharedKeySet(store, 's')).toEqual(shared);
    expect(await readSharedKeySet(store, 'another')).toBeNull();
    await writeSharedKeySet(store, 's', { ...shared, searchedAt: null });
    expect((await readSharedKeySet(store, 's'))?.searchedAt).toBeNull();
  });

  it('of an earlier version does not say when its source was searched', async () => {
    expect(await readSharedKeySet(over(JSON.stringify(good)), 's')).toEqual({ ...shared, searchedAt: null });
  });

  it.each<[string, string | null]>([
    ['is not there', null],
    ['is no JSON', '{'],
    ['is another source’s', JSON.stringify({ ...good, source: 't' })],
    ['has no keys', JSON.stringify({ ...good, keys: undefined })],
    ['does not say where they are', JSON.stringify({ ...good, jwksUri: null })],
    ['does not say since when', JSON.stringify({ ...good, discoveredAt: '1000' })],
  ])('is none where it %s', async (_, text) => {
    expect(await readSharedKeySet(over(text), 's')).toBeNull();
  });

  it('is none where the store is down, and not written where it is too long', async () => {
    const down = async (): Promise<never> => {
      throw new Fault('key-sets', 'down');
    };
    expect(await readSharedKeySet({ get: down, put: down }, 's')).toBeNull();
    await writeSharedKeySet({ get: down, put: down }, 's', shared);
    const written: string[] = [];
    const store: DocumentStore = { get: down, put: async (name) => void written.push(name) };
    const kid = 'k'.repeat(300 * 1024);
    await writeSharedKeySet(store, 's', { ...shared, held: { ...shared.held, keys: [{ kty: 'EC', kid }] } });
    expect(written).toEqual([]);
  });
});

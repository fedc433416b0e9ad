import { describe, expect, it } from '@jest/globals';
import type { OidcConnection } from '../../lib/configuration/documents/connections.ts';
import { cachedKeySets } from '../../lib/identity/oidc/key-sets.ts';
import { verifyJwt } from '../../lib/identity/oidc/verify-jwt.ts';
import { epochMilliseconds } from '../../lib/time.ts';
import { context, rsaKey, NOW as TOKEN_NOW, token } from '../identity/oidc/fixture.ts';
import { documentsOf, PARTNER, problemsOf } from './folder-of.ts';

const problems = (text: string, issuer?: string | null) => problemsOf({ 'connections/partner.yaml': text }, issuer);

async function normalized(text: string): Promise<OidcConnection> {
  const [connection] = (await documentsOf({ 'connections/partner.yaml': text })).connections;
  if (connection?.type !== 'oidc') throw new Error('not an OIDC connection');
  return connection;
}

describe('an OIDC connection', () => {
  it('is refused nothing where it is plain', async () => {
    expect(await problems(PARTNER)).toEqual([]);
  });

  it.each([
    ['an issuer in plain http', PARTNER.replace('https://id', 'http://id'), /issuer: must begin with https/],
    [
      'an issuer in plain http on loopback',
      PARTNER.replace('https://id.partner.example', 'http://127.0.0.1:4000'),
      /issuer/,
    ],
    ['an issuer with a query', PARTNER.replace('.example\n', '.example?a=b\n'), /issuer: must not have a query/],
    ['an issuer with a fragment', PARTNER.replace('.example\n', '.example#a\n'), /issuer: must not have a fragment/],
    ['an issuer with a user', PARTNER.replace('https://id', 'https://u:p@id'), /issuer: must not hold a user/],
    [
      'an issuer that is no URL',
      PARTNER.replace('https://id.partner.example', 'id.partner.example'),
      /issuer: is not an/,
    ],
    ['no issuer', PARTNER.replace(/issuer.*\n/, ''), /issuer: is required/],
    [
      'this broker as issuer',
      PARTNER.replace('https://id.partner.example', 'https://broker.example.com'),
      /broker itself/,
    ],
    ['no audience', PARTNER.replace(/audience.*\n/, ''), /audience: is required/],
    ['an empty audience', PARTNER.replace('[https://broker.example.com]', '[]'), /audience: must not be empty/],
    ['the name client', PARTNER.replace('connection: partner', 'connection: client'), /reserved/],
    ['the name broker', PARTNER.replace('connection: partner', 'connection: broker'), /reserved/],
    [
      'a name in capitals',
      PARTNER.replace('connection: partner', 'connection: Partner'),
      /connection: must be a lower/,
    ],
    [
      'a name of 64 characters',
      PARTNER.replace('connection: partner', `connection: ${'a'.repeat(64)}`),
      /connection: must/,
    ],
    ['the algorithm none', `${PARTNER}algorithms: [none]\n`, /algorithms\[0\]: must be a signature algorithm/],
    ['the algorithm HS256', `${PARTNER}algorithms: [RS256, HS256]\n`, /algorithms\[1\]: must be a signature algorithm/],
    ['a tolerance of 301 s', `${PARTNER}clockTolerance: 301s\n`, /clockTolerance: must be 0s to 5m/],
    ['a tolerance that is a number', `${PARTNER}clockTolerance: 60\n`, /clockTolerance: must be a duration/],
    ['an age of nothing', `${PARTNER}maxTokenAge: 0s\n`, /maxTokenAge: must be/],
    ['another reuse', `${PARTNER}reuse: twice\n`, /reuse: must be allow, bind or once/],
    [
      'an alias that is no JSON pointer',
      `${PARTNER}claims: { groups: groups }\n`,
      /claims.groups: must be a JSON pointer/,
    ],
    ['an alias with a bad escape', `${PARTNER}claims: { groups: /a~2b }\n`, /claims.groups: must be a JSON pointer/],
    ['an unknown preset', `${PARTNER}preset: gitea\n`, /preset: is not a preset/],
    [
      "a preset's field without it",
      `${PARTNER}tenant: 11111111-2222-3333-4444-555555555555\n`,
      /tenant: needs a preset/,
    ],
    ['an operator that does not exist', `${PARTNER}require: { StringIs: { claims.a: b } }\n`, /require.StringIs/],
    [
      'no values',
      `${PARTNER}require: { StringEquals: { claims.a: [] } }\n`,
      /require.StringEquals.claims.a: must not be/,
    ],
    ['a label that names no claim', `${PARTNER}principal: "\${nothing}"\n`, /principal/],
    ['key sets in plain http', `${PARTNER}jwksUri: http://id.partner.example/keys\n`, /jwksUri: must begin with https/],
  ])('does not load with %s', async (_name, text, expected) => {
    expect(await problems(text)).toEqual(expect.arrayContaining([expect.stringMatching(expected)]));
    expect((await problems(text)).filter((line) => !line.includes('warning:'))).not.toEqual([]);
  });

  it('takes a tolerance of 300 s and of none', async () => {
    expect((await normalized(`${PARTNER}clockTolerance: 300s\n`)).clockTolerance).toBe(300);
    expect((await normalized(`${PARTNER}clockTolerance: 0s\n`)).clockTolerance).toBe(0);
  });

  it('takes Ed25519 for EdDSA, once', async () => {
    expect((await normalized(`${PARTNER}algorithms: [Ed25519, EdDSA]\n`)).algorithms).toEqual(['EdDSA']);
  });

  it('compares media types without case and without application/ (RFC 7515 section 4.1.9)', async () => {
    expect((await normalized(`${PARTNER}types: [JWT, application/AT+JWT]\n`)).types).toEqual(['jwt', 'at+jwt']);
  });

  it('takes unquoted values of conditions for their text', async () => {
    const { require } = await normalized(
      `${PARTNER}require: { Bool: { claims.a: true }, NumericEquals: { claims.n: 7 } }\n`,
    );
    expect(require).toEqual([{ Bool: { 'claims.a': ['true'] }, NumericEquals: { 'claims.n': ['7'] } }]);
  });

  it('takes plain http on loopback only where the broker is loopback itself', async () => {
    const text = PARTNER.replace('https://id.partner.example', 'http://127.0.0.1:4000');
    expect(await problems(text, 'http://127.0.0.1:3000')).toEqual([]);
    expect(await problems(text, null)).toEqual([expect.stringMatching(/warning: issuer: plain http/)]);
    const elsewhere = PARTNER.replace('https://id', 'http://id');
    expect(await problems(elsewhere, 'http://127.0.0.1:3000')).toEqual([
      expect.stringMatching(/must begin with https/),
    ]);
  });
});

describe('connections together', () => {
  const together = (first: string, second: string) =>
    problemsOf({
      'connections/partner.yaml': first,
      'connections/other.yaml': second.replace('connection: partner', 'connection: other'),
    });

  it('may share an issuer with other audiences', async () => {
    expect(await together(PARTNER, PARTNER.replace('broker.example.com', 'other.example.com'))).toEqual([]);
  });

  it('do not share an issuer and an audience', async () => {
    expect(await together(PARTNER, PARTNER.replace('[https:', '[https://x.example.com, https:'))).toEqual([
      expect.stringMatching(/^connections\/partner\.yaml:4: audience\[0\]: .*taken by the connection other/),
    ]);
  });

  it('have one source of keys for an issuer', async () => {
    const other = `${PARTNER.replace('broker.example.com', 'x.example.com')}jwksUri: https://id.partner.example/keys\n`;
    expect(await together(PARTNER, other)).toEqual([expect.stringMatching(/one issuer has one source of keys/)]);
  });

  it('of one user pool without audience are one', async () => {
    const pool =
      'connection: partner\ntype: oidc\npreset: cognito\nuserPoolId: eu-west-1_AbCdEf123\nauthorizedParties: [a]\n';
    expect(await together(pool, pool.replace('[a]', '[b]'))).toEqual([expect.stringMatching(/without an audience/)]);
  });
});

describe('an issuer in plain http, as AD FS has', () => {
  const TRUST = 'http://adfs.acme.example/adfs/services/trust';
  const JWKS = 'https://adfs.acme.example/adfs/discovery/keys';
  const written = (jwksUri: string) => `connection: partner
type: oidc
issuer: ${TRUST}
audience: [https://broker.example.com]
${jwksUri}types: [JWT]
`;
  const adfs = written(`jwksUri: ${JWKS}\n`);

  it('loads with an https jwksUri, which is fetched, and the issuer is compared only', async () => {
    const connection = await normalized(adfs);
    const asked: string[] = [];
    const keySets = cachedKeySets({
      fetcher: {
        fetch: async ({ url }) => {
          asked.push(url);
          const body = Buffer.from(JSON.stringify({ keys: [rsaKey.jwk] }));
          return { ok: true, status: 200, headers: {}, body };
        },
      },
      store: { get: async () => null, put: async () => {} },
      clock: { now: () => epochMilliseconds(TOKEN_NOW * 1000) },
    });
    const runtime = { ...context({ connections: [connection] }), keySets };
    const outcome = await verifyJwt(token({ claims: { iss: TRUST } }), runtime);
    expect(outcome).toMatchObject({ ok: true, value: { proof: { issuer: TRUST } } });
    expect(asked).toEqual([JWKS]);
    const secure = await verifyJwt(token({ claims: { iss: TRUST.replace('http:', 'https:') } }), runtime);
    expect(secure).toMatchObject({ ok: false, refusal: { reason: 'issuer_unknown' } });
  });

  it.each([
    ['without a jwksUri', written(''), /issuer: must begin with https:\/\/.*needs an https jwksUri/],
    [
      'with a jwksUri in plain http',
      written(`jwksUri: ${JWKS.replace('https', 'http')}\n`),
      /jwksUri: must begin with https/,
    ],
    ['of another scheme', adfs.replace('http://adfs', 'ftp://adfs'), /issuer: must begin with https:\/\/ or http/],
    ['with a user', adfs.replace('http://adfs', 'http://u@adfs'), /issuer: must not hold a user/],
    ['with a query', adfs.replace('/trust', '/trust?a=1'), /issuer: must not have a query/],
    ['that anybody gets a token from', adfs.replace(TRUST, 'http://accounts.google.com'), /require: anybody can get/],
  ])('does not load %s', async (_name, text, expected) => {
    expect(await problems(text)).toEqual([expect.stringMatching(expected)]);
  });

  it('has, in the local stack, keys on loopback too', async () => {
    expect(await problems(written('jwksUri: http://127.0.0.1:4000/keys\n'), 'http://127.0.0.1:3000')).toEqual([]);
  });
});

describe('the client of an OIDC connection at which people sign in', () => {
  const SIGN_IN = PARTNER.replace(/audience: .*\n/, "audience: ['c1', 'https://broker.example.com']\n");
  const secret = 'clientSecret: token-broker/sign-in/partner';
  const signIn = (fields: string) => `${SIGN_IN}signIn: { ${fields} }\n`;

  it('asks for openid alone, and authenticates by its secret, where nothing else is said', async () => {
    const { signIn: found } = await normalized(signIn(`clientId: c1, ${secret}`));
    expect(found?.scopes).toEqual(['openid']);
    expect(found?.client).toMatchObject({ clientId: 'c1', authentication: 'client_secret_basic' });
  });

  it.each([
    ['a client that no ID token is for', `clientId: c2, ${secret}`, /signIn.clientId: has to stand in audience/],
    ['no secret', 'clientId: c1', /signIn.clientSecret: is required for client_secret_basic/],
    ['a secret that is kept elsewhere', 'clientId: c1, clientSecret: token-broker/downstream/x', /must begin with/],
    ['two ways', `clientId: c1, ${secret}, privateKey: token-broker/sign-in/k`, /signIn.clientSecret: is not used/],
    ['a key id without a key', `clientId: c1, ${secret}, keyId: k`, /signIn.keyId: is not used/],
    ['scopes without openid', `clientId: c1, ${secret}, scopes: [email]`, /must have openid/],
  ])('is refused with %s', async (_, fields, message) => {
    expect((await problems(signIn(fields))).join('\n')).toMatch(message);
  });
});

import { describe, expect, it } from '@jest/globals';
import type { OauthTokenGrant } from '../../lib/configuration/documents/oauth-token-grant.ts';
import { oauthTokenGranter } from '../../lib/credential/oauth-token.ts';
import type { DownstreamRequest, DownstreamToken } from '../../lib/downstream/downstream-request.ts';
import type { DownstreamTokens } from '../../lib/downstream/tokens.ts';
import type { Principal, Proof } from '../../lib/identity/principal.ts';
import { accept, refuse } from '../../lib/outcome.ts';
import type { KeyLookup } from '../../lib/policy/decision.ts';
import { END_OF_TIME, epochSeconds, seconds } from '../../lib/time.ts';
import { clientGrant, IDP, idJagGrant } from '../downstream/provider.ts';
import { actorOf, claimsOf, grantedOf, ISSUANCE, inputOf, NOW, principalOf } from './grant-fixtures.ts';

const signal = new AbortController().signal;
const ENDS = epochSeconds(NOW / 1000 + 3600);
const TOKEN: DownstreamToken = {
  ...{ token: 'other-token', tokenType: 'Bearer', issuedTokenType: null, expires: ENDS, expiresAssumed: false },
  ...{ scope: 'reports:read', repositories: null, secretVersion: 'v1' },
};

function granterOf(token: DownstreamToken = TOKEN, kept: DownstreamToken | null = null) {
  const asked: DownstreamRequest[] = [];
  const tokens: DownstreamTokens = {
    atHand: async () => (kept === null ? null : { token: kept, cached: true }),
    get: async (request) => {
      asked.push(request);
      return accept({ token, cached: false });
    },
  };
  return { granter: oauthTokenGranter(async () => tokens), asked };
}

const granted = (grant: OauthTokenGrant = clientGrant(), lookup: KeyLookup = () => undefined) =>
  grantedOf('oauth-token', grant, { lookup });

const prepared = (scope = granted(), input = inputOf(), with_ = granterOf()) => {
  const outcome = with_.granter.prepare(scope, input);
  if (!outcome.ok) throw new Error(outcome.refusal.reason);
  return { ...with_, grant: outcome.value };
};

const exchange = { ...clientGrant(), provider: 'token-exchange' as const, forward: 'proof' as const };
const forwarding = { ...exchange, assertionAudience: null, requestedTokenType: null };

describe('a grant of the type oauth-token', () => {
  it('records where it is about to ask, and no end that it cannot know', () => {
    expect(prepared().grant).toMatchObject({
      planned: {
        ...{ expires: END_OF_TIME, tokenEndpoint: 'https://login.example.com/oauth2/token' },
        ...{ audience: null, downstreamScope: 'reports:read reports:list' },
      },
    });
  });

  it('records what the server gave, never the token', async () => {
    const minted = await prepared().grant.mint(signal);
    expect(minted).toStrictEqual(
      accept({
        credential: {
          ...{ expires: ENDS, tokenEndpoint: 'https://login.example.com/oauth2/token', audience: null },
          ...{ downstreamScope: 'reports:read', tokenType: 'Bearer', secretVersion: 'v1', cached: false },
          tokenSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        },
        secret: {
          ...{ kind: 'token', token: 'other-token', tokenType: 'Bearer', expires: ENDS, scope: null },
          issuedTokenType: 'urn:ietf:params:oauth:token-type:access_token',
        },
      }),
    );
  });

  it.each<[string, Partial<DownstreamToken>, object, object]>([
    [
      'its scope is the one asked for, where it says none',
      { scope: null },
      { downstreamScope: 'reports:read reports:list' },
      {},
    ],
    [
      'its type is what the server says',
      { issuedTokenType: 'urn:x', tokenType: 'N_A' },
      { issuedTokenType: 'urn:x', tokenType: 'N_A' },
      { issuedTokenType: 'urn:x', tokenType: 'N_A' },
    ],
    ['its end is assumed', { expiresAssumed: true }, { expiresAssumed: true }, {}],
    ['it is for some repositories', { repositories: ['web'] }, { repositories: ['web'] }, {}],
  ])('records what the server said of it: %s', async (_, more, credential, secret) => {
    const { grant } = prepared(granted(), inputOf(), granterOf({ ...TOKEN, ...more }));
    const minted = await grant.mint(signal);
    expect(minted).toMatchObject({ ok: true, value: { credential, secret } });
    const plain = await prepared().grant.mint(signal);
    const names = (of: typeof minted) => Object.keys(of.ok ? of.value.credential : {});
    expect(names(minted).filter((name) => !names(plain).includes(name))).toEqual(
      Object.keys(credential).filter((name) => !names(plain).includes(name)),
    );
  });

  it('gives the refusal of the other server on', async () => {
    const refusal = refuse('downstream_secret_missing');
    const tokens = { atHand: async () => null, get: async () => refusal };
    const { grant } = prepared(granted(), inputOf(), {
      ...granterOf(),
      granter: oauthTokenGranter(async () => tokens),
    });
    expect(await grant.mint(signal)).toEqual(refusal);
    expect(await grant.atHand?.(signal)).toBeNull();
  });

  it.each<[string, Partial<OauthTokenGrant>, string | null]>([
    ['the audience', { audience: 'https://a.example' }, 'https://a.example'],
    [
      'the audience, before the resource',
      { audience: 'https://a.example', resource: 'https://r.example' },
      'https://a.example',
    ],
    ['the resource', { resource: 'https://r.example' }, 'https://r.example'],
    ['neither', {}, null],
  ])('is for %s of the grant, in the record and for an approval', async (_, more, audience) => {
    const { grant } = prepared(granted({ ...clientGrant(), ...more } as OauthTokenGrant));
    expect(grant.planned.audience).toBe(audience);
    expect(await grant.mint(signal)).toMatchObject({ value: { credential: { audience } } });
    expect(grant.bound()).toEqual({
      ...{ tokenEndpoint: 'https://login.example.com/oauth2/token', scope: 'reports:read reports:list', audience },
      subject: 'github:repo:acme/web:ref:refs/heads/main',
    });
  });

  it.each([
    ['its resource', 'https://api.chat.example', 'https://api.chat.example'],
    ['the server that redeems it, where it names none', null, 'https://login.example.com'],
  ])('of an ID-JAG is for %s', (_, resource, audience) => {
    const principal = { ...principalOf('staff', 'ann'), claims: claimsOf({ aud: 'broker-at-idp' }) };
    const proof = { kind: 'oidc', issuer: IDP.issuer, tokenId: 't', sha256: 'ab'.repeat(32), expires: ENDS } as const;
    const sent = { kind: 'jwt', token: 'p.r.f', declared: 'id_token' } as const;
    const { grant } = prepared(
      granted(idJagGrant({ resource })),
      inputOf({ principal: { ...principal, proof }, proof: sent }),
    );
    expect(grant.planned.audience).toBe(audience);
  });

  it('asks nobody for what is at hand, and says so in the record', async () => {
    const { grant, asked } = prepared(granted(), inputOf(), granterOf(TOKEN, TOKEN));
    expect(await grant.atHand?.(signal)).toMatchObject({ ok: true, value: { credential: { cached: true } } });
    expect(asked).toEqual([]);
  });

  it('has nothing at hand where what speaks to servers cannot be loaded', async () => {
    const granter = oauthTokenGranter(async () => {
      throw new Error('no chunk');
    });
    const outcome = granter.prepare(granted(), inputOf());
    expect(outcome.ok && (await outcome.value.atHand?.(signal))).toBeNull();
  });

  it('is kept apart for each client that brings the principal', async () => {
    const client = { client: 'portal', ...principalOf('x', 'y') };
    const { grant, asked } = prepared(granted(), inputOf({ client }));
    await grant.mint(signal);
    expect(asked[0]?.identity).toEqual([['connection', 'github', 'repo:acme/web:ref:refs/heads/main'], null, 'portal']);
  });

  it('is for the principal by its identity, and for who acts', async () => {
    const actor = actorOf(null, 'agent', 'agent');
    const { grant, asked } = prepared(granted(), inputOf({ actor }));
    await grant.mint(signal);
    expect(asked[0]).toMatchObject({
      ...{ issuance: ISSUANCE, subject: 'github:repo:acme/web:ref:refs/heads/main', act: { sub: 'client:agent' } },
      identity: [
        ['connection', 'github', 'repo:acme/web:ref:refs/heads/main'],
        ['client', null, 'agent', 'agent'],
        null,
      ],
    });
  });

  it('renders scope and audience from what the caller proved', async () => {
    const grant = clientGrant({ scope: 'repo:${claims.repository}', audience: 'https://${claims.tenant}.example.com' });
    const values = new Map([
      ['claims.repository', 'web'],
      ['claims.tenant', 'acme'],
    ]);
    const made = prepared(granted(grant, (key) => values.get(key)));
    await made.grant.mint(signal);
    expect(made.asked[0]).toMatchObject({ scope: 'repo:web', audience: 'https://acme.example.com' });
  });

  it.each([
    ['a blank, which would be a second scope', 'web admin'],
    ['nothing', ''],
    ['a slash', 'acme/web'],
  ])('refuses a template value with %s, before anybody is asked', (_, value) => {
    const grant = clientGrant({ scope: 'repo:${claims.repository}' });
    const { granter } = granterOf();
    expect(
      granter.prepare(
        granted(grant, () => value),
        inputOf(),
      ),
    ).toMatchObject({
      refusal: { reason: 'template_value' },
    });
  });

  it.each([1, 3600])('refuses a duration of %d s: only the other server sets it', (duration) => {
    const { granter } = granterOf();
    const input = inputOf({ requestedDuration: seconds(duration) });
    const detail = 'duration cannot be given for this scope: the authorization server that issues its tokens sets it.';
    expect(granter.prepare(granted(), input)).toEqual(refuse('duration_out_of_range', { detail }));
  });

  it.each([
    ['one second before it', ENDS - 1, false],
    ['with it', ENDS, true],
    ['one second after it', ENDS + 1, true],
  ])('gives a token only if the broker token that asks ends no sooner: %s', async (_, endsBy, given) => {
    const { grant } = prepared(granted(), inputOf({ endsBy: epochSeconds(endsBy) }), granterOf(TOKEN, TOKEN));
    const detail = 'The token of the other authorization server would outlive the broker token that asks for it.';
    const expected = given ? { ok: true } : refuse('proof_ends_too_soon', { detail });
    expect(await grant.mint(signal)).toMatchObject(expected);
    expect(await grant.atHand?.(signal)).toMatchObject(expected);
  });

  it('gives a broker token none whose end is only assumed', async () => {
    const endsBy = epochSeconds(ENDS + 9_999);
    const { grant } = prepared(granted(), inputOf({ endsBy }), granterOf({ ...TOKEN, expiresAssumed: true }));
    expect(await grant.mint(signal)).toMatchObject({ refusal: { reason: 'proof_ends_too_soon' } });
  });
});

describe('the subject of an assertion that the other server takes', () => {
  const { provider: _, client: __, ...base } = clientGrant();
  const bearer = (subject: string | null, defaultSubject: 'principal' | 'none'): OauthTokenGrant => ({
    ...{ ...base, provider: 'jwt-bearer', client: null, assertionAudience: null, subject, defaultSubject },
    ...{ scopeIn: 'form', signer: { kind: 'broker' } },
  });
  it.each<[string, string | null, 'principal' | 'none', string | null]>([
    ['the principal', null, 'principal', 'github:repo:acme/web:ref:refs/heads/main'],
    ['nobody, where the server knows nobody', null, 'none', null],
    ['whom the template names', '${claims.email}', 'principal', 'ann@acme.example'],
    ['whom the template names, there too', '${claims.email}', 'none', 'ann@acme.example'],
  ])('is %s', async (_name, template, otherwise, subject) => {
    const scope = granted(bearer(template, otherwise), (key) =>
      key === 'claims.email' ? 'ann@acme.example' : undefined,
    );
    const { grant, asked } = prepared(scope);
    await grant.mint(signal);
    expect(asked[0]?.subject).toBe(subject);
  });
});

describe('forward: proof', () => {
  const principal = {
    ...principalOf('partner', 'job-1'),
    proof: {
      kind: 'oidc',
      issuer: 'https://idp.example',
      tokenId: 't',
      sha256: 'ab'.repeat(32),
      expires: ENDS,
    } as const,
  };

  it("passes the caller's own token on, with what it is and when it ends", async () => {
    const proof = { kind: 'jwt', token: 'p.r.f', declared: 'id_token' } as const;
    const { grant, asked } = prepared(granted(forwarding), inputOf({ principal, proof }));
    await grant.mint(signal);
    expect(asked[0]?.proof).toEqual({
      ...{ token: 'p.r.f', tokenType: 'urn:ietf:params:oauth:token-type:id_token' },
      ...{ sha256: 'ab'.repeat(32), expires: ENDS },
    });
  });

  it.each([
    ['a client, which has none', null],
    ['a SAML response', { kind: 'saml', document: 'x', at: { kind: 'endpoint' } } as const],
    ['a signed AWS request', { kind: 'aws-iam', envelope: 'x' } as const],
  ])('refuses %s', (_, proof) => {
    const { granter } = granterOf();
    expect(granter.prepare(granted(forwarding), inputOf({ principal, proof }))).toMatchObject({
      refusal: { reason: 'proof_type_unsupported' },
    });
  });

  it.each([
    ['of a broker token, whoever its origin is', { lineage: {} as never }],
    ['without a digest', { proof: { ...principal.proof, sha256: null } }],
    ['without an end', { proof: { ...principal.proof, expires: null } }],
  ])('refuses a token %s', (_, more) => {
    const proof = { kind: 'jwt', token: 'p.r.f', declared: 'jwt' } as const;
    const input = inputOf({ principal: { ...principal, ...more }, proof, endsBy: null });
    expect(granterOf().granter.prepare(granted(forwarding), input)).toEqual(refuse('proof_type_unsupported'));
  });

  it('never passes on an ID-JAG, which is for this broker alone', () => {
    const forClient = { client: 'agent', scopes: null, resources: null };
    const { granter } = granterOf();
    const proof = { kind: 'jwt', token: 'p.r.f', declared: 'jwt' } as const;
    expect(
      granter.prepare(granted(forwarding), inputOf({ principal: { ...principal, forClient }, proof })),
    ).toMatchObject({ refusal: { reason: 'proof_type_unsupported' } });
  });

  it('is passed on nowhere where the grant does not say so', async () => {
    const { grant, asked } = prepared(granted({ ...forwarding, forward: 'assertion' }), inputOf({ principal }));
    await grant.mint(signal);
    expect(asked[0]?.proof).toBeNull();
  });
});

describe('an ID token that is exchanged for an ID-JAG', () => {
  const grant = idJagGrant();
  const principal: Principal = {
    ...principalOf('staff', 'alice'),
    claims: claimsOf({ aud: [grant.identityProvider.client.clientId, 'https://broker.example.com'] }),
    proof: { kind: 'oidc', issuer: 'https://idp.example.com', tokenId: 't', sha256: 'ab'.repeat(32), expires: ENDS },
  };
  const idToken: Proof = { kind: 'jwt', token: 'i.d.t', declared: 'jwt' };
  const lineage = {
    ...{ tokenIds: [], exchanges: 1, expires: ENDS, issuer: null, actors: [], presenters: [], boundTo: null },
    ...{ scopes: [], token: { subject: 's', claims: claimsOf({}) } },
  };

  it.each(['jwt', 'id_token'] as const)('goes to the identity provider as an ID token, declared as %s', async (as) => {
    const proof = { ...idToken, declared: as };
    const { grant: given, asked } = prepared(granted(grant), inputOf({ principal, proof }));
    await given.mint(signal);
    expect(asked[0]?.proof).toEqual({
      ...{ token: 'i.d.t', tokenType: 'urn:ietf:params:oauth:token-type:id_token' },
      ...{ sha256: 'ab'.repeat(32), expires: ENDS, issuer: 'https://idp.example.com' },
    });
  });

  it('is recorded with the resource that the token is for, and with the ID-JAG, by its SHA-256', async () => {
    const idJag = { issuer: 'https://idp.example.com', tokenId: 'j', sha256: 'cd', expires: ENDS };
    const input = inputOf({ principal, proof: idToken });
    const { grant: given } = prepared(granted(grant), input, granterOf({ ...TOKEN, idJag }));
    expect(given.planned).toMatchObject({ audience: 'https://api.chat.example' });
    expect(await given.mint(signal)).toMatchObject({ value: { credential: { idJag } } });
  });

  it.each<[string, Partial<Principal>, Proof | null]>([
    ['another connection of the same subject', { source: { kind: 'connection', name: 'contractors' } }, idToken],
    ['a client of the same name', { source: { kind: 'client', name: 'staff' } }, idToken],
    ['an access token', {}, { ...idToken, declared: 'access_token' }],
    ['a broker token that came of one', { lineage }, idToken],
    ['an ID-JAG', { forClient: { client: 'agent', scopes: null, resources: null } }, idToken],
    ['a signed AWS request', {}, { kind: 'aws-iam', envelope: 'x' }],
    ['a sign-in, whose token nobody has any more', {}, null],
    ['a token for another client', { claims: claimsOf({ aud: 'https://broker.example.com' }) }, idToken],
    ['a token for nobody', { claims: claimsOf({}) }, idToken],
  ])('is not replaced by %s', (_, more, proof) => {
    const { granter } = granterOf();
    const outcome = granter.prepare(granted(grant), inputOf({ principal: { ...principal, ...more }, proof }));
    expect(outcome).toMatchObject({
      refusal: { reason: 'proof_type_unsupported', detail: expect.stringMatching(/ID token/) },
    });
  });

  it.each<[string, string]>([
    ['as it came', '<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">ü?></saml:Assertion>'],
    ['behind an XML declaration', '<?xml version="1.0" encoding="UTF-8"?>\n<Assertion/>'],
  ])('may be a SAML assertion, in base64url %s, for ID-JAGs of the issuer that the grant names', async (_, xml) => {
    const issuer = 'https://idp.example.com/oauth';
    const bySaml = idJagGrant({ identityProvider: { ...grant.identityProvider, issuer } });
    const proof: Proof = { kind: 'saml', document: Buffer.from(xml).toString('base64'), at: { kind: 'endpoint' } };
    const { grant: given, asked } = prepared(granted(bySaml), inputOf({ principal, proof }));
    await given.mint(signal);
    expect(asked[0]?.proof).toMatchObject({
      ...{ token: Buffer.from(xml).toString('base64url'), issuer },
      tokenType: 'urn:ietf:params:oauth:token-type:saml2',
    });
  });

  it.each([
    ['a Response', '<samlp:Response><Assertion/></samlp:Response>'],
    ['an encrypted assertion', '<EncryptedAssertion/>'],
    ['another element of that beginning', '<AssertionIDRef/>'],
    ['a comment before it', '<!-- x --><Assertion/>'],
  ])('is no SAML document that has %s', (_, xml) => {
    const proof: Proof = { kind: 'saml', document: Buffer.from(xml).toString('base64'), at: { kind: 'endpoint' } };
    const { granter } = granterOf();
    expect(granter.prepare(granted(grant), inputOf({ principal, proof }))).toEqual(
      refuse('proof_type_unsupported', {
        detail: 'This scope needs the SAML assertion alone, without its Response.',
      }),
    );
  });

  it('is taken of a record, which does not say whom the token was for', () => {
    const claims = { ...claimsOf({}), otherwise: 'claim_withheld' as const };
    const { granter } = granterOf();
    const input = inputOf({ principal: { ...principal, claims }, proof: idToken });
    expect(granter.prepare(granted(grant), input)).toMatchObject({ ok: true });
  });
});

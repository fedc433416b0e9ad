import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { OidcConnection } from '../../../lib/configuration/documents.ts';
import { verifyJwt } from '../../../lib/identity/oidc/verify-jwt.ts';
import type { Principal } from '../../../lib/identity/principal.ts';
import { Fault, type Refusal, refuse } from '../../../lib/outcome.ts';
import { seconds } from '../../../lib/time.ts';
import {
  AUDIENCE,
  type Circumstances,
  CONNECTION,
  context,
  ecKey,
  HEADER,
  ISSUER,
  NOW,
  otherRsaKey,
  rsaKey,
  token,
  verdict,
} from './fixture.ts';

async function principal(jwt: string, circumstances: Circumstances = {}): Promise<Principal> {
  const outcome = await verifyJwt(jwt, context(circumstances));
  if (!outcome.ok) throw new Error(`refused: ${outcome.refusal.reason}`);
  return outcome.value;
}

async function refusal(jwt: string, circumstances: Circumstances = {}): Promise<Refusal> {
  const outcome = await verifyJwt(jwt, context(circumstances));
  if (outcome.ok) throw new Error('accepted');
  return outcome.refusal;
}

const connection = (changes: Partial<OidcConnection>): OidcConnection => ({ ...CONNECTION, ...changes });
const using = (changes: Partial<OidcConnection>): Circumstances => ({ connections: [connection(changes)] });

describe('the principal of a token', () => {
  it('is named by connection and subject, with the label of the template', async () => {
    const named = await principal(token());
    expect(named.source).toEqual({ kind: 'connection', name: 'idp' });
    expect(named.subject).toBe('repo:acme/web:ref:refs/heads/main');
    expect(named.name).toBe('acme/web');
  });

  it('carries the evidence of the proof and never the proof', async () => {
    const jwt = token();
    const named = await principal(jwt);
    expect(named.proof).toEqual({
      kind: 'oidc',
      issuer: ISSUER,
      tokenId: 'token-1',
      sha256: createHash('sha256').update(jwt).digest('hex'),
      expires: NOW + 300,
    });
    expect(JSON.stringify({ ...named, claims: [...named.claims.values] })).not.toContain(jwt.slice(0, 40));
  });

  it('keeps may_act as it is, for the decision', async () => {
    expect((await principal(token({ claims: { may_act: { sub: 'agent' } } }))).mayAct).toEqual({ sub: 'agent' });
    expect((await principal(token())).mayAct).toBeUndefined();
  });

  it.each(['bind', 'once'] as const)(
    'may be claimed under reuse %s until its end plus the tolerance',
    async (reuse) => {
      const named = await principal(token({ claims: { exp: NOW + 299.5 } }), using({ reuse }));
      expect(named.reuse).toEqual({ reuse, issuer: ISSUER, tokenId: 'token-1', until: NOW + 360 });
    },
  );

  it.each(['bind', 'once'] as const)('needs a token id under reuse %s', async (reuse) => {
    expect(await verdict(token({ claims: { jti: undefined } }), using({ reuse }))).toBe('claims_invalid');
  });

  it('needs no token id under reuse allow', async () => {
    expect((await principal(token({ claims: { jti: undefined } }))).reuse).toBeNull();
  });
});

describe('the claims that rules see', () => {
  const aliased = {
    claims: { groups: '/https:~1~1acme~1groups', first: '/roles/0', none: '/roles/9', sha: '/x/~0a~1b' },
  };

  it('are the top-level members and what the aliases lead to', async () => {
    const claims = {
      'https://acme/groups': ['a'],
      roles: ['r1'],
      x: { '~a/b': 'deep' },
      groups: ['shadowed'],
      none: 'shadowed',
    };
    const { values } = (await principal(token({ claims }), using(aliased))).claims;
    expect(values.get('groups')).toEqual(['a']);
    expect(values.get('first')).toBe('r1');
    expect(values.get('sha')).toBe('deep');
    expect(values.get('repository')).toBe('acme/web');
  });

  it('have no member that an alias hides, though the alias leads nowhere', async () => {
    const { values } = (await principal(token({ claims: { groups: ['admin'], none: 'x' } }), using(aliased))).claims;
    expect(values.has('groups')).toBe(false);
    expect(values.has('none')).toBe(false);
  });

  it.each([
    ['_claim_names', { groups: 'src1' }],
    ['hasgroups', true],
    ['hasgroups', 'true'],
  ])('withhold the groups that Entra ID left out (%s)', async (name, value) => {
    const claims = { [name]: value };
    const plain = (await principal(token({ claims }))).claims;
    expect([...plain.unavailable]).toEqual([['groups', 'groups_overage']]);
    const renamed = (await principal(token({ claims }), using({ claims: { teams: '/groups', groups: '/roles' } })))
      .claims;
    expect([...renamed.unavailable]).toEqual([['teams', 'groups_overage']]);
  });

  it('withhold nothing where other claims are distributed', async () => {
    const { unavailable } = (await principal(token({ claims: { _claim_names: { photo: 'src1' } } }))).claims;
    expect(unavailable.size).toBe(0);
  });

  it('do not reach into prototypes', async () => {
    const claims = (await principal(token(), using({ claims: { p: '/constructor/name', l: '/aud/length' } }))).claims;
    expect(claims.values.has('p')).toBe(false);
    expect(claims.values.has('l')).toBe(false);
    expect(claims.values.get('constructor')).toBeUndefined();
  });
});

describe('which connection a token is addressed to', () => {
  const lax = connection({ connection: 'lax', audience: ['https://lax.example'], require: [] });
  const strict = connection({ connection: 'strict' });

  it('is the one whose audience it has', async () => {
    const connections = [lax, strict];
    expect((await principal(token(), { connections })).source.name).toBe('strict');
    expect((await principal(token({ claims: { aud: 'https://lax.example' } }), { connections })).source.name).toBe(
      'lax',
    );
  });

  it('is not the lax one for a token of the strict one', async () => {
    const stranger = token({ claims: { repository_owner_id: '9' } });
    expect(await verdict(stranger, { connections: [lax, strict] })).toBe('requirement_not_met');
  });

  it('is none where the audiences belong to two', async () => {
    const both = token({ claims: { aud: [AUDIENCE, 'https://lax.example'] } });
    expect(await verdict(both, { connections: [lax, strict] })).toBe('audience_mismatch');
  });

  it('is none where two would take it', async () => {
    const twin = connection({ connection: 'twin', require: [] });
    expect(await verdict(token(), { connections: [twin, strict] })).toBe('audience_mismatch');
  });

  it('keeps to its own algorithms, whatever the issuer’s other connections take', async () => {
    const connections = [
      connection({ algorithms: ['ES256'] }),
      connection({ connection: 'b', audience: ['https://b.example'] }),
    ];
    expect(await verdict(token(), { connections })).toBe('algorithm_not_allowed');
  });

  it('is found by authorized party where a token has no aud (Cognito)', async () => {
    const cognito = connection({ preset: 'cognito', audience: [], authorizedParties: ['app-1'] });
    const access = (changes: object) => token({ claims: { aud: undefined, client_id: 'app-1', ...changes } });
    expect(await verdict(access({}), { connections: [cognito, lax] })).toBe('accepted');
    expect(await verdict(access({ client_id: 'app-2' }), { connections: [cognito] })).toBe('audience_mismatch');
    expect(await verdict(access({ client_id: undefined }), { connections: [cognito] })).toBe('audience_mismatch');
    expect(await verdict(access({ aud: 'app-1' }), { connections: [cognito] })).toBe('audience_mismatch');
  });

  it('has the keys of the very issuer that the token names', async () => {
    const entra = connection({
      preset: 'entra-id',
      issuers: [
        { issuer: 'https://sts.example.com/t/', jwksUri: 'https://v1.example.com/keys' },
        { issuer: ISSUER, jwksUri: 'https://v2.example.com/keys' },
      ],
    });
    const asked: Circumstances['asked'] = [];
    await verdict(token(), { connections: [entra], asked });
    expect(asked.map(({ jwksUri }) => jwksUri)).toEqual(['https://v2.example.com/keys']);
  });
});

describe('what a refusal says', () => {
  it('names the audience to somebody whom require admits', async () => {
    expect(await refusal(token({ claims: { aud: 'x' } }))).toEqual({
      reason: 'audience_mismatch',
      detail: 'Every value of aud must be one of: https://broker.example.com.',
    });
  });

  it('names no audience to a stranger', async () => {
    const stranger = token({ claims: { aud: 'x', repository_owner_id: '9' } });
    expect(await refusal(stranger)).toEqual({ reason: 'audience_mismatch' });
  });

  it('tells a stranger nothing of times, parties or types', async () => {
    const stranger = token({
      claims: { repository_owner_id: '9', exp: NOW - 999, iat: NOW - 9999, nbf: undefined },
      header: { ...HEADER, typ: 'x' },
    });
    const refused = await refusal(stranger);
    expect(refused.reason).toBe('requirement_not_met');
    expect(refused.detail).toBeUndefined();
  });

  it('tells the log which check was missed', async () => {
    const { log } = await refusal(token({ claims: { repository_owner_id: '9' } }));
    expect(log).toEqual({ connection: 'idp', missed: 'StringEquals claims.repository_owner_id' });
  });
});

describe('authorized parties', () => {
  const listed = using({ authorizedParties: ['app-1', 'app-2'] });
  it.each([
    ['azp', { azp: 'app-1' }, 'accepted'],
    ['appid (Entra ID v1)', { appid: 'app-2' }, 'accepted'],
    ['cid (Okta)', { cid: 'app-1' }, 'accepted'],
    ['client_id (RFC 9068)', { client_id: 'app-1' }, 'accepted'],
    ['two that agree', { azp: 'app-1', client_id: 'app-1' }, 'accepted'],
    ['two that are both listed and disagree', { azp: 'app-1', client_id: 'app-2' }, 'authorized_party_mismatch'],
    ['another party', { azp: 'app-3' }, 'authorized_party_mismatch'],
    ['no party', {}, 'authorized_party_mismatch'],
    ['a list', { azp: ['app-1'] }, 'claims_invalid'],
  ])('%s', async (_name, claims, expected) => {
    expect(await verdict(token({ claims }), listed)).toBe(expected);
  });
});

describe('the oddities of presets', () => {
  const arn = 'arn:aws:iam::111122223333:role/path/deploy';
  const namespace = 'https://sts.amazonaws.com/';
  it.each([
    ['the account of the role', { sub: arn, [namespace]: { aws_account: '111122223333' } }, 'accepted'],
    ['another account than the role’s', { sub: arn, [namespace]: { aws_account: '444455556666' } }, 'claims_invalid'],
    ['no account', { sub: arn }, 'claims_invalid'],
    [
      'a user',
      { sub: 'arn:aws:iam::111122223333:user/x', [namespace]: { aws_account: '111122223333' } },
      'claims_invalid',
    ],
    ['a subject that is no ARN', { sub: 'deploy', [namespace]: { aws_account: '111122223333' } }, 'claims_invalid'],
  ])('aws-sts: %s', async (_name, claims, expected) => {
    expect(await verdict(token({ claims }), using({ preset: 'aws-sts' }))).toBe(expected);
  });

  it('entra-id: uti is the token’s id', async () => {
    const named = await principal(token({ claims: { uti: 'u-1' } }), using({ tokenIdClaim: 'uti', reuse: 'once' }));
    expect(named.proof.tokenId).toBe('u-1');
    expect(named.reuse?.tokenId).toBe('u-1');
  });

  it('okta: scp is a list', async () => {
    expect((await principal(token({ claims: { scp: ['a', 'b'] } }))).claims.values.get('scp')).toEqual(['a', 'b']);
  });
});

describe('the declared type', () => {
  const at = using({ types: ['jwt', 'at+jwt'] });
  it.each([
    ['an access token as access_token', 'access_token', { typ: 'at+jwt' }, {}, 'accepted'],
    ['an access token as jwt', 'jwt', { typ: 'at+jwt' }, {}, 'accepted'],
    ['an access token as id_token', 'id_token', { typ: 'at+jwt' }, {}, 'type_mismatch'],
    ['a plain JWT as access_token', 'access_token', { typ: 'JWT' }, {}, 'accepted'],
    ['a plain JWT as id_token', 'id_token', { typ: 'JWT' }, {}, 'accepted'],
    ['a Cognito ID token as access_token', 'access_token', { typ: 'JWT' }, { token_use: 'id' }, 'type_mismatch'],
    ['a Cognito access token as id_token', 'id_token', { typ: 'JWT' }, { token_use: 'access' }, 'type_mismatch'],
  ] as const)('%s', async (_name, declaredType, header, claims, expected) => {
    const jwt = token({ header: { ...HEADER, ...header }, claims });
    expect(await verdict(jwt, { ...at, declaredType })).toBe(expected);
  });
});

describe('keys', () => {
  it.each([
    ['use enc', { use: 'enc' }],
    ['key_ops encrypt', { key_ops: ['encrypt'] }],
    ['key_ops no list', { key_ops: 'verify' }],
    ['alg of another family', { alg: 'PS256' }],
    ['alg of encryption', { alg: 'RSA-OAEP' }],
    ['exponent 1', { e: 'AQ' }],
    ['an even exponent', { e: 'AQAA' }],
    ['an exponent that is no text', { e: 65537 }],
    ['a modulus of 1,024 bits', { n: Buffer.alloc(128, 0xc1).toString('base64url') }],
    [
      'a modulus of 2,047 bits',
      { n: Buffer.concat([Buffer.from([0x7f]), Buffer.alloc(255, 0xc1)]).toString('base64url') },
    ],
    ['a modulus of 16,384 bits', { n: Buffer.alloc(2048, 0xc1).toString('base64url') }],
    ['the private exponent', { d: 'AQAB' }],
    ['another kty', { kty: 'oct', k: 'AQAB' }],
  ])('that say or are %s verify nothing', async (_name, members) => {
    expect(await verdict(token(), { keys: [{ ...rsaKey.jwk, ...members }] })).toBe('key_unknown');
  });

  it('off their curve verify nothing', async () => {
    const keys = [{ ...ecKey.jwk, y: String(ecKey.jwk['x']) }];
    expect(await verdict(token({ header: { alg: 'ES256', kid: 'ec' }, signedBy: ecKey }), { keys })).toBe(
      'key_unknown',
    );
  });

  it('of one kid are each tried', async () => {
    expect(await verdict(token(), { keys: [otherRsaKey.jwk, rsaKey.jwk] })).toBe('accepted');
  });

  it('that can’t be had are an outage, not a bad token', async () => {
    const keySets = { find: async () => refuse('keys_unavailable') };
    expect(await verifyJwt(token(), { ...context(), keySets })).toEqual(refuse('keys_unavailable'));
  });
});

describe('faults', () => {
  it('of the configuration are thrown, never an answer', async () => {
    const plain = context();
    const configuration = {
      ...plain.configuration,
      oidcIssuer: async () => {
        throw new Fault('configuration', 'down');
      },
    };
    await expect(verifyJwt(token(), { ...plain, configuration })).rejects.toBeInstanceOf(Fault);
  });

  it('a require that does not load admits nobody', async () => {
    const broken = using({ require: [{ StringNotEquals: { 'claims.x': ['1'] } }] });
    await expect(verifyJwt(token(), context(broken))).rejects.toBeInstanceOf(Fault);
  });

  it('the tolerance of the connection counts, not another’s', async () => {
    const late = token({ claims: { exp: NOW - 100, iat: NOW - 200, nbf: undefined } });
    expect(await verdict(late, using({ clockTolerance: seconds(101) }))).toBe('accepted');
    expect(await verdict(late, using({ clockTolerance: seconds(100) }))).toBe('expired');
  });
});

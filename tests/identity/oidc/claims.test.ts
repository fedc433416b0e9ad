import { describe, expect, it } from '@jest/globals';
import { HEADER, principal, token, using, verdict } from './fixture.ts';

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
    const claims = { [name]: value, groups: ['few of many'] };
    const plain = (await principal(token({ claims }))).claims;
    expect(plain.values.has('groups')).toBe(false);
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
    expect(await verdict(token({ claims }), using({ roleAccount: '/https:~1~1sts.amazonaws.com~1/aws_account' }))).toBe(
      expected,
    );
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

import { describe, expect, it } from '@jest/globals';
import { checkRoleAccount, readNames } from '../../../lib/identity/oidc/names.ts';
import type { JsonValue } from '../../../lib/json.ts';
import { connection } from './fixture.ts';

describe('the names of a token', () => {
  it('are its subject and, where it has one, its id', () => {
    const once = connection({ reuse: 'once' });
    expect(readNames({ sub: 'alice', jti: 'one' }, once)).toEqual({
      ok: true,
      value: { subject: 'alice', tokenId: 'one' },
    });
    expect(readNames({ sub: 'alice' }, connection({}))).toEqual({
      ok: true,
      value: { subject: 'alice', tokenId: null },
    });
    expect(readNames({ sub: 'alice' }, once)).toMatchObject({ refusal: { reason: 'claims_invalid' } });
  });
});

describe('a subject that is a role of AWS', () => {
  const aws = connection({ roleAccount: '/https:~1~1sts.amazonaws.com~1/aws_account' });
  const check = (sub: JsonValue, account: JsonValue = '111122223333') =>
    checkRoleAccount({ sub, 'https://sts.amazonaws.com/': { aws_account: account } }, aws);
  const ROLE = 'arn:aws:iam::111122223333:role/deploy';

  it.each([ROLE, 'arn:aws-us-gov:iam::111122223333:role/a', 'arn:aws-cn:iam::111122223333:role/path/to/a=b,c@d'])(
    'is taken with the account that the token states: %s',
    (sub) => {
      expect(check(sub).ok).toBe(true);
    },
  );

  it.each([
    ['of another account', ROLE, '444455556666'],
    ['of an account that is no text', ROLE, 111_122_223_333],
    ['with something before it', `x${ROLE}`],
    ['with a line end after it', `${ROLE}\n`],
    ['with a blank in it', `${ROLE} admin`],
    ['without a name', 'arn:aws:iam::111122223333:role/'],
    ['of a partition with an empty part', 'arn:aws-:iam::111122223333:role/deploy'],
    ['of a partition in capitals', 'arn:aws-CN:iam::111122223333:role/deploy'],
    ['of another partition', 'arn:other:iam::111122223333:role/deploy'],
    ['that is a user', 'arn:aws:iam::111122223333:user/deploy'],
    ['that is a list of one', [ROLE]],
    ['that is none', 7],
  ])('is refused %s, and told what was expected', (_name, sub, account = '111122223333') => {
    expect(check(sub, account)).toEqual({
      ok: false,
      refusal: {
        reason: 'claims_invalid',
        detail: 'sub must be the ARN of a role of the account that the token states.',
      },
    });
  });

  it('is refused where the token states no account', () => {
    expect(checkRoleAccount({ sub: ROLE }, aws)).toMatchObject({ refusal: { reason: 'claims_invalid' } });
    expect(checkRoleAccount({ sub: 'no ARN' }, aws)).toMatchObject({ refusal: { reason: 'claims_invalid' } });
  });

  it('is asked of connections only whose preset has such subjects', () => {
    expect(checkRoleAccount({ sub: 'alice' }, connection({})).ok).toBe(true);
  });

  it('cannot be checked by a pointer that is none', () => {
    expect(() => checkRoleAccount({ sub: ROLE }, connection({ roleAccount: 'account' }))).toThrow(
      expect.objectContaining({ dependency: 'configuration', message: 'connection idp has a malformed pointer' }),
    );
  });
});

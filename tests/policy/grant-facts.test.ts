/** What each kind of grant says of a document of its own. */
import { describe, expect, it } from '@jest/globals';
import { compileGrant } from '../../lib/policy/grants/compiled-grant.ts';
import type { Grant, GrantType } from '../../lib/policy/grants/kinds.ts';
import { grantKinds } from '../../lib/policy/grants/kinds.ts';
import { renderDownstream, renderTokenClaims } from '../../lib/policy/render-grant.ts';
import { seconds } from '../../lib/time.ts';
import { clientGrant } from '../downstream/provider.ts';
import { aSessionGrant } from '../fakes/world.ts';

const ROLE = aSessionGrant().roleArn;
const PROVIDER = 'arn:aws:iam::111122223333:saml-provider/okta';
const federated: Grant<'aws-federated'> = {
  type: 'aws-federated',
  via: 'saml',
  principalArn: PROVIDER,
  roleArn: ROLE,
  duration: seconds(900),
  maxDuration: seconds(3600),
  policy: null,
  policyArns: [],
};
const token = (audience: string): Grant<'broker-token'> => ({
  type: 'broker-token',
  audience,
  duration: seconds(600),
  claims: {},
});

const KEY = { kind: 'secret', secret: 'key', issuer: 'i', keyId: null, algorithm: 'RS256' } as const;

function factsOf<T extends GrantType>(type: T, grant: Grant<T>, other: Grant<T> = grant) {
  const kind = grantKinds[type];
  return [kind.targets(grant), kind.principalArn(grant), kind.duration(grant), kind.together(grant, other)];
}

describe('a grant', () => {
  it.each<[string, () => unknown, unknown]>([
    ['an AWS session', () => factsOf('aws-session', aSessionGrant()), [[ROLE], null, 3600, false]],
    ['one by the caller’s proof', () => factsOf('aws-federated', federated), [[ROLE], PROVIDER, 900, false]],
    [
      'another server’s token',
      () => factsOf('oauth-token', clientGrant({ audience: 'a', resource: 'r' })),
      [['a', 'r'], null, null, false],
    ],
    ['one for nothing named', () => factsOf('oauth-token', clientGrant()), [[], null, null, false]],
    ['a broker token', () => factsOf('broker-token', token('a')), [['a'], null, 600, true]],
    ['one for another audience', () => factsOf('broker-token', token('a'), token('b')), [['a'], null, 600, false]],
  ])('has its targets, its provider, its time, and others beside it: %s', (_, facts, expected) => {
    expect(facts()).toEqual(expected);
  });
});

const bearer = (
  subject: string | null,
  signer: Extract<Grant<'oauth-token'>, { provider: 'jwt-bearer' }>['signer'] = { kind: 'broker' },
): Grant<'oauth-token'> => ({
  ...clientGrant({ scope: null }),
  provider: 'jwt-bearer',
  assertionAudience: null,
  signer,
  subject,
  defaultSubject: 'principal',
  scopeIn: 'form',
});

describe('the templates of a grant', () => {
  const pathsOf = <T extends GrantType>(type: T, grant: Grant<T>) => {
    const { compiled, problems } = compileGrant(type, grant);
    expect(compiled === null).toBe(problems.length > 0);
    return problems.map(({ path }) => path);
  };

  it('stand in `subject` where the broker says who is meant', () => {
    const subjectOf = (subject: string | null, value: string) => {
      const { compiled } = compileGrant('oauth-token', bearer(subject));
      const rendered = compiled && renderDownstream(compiled.templates, () => value);
      return rendered?.ok ? rendered.value.subject : rendered?.refusal.reason;
    };
    expect(subjectOf('u-${claims.x}', 'alice')).toBe('u-alice');
    expect(subjectOf('u-${claims.x}', '')).toBe('template_value');
    expect(subjectOf(null, 'alice')).toBeNull();
  });

  it.each(['scope', 'audience'] as const)('stand in `%s`, which is sent whole or not at all', (place) => {
    const { compiled } = compileGrant('oauth-token', clientGrant({ [place]: '${claims.x}' }));
    const rendered = (value: string) => compiled && renderDownstream(compiled.templates, () => value);
    expect(rendered('one')).toMatchObject({ ok: true, value: { [place]: 'one' } });
    expect(rendered('a b')).toMatchObject({ ok: false, refusal: { reason: 'template_value' } });
  });

  it('that do not load are found where they stand, and nothing is compiled', () => {
    expect(pathsOf('oauth-token', bearer('${sub}'))).toEqual([['subject']]);
    expect(pathsOf('oauth-token', bearer(null, { ...KEY, secret: '${claims.x}' }))).toEqual([['signer', 'secret']]);
    expect(pathsOf('aws-session', { ...aSessionGrant(), policyArns: ['a', '${claims.x}'] })).toEqual([
      ['policyArns', 1],
    ]);
    expect(pathsOf('aws-session', aSessionGrant())).toEqual([]);
  });

  it('of a claim are its text where it has no key, whatever is looked up', () => {
    const { compiled } = compileGrant('broker-token', { ...token('a'), claims: { kind: 'literal' } });
    expect(compiled && renderTokenClaims(compiled.templates.claims, () => ['x'])).toEqual({
      ok: true,
      value: { kind: 'literal' },
    });
  });

  it('of a claim are one text where the value is one', () => {
    const { compiled } = compileGrant('broker-token', { ...token('a'), claims: { group: '${claims.group}' } });
    expect(compiled && renderTokenClaims(compiled.templates.claims, () => 'x')).toEqual({
      ok: true,
      value: { group: 'x' },
    });
  });

  it('of a claim take a list of 1,000 texts of 4,096 characters, and no more of either', () => {
    const claimOf = (list: readonly string[]) => {
      const { compiled } = compileGrant('broker-token', { ...token('a'), claims: { groups: '${claims.groups}' } });
      const rendered = compiled && renderTokenClaims(compiled.templates.claims, () => [...list]);
      return rendered?.ok ? rendered.value['groups'] : rendered?.refusal.reason;
    };
    const texts = (count: number, length: number) => Array.from({ length: count }, () => 'x'.repeat(length));
    expect(claimOf(texts(1000, 1))).toHaveLength(1000);
    expect(claimOf(texts(1001, 1))).toBe('template_value');
    expect(claimOf(texts(2, 4096))).toHaveLength(2);
    expect(claimOf(texts(2, 4097))).toBe('template_value');
  });
});

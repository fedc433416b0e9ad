import { describe, expect, it } from '@jest/globals';
import { type AskedTarget, checkTarget } from '../../lib/issuance/asked-target.ts';
import type { Grant, GrantType } from '../../lib/policy/grants/kinds.ts';
import { loadScope } from '../../lib/policy/scope.ts';
import { seconds } from '../../lib/time.ts';
import { clientGrant } from '../downstream/provider.ts';
import { aScope, aSessionGrant } from '../fakes/world.ts';

const ROLE = aSessionGrant().roleArn;
const PROVIDER = 'arn:aws:iam::111122223333:saml-provider/okta';
const CREDENTIALS = 'urn:token-broker:token-type:aws-credentials';
const federated = (of: { via: 'saml'; principalArn: string } | { via: 'web-identity'; principalArn: null }) => ({
  type: 'aws-federated' as const,
  ...of,
  roleArn: ROLE,
  duration: seconds(3600),
  maxDuration: seconds(3600),
  policy: null,
  policyArns: [],
});
const BY_SAML = federated({ via: 'saml', principalArn: PROVIDER });
const TOKEN = { type: 'broker-token', audience: 'https://api.test', duration: seconds(600), claims: {} } as const;

function verdict(grant: Grant<GrantType>, asked: Partial<AskedTarget>): string {
  const whole = { names: [], tokenType: null, principalArn: null, ...asked };
  const outcome = checkTarget(loadScope(aScope({ grant })).grant, whole);
  return outcome.ok ? 'the grant’s' : outcome.refusal.reason;
}

describe('what a caller says that a grant is for', () => {
  it.each<[string, Grant<GrantType>, Partial<AskedTarget>]>([
    ['nothing', aSessionGrant(), {}],
    ['its role', aSessionGrant(), { names: [ROLE] }],
    ['its role, twice', aSessionGrant(), { names: [ROLE, ROLE] }],
    ['its audience', TOKEN, { names: ['https://api.test'] }],
    ['its audience with a slash', TOKEN, { names: ['https://api.test/', 'https://api.test'] }],
    ['its audience, where it has a resource too', clientGrant({ audience: 'a', resource: 'r' }), { names: ['a'] }],
    ['its resource beside its audience', clientGrant({ audience: 'a', resource: 'r' }), { names: ['r', 'a'] }],
    ['its kind of token', aSessionGrant(), { tokenType: CREDENTIALS }],
    ['its SAML provider', BY_SAML, { principalArn: PROVIDER }],
    ['no SAML provider, where it has one', BY_SAML, { principalArn: null }],
    ['a SAML provider, where it has none', aSessionGrant(), { principalArn: PROVIDER }],
    ['an empty one, where it has none', federated({ via: 'web-identity', principalArn: null }), { principalArn: '' }],
  ])('is the grant’s: %s', (_, grant, asked) => {
    expect(verdict(grant, asked)).toBe('the grant’s');
  });

  it.each<[string, Grant<GrantType>, Partial<AskedTarget>, string]>([
    ['another role', aSessionGrant(), { names: [`${ROLE}x`] }, 'target_mismatch'],
    ['its role and another', aSessionGrant(), { names: [ROLE, `${ROLE}x`] }, 'target_mismatch'],
    ['another audience', TOKEN, { names: ['https://api.test/a'] }, 'target_mismatch'],
    ['any target, of a grant that has none', clientGrant(), { names: ['https://api.test'] }, 'target_mismatch'],
    ['another kind of token', TOKEN, { tokenType: CREDENTIALS }, 'requested_token_type_mismatch'],
    ['another SAML provider', BY_SAML, { principalArn: `${PROVIDER}2` }, 'target_mismatch'],
    ['an empty SAML provider', BY_SAML, { principalArn: '' }, 'target_mismatch'],
    [
      'another SAML provider and another kind of token',
      BY_SAML,
      { principalArn: 'x', tokenType: 'urn:x' },
      'target_mismatch',
    ],
  ])('is refused: %s', (_, grant, asked, reason) => {
    expect(verdict(grant, asked)).toBe(reason);
  });
});

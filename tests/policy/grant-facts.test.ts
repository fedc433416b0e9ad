/** What each kind of grant says of a document of its own. */
import { describe, expect, it } from '@jest/globals';
import type { Grant, GrantType } from '../../lib/policy/grants/kinds.ts';
import { grantKinds } from '../../lib/policy/grants/kinds.ts';
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

function factsOf<T extends GrantType>(type: T, grant: Grant<T>, other: Grant<T> = grant) {
  const kind = grantKinds[type];
  return [kind.targets(grant), kind.principalArn(grant), kind.duration(grant), kind.together(grant, other)];
}

describe('a grant', () => {
  it.each([
    ['an AWS session', factsOf('aws-session', aSessionGrant()), [[ROLE], null, 3600, false]],
    ['one by the caller’s proof', factsOf('aws-federated', federated), [[ROLE], PROVIDER, 900, false]],
    [
      'another server’s token',
      factsOf('oauth-token', clientGrant({ audience: 'a', resource: 'r' })),
      [['a', 'r'], null, null, false],
    ],
    ['one for nothing named', factsOf('oauth-token', clientGrant()), [[], null, null, false]],
    ['a broker token', factsOf('broker-token', token('a')), [['a'], null, 600, true]],
    ['one for another audience', factsOf('broker-token', token('a'), token('b')), [['a'], null, 600, false]],
  ])('has its targets, its provider, its time, and others beside it: %s', (_, facts, expected) => {
    expect(facts).toEqual(expected);
  });
});

import { expect, it } from '@jest/globals';
import { sessionSize, sizedAnswer } from '../../lib/credential/session-size.ts';
import { accept, refuse } from '../../lib/outcome.ts';

const whole = { policy: '{}', policyArns: ['arn:a', 'arn:bc'], tags: [{ key: 'team', value: 'data' }] };

it.each([
  ['nothing', { policy: null, policyArns: [] }, { policy: 0, policyArns: 0, tags: 0 }],
  ['a policy, ARNs and tags, each in characters', whole, { policy: 2, policyArns: 11, tags: 8 }],
])('the size of a session is that of %s', (_, asked, size) => expect(sessionSize(asked)).toEqual(size));

it('an answer of STS says how much there was where that was too much, and goes on as it is else', () => {
  const detail =
    'STS packs policy (here 2 characters), ARNs (11) and tags (8) of a session into one: more than it takes.';
  const log = { characters: 7 };
  expect(sizedAnswer(whole, refuse('policy_too_large', { log }))).toEqual(refuse('policy_too_large', { log, detail }));
  for (const other of [refuse('role_refused'), accept(1)]) expect(sizedAnswer(whole, other)).toBe(other);
});

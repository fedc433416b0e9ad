import { expect, test } from '@jest/globals';
import { readNarrowing, readPolicy } from '../../lib/http/narrowing.ts';
import { Parameters } from '../../lib/http/parameters.ts';

const POLICY = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] };
const details = (...objects: unknown[]) => JSON.stringify(objects);

function narrowing(form: Record<string, string>) {
  const parsed = Parameters.parse(new URLSearchParams(form).toString());
  const read = parsed.ok ? readNarrowing(parsed.value) : parsed;
  return read.ok ? read.value : read.refusal.reason;
}

test.each<[string, Record<string, string>, unknown]>([
  ['nothing', {}, null],
  ['a policy', { policy: JSON.stringify(POLICY) }, { policy: POLICY, policyArns: [], parameters: {} }],
  [
    'details with both',
    { authorization_details: details({ type: 'token_broker', policy: POLICY, parameters: { bucket: 'reports' } }) },
    { policy: POLICY, policyArns: [], parameters: { bucket: 'reports' } },
  ],
  [
    'a policy beside details with parameters',
    {
      policy: JSON.stringify(POLICY),
      authorization_details: details({ type: 'token_broker', parameters: { a: 'b' } }),
    },
    { policy: POLICY, policyArns: [], parameters: { a: 'b' } },
  ],
  [
    'details of nothing',
    { authorization_details: details({ type: 'token_broker' }) },
    { policy: null, policyArns: [], parameters: {} },
  ],
  [
    'a policy in blanks',
    { policy: JSON.stringify(POLICY, null, 20) },
    { policy: POLICY, policyArns: [], parameters: {} },
  ],
])('reads %s', (_name, form, expected) => {
  expect(narrowing(form)).toEqual(expected);
});

const nested = `${'{"a":'.repeat(1_000)}1${'}'.repeat(1_000)}`;

test.each<[string, Record<string, string>, string]>([
  ['a policy that is no JSON', { policy: '{' }, 'parameter_invalid'],
  ['a policy that is a list', { policy: '[]' }, 'parameter_invalid'],
  ['a member twice', { policy: '{"Version":"a","Version":"b"}' }, 'parameter_invalid'],
  ['a member twice, escaped', { policy: '{"Version":"a","\\u0056ersion":"b"}' }, 'parameter_invalid'],
  ['1,000 levels', { policy: nested }, 'parameter_invalid'],
  ['100 KB', { policy: `{"a":"${'b'.repeat(100_000)}"}` }, 'policy_too_large'],
  ['more than STS takes', { policy: `{"a":"${'b'.repeat(2_048)}"}` }, 'policy_too_large'],
  ['details that are an object', { authorization_details: '{}' }, 'authorization_details_invalid'],
  ['details of another type', { authorization_details: details({ type: 'payment' }) }, 'authorization_details_invalid'],
  [
    'details of two',
    { authorization_details: details({ type: 'token_broker' }, { type: 'token_broker' }) },
    'authorization_details_invalid',
  ],
  ['details of none', { authorization_details: '[]' }, 'authorization_details_invalid'],
  [
    'a further member',
    { authorization_details: details({ type: 'token_broker', actions: [] }) },
    'authorization_details_invalid',
  ],
  ['more than one value', { authorization_details: '[],"details":[]' }, 'authorization_details_invalid'],
  [
    'another value behind',
    { authorization_details: '[{"type":"token_broker"}],"x":1' },
    'authorization_details_invalid',
  ],
  [
    'a parameter that is no text',
    { authorization_details: details({ type: 'token_broker', parameters: { a: 1 } }) },
    'parameter_invalid',
  ],
  [
    'two policies',
    { policy: JSON.stringify(POLICY), authorization_details: details({ type: 'token_broker', policy: POLICY }) },
    'parameter_invalid',
  ],
  [
    'details of 100 KB',
    { authorization_details: details({ type: 'token_broker', policy: { a: 'b'.repeat(100_000) } }) },
    'policy_too_large',
  ],
  ['1,000 levels of details', { authorization_details: `[${nested}]` }, 'authorization_details_invalid'],
])('refuses %s', (_name, form, reason) => {
  expect(narrowing(form)).toBe(reason);
});

test.each([
  ['policy', `{"a":"${'b'.repeat(2_048)}"}`, 'policy without its blanks has 2056 characters, of 2048 at most.'],
  ['Policy', ' '.repeat(10_241), 'Policy has 10241 characters, of 10240 at most.'],
] as const)('says of what is too large what it is and how large: %s', (name, text, detail) => {
  expect(readPolicy(text, name)).toMatchObject({ refusal: { reason: 'policy_too_large', detail } });
});

test('names the parameter as its route does', () => {
  const read = readPolicy('[]', 'Policy');
  expect(read.ok ? '' : read.refusal.detail).toMatch(/^Policy must be a JSON object/);
});

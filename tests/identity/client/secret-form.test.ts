import { expect, it } from '@jest/globals';
import { isJson } from '../../../lib/identity/client/secret-form.ts';

it.each([
  ['{"client_secret":"new-secret-of-20-chr"}', true],
  ['{}', true],
  ['{new-secret-of-20-chr', false],
  ['{"client_secret":', false],
  ['12345678901234567890', false],
  ['"new-secret-of-20-chr"', false],
  ['', false],
])('a secret is the JSON object that a console makes only where it is an object as a whole: %j', (secret, expected) => {
  expect(isJson(secret)).toBe(expected);
});

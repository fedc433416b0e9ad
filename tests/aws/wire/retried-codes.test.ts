import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { AwsError, retryOf } from '../../../lib/aws/wire/aws-error.ts';

/** The SDK's own lists ("standard" retries), which it does not export by name. */
const CONSTANTS = 'node_modules/@smithy/core/dist-es/submodules/retry/service-error-classification/constants.js';

const listOf = (name: string): readonly string[] => {
  const [, list = ''] = new RegExp(`${name} = \\[([^\\]]*)\\]`).exec(readFileSync(CONSTANTS, 'utf8')) ?? [];
  return [...list.matchAll(/"([A-Za-z0-9]+)"/g)].map(([, code = '']) => code);
};
const retried = (code: string, status = 400) => retryOf(new AwsError(code, status, undefined));

describe('an error', () => {
  it.each(['', 'a b', 'x\n{"level":"info"}', 'a'.repeat(129), '\u202e'])(
    'whose code is %j is of no known one',
    (code) => {
      const { name, message, $metadata } = new AwsError(code, 400, code);
      expect([name, message, $metadata.requestId]).toEqual(['Unknown', 'AWS answered Unknown', undefined]);
    },
  );

  it('keeps its code and its request id', () => {
    const { name, $metadata } = new AwsError('a'.repeat(128), 400, 'B5A1-9f_c.0');
    expect([name, $metadata.requestId]).toEqual(['a'.repeat(128), 'B5A1-9f_c.0']);
  });
});

describe('what the SDK tries again is tried again', () => {
  it.each(listOf('THROTTLING_ERROR_CODES'))('%s, after a pause', (code) => {
    expect(retried(code)).toBe('later');
  });

  // `TimeoutError` is the SDK's own name for no answer.
  it.each(listOf('TRANSIENT_ERROR_CODES').filter((code) => code !== 'TimeoutError'))('%s, soon', (code) => {
    expect(retried(code)).toBe('soon');
  });

  it.each([500, 502, 503, 504])('any error of status %i', (status) => {
    expect(retried('Unheard', status)).toBe('soon');
  });

  it.each(['ConditionalCheckFailedException', 'AccessDenied', 'ExpiredTokenException', 'ValidationException'])(
    'and %s is not',
    (code) => expect(retried(code)).toBe('never'),
  );
});

import { describe, expect, it } from '@jest/globals';
import { isSameResource } from '../lib/resource-indicator.ts';

describe('two resource indicators name one resource', () => {
  it.each([
    ['https://api.test', 'https://api.test'],
    ['https://api.test', 'https://api.test/'],
    ['http://127.0.0.1:8080/', 'http://127.0.0.1:8080'],
    ['urn:api:a/', 'urn:api:a/'],
  ])('%s and %s', (one, other) => {
    expect(isSameResource(one, other)).toBe(true);
    expect(isSameResource(other, one)).toBe(true);
  });

  it.each([
    ['https://api.test', 'http://api.test/'],
    ['https://api.test', 'https://api.test//'],
    ['https://api.test', 'https://api.test:443/'],
    ['https://api.test/a', 'https://api.test/a/'],
    ['https://api.test?a', 'https://api.test/?a'],
    ['https://api.test/?a', 'https://api.test?a/'],
    ['urn:api:a', 'urn:api:a/'],
    ['api.test', 'api.test/'],
    ['https://', 'https:///'],
  ])('but not %s and %s', (one, other) => {
    expect(isSameResource(one, other)).toBe(false);
    expect(isSameResource(other, one)).toBe(false);
  });
});

import { describe, expect, it } from '@jest/globals';
import { isSameResource } from '../lib/resource-indicator.ts';

describe('two resource indicators name one resource', () => {
  it.each([
    ['https://api.test', 'https://api.test'],
    ['https://api.test', 'https://api.test/'],
    ['http://127.0.0.1:8080/', 'http://127.0.0.1:8080'],
    ['urn:api:a/', 'urn:api:a/'],
    ['https://api.test', 'https://api.test:443/'],
    ['http://api.test', 'http://api.test:80'],
    ['https://api.test/a', 'HTTPS://API.Test:443/a'],
    ['https://[::1]/a', 'https://[::1]:443/a'],
    ['https://api.test:8443', 'https://API.test:8443/'],
  ])('%s and %s', (one, other) => {
    expect(isSameResource(one, other)).toBe(true);
    expect(isSameResource(other, one)).toBe(true);
  });

  it.each([
    ['https://api.test', 'http://api.test/'],
    ['https://api.test', 'https://api.test//'],
    ['https://api.test', 'https://api.test:80/'],
    ['http://api.test', 'http://api.test:443/'],
    ['https://api.test', 'https://api.test:4430'],
    ['https://api.test', 'https://api.test.'],
    ['https://api.test', 'https://user@api.test'],
    ['https://api.test', 'https://api.test\\'],
    ['https://api.test/a', 'https://api.test/A'],
    ['https://api.test/a', 'https://api.test/%61'],
    ['https://api.test?a', 'https://api.test?A'],
    ['urn:api:a', 'URN:api:a'],
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

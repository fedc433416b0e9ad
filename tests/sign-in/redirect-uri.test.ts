import { describe, expect, it } from '@jest/globals';
import { isLoopbackRedirect, isRegistered } from '../../lib/sign-in/redirect-uri.ts';

const REGISTERED = [
  'http://127.0.0.1/callback',
  'http://[::1]:8080/cb?x=1',
  'https://app.example.com/cb',
  'http://localhost/cb',
  'http://127.0.0.2/two',
  'http://127.0.0.3',
  'https://root.example.com/',
];

describe('a redirect URI', () => {
  it.each([
    'http://127.0.0.1/callback',
    'http://127.0.0.1:1/callback',
    'http://127.0.0.1:65535/callback',
    'http://[::1]:9999/cb?x=1',
    'http://[::1]/cb?x=1',
    'https://app.example.com/cb',
    'http://localhost/cb',
    'http://localhost:1/cb',
    'http://127.0.0.2:51234/two',
    'http://127.0.0.3:33418/',
    'http://127.0.0.3:33418',
    'https://root.example.com',
  ])('is one of the client: %s (RFC 8252 section 7.3)', (uri) => {
    expect(isRegistered(uri, REGISTERED)).toBe(true);
  });

  it.each([
    ['another path', 'http://127.0.0.1:1/callback/'],
    ['another query', 'http://127.0.0.1:1/callback?a=1'],
    ['a fragment', 'http://127.0.0.1:1/callback#a'],
    ['https on loopback', 'https://127.0.0.1:1/callback'],
    ['no port after the colon', 'http://127.0.0.1:/callback'],
    ['port 0', 'http://127.0.0.1:0/callback'],
    ['a port beyond 65535', 'http://127.0.0.1:65536/callback'],
    ['another loopback address', 'http://127.0.0.2:1/callback'],
    ['a user name', 'http://127.0.0.1:1@evil.example/callback'],
    ['a longer host', 'http://127.0.0.1.evil.example/callback'],
    ['another spelling of the address', 'http://127.1:1/callback'],
    ['another spelling of IPv6', 'http://[0:0:0:0:0:0:0:1]:9999/cb?x=1'],
    ['another port of https', 'https://app.example.com:8443/cb'],
    ['the address for its name', 'http://127.0.0.1:1/cb'],
    ['a name that begins like localhost', 'http://localhost.evil.example:1/cb'],
    ['capitals', 'http://LOCALHOST:1/cb'],
    ['a user name before localhost', 'http://localhost:1@evil.example/cb'],
    ['another case of the path', 'https://app.example.com/CB'],
    ['dots in the path', 'https://app.example.com/x/../cb'],
    ['a line end', 'http://127.0.0.1:1/callback\n'],
    ['a backslash', 'http://127.0.0.1:1\\@evil.example/callback'],
    ['more than 2,000 characters', `http://127.0.0.1:1/callback?${'a'.repeat(2_000)}`],
    ['nothing', ''],
  ])('is none of the client with %s', (_, uri) => {
    expect(isRegistered(uri, REGISTERED)).toBe(false);
  });

  it.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'http://app.example.com/cb',
    'https://user@app.example.com/cb',
    'https://:password@app.example.com/cb',
    'com.example.app:/cb',
    'file:///cb',
  ])('takes no code, whoever registers it: %s', (uri) => {
    expect(isRegistered(uri, [uri])).toBe(false);
  });

  it.each([
    ['http://127.0.0.1:1/callback', true],
    ['http://[::1]/cb', true],
    ['http://localhost/cb', true],
    ['http://localhost.evil.example/cb', false],
    ['https://app.example.com/cb', false],
    ['http://127.0.0.1.evil.example/cb', false],
  ])('goes to this machine or elsewhere: %s', (uri, expected) => {
    expect(isLoopbackRedirect(uri)).toBe(expected);
  });
});

import { describe, expect, it } from '@jest/globals';
import { clientIdUrl } from '../../../lib/identity/client/client-id-url.ts';

const BASE = 'https://agents.example/';
const ofLength = (length: number): string => BASE + 'a'.repeat(length - BASE.length);

describe('a client_id is the address of a metadata document', () => {
  it.each(['https://agents.example/client', 'https://agents.example:8443/a/b?c=d', `${BASE}!~`, ofLength(1_000)])(
    '%s',
    (text) => {
      expect(clientIdUrl(text, 'public')?.href).toBe(text);
      expect(clientIdUrl(text, 'loopback')?.href).toBe(text);
    },
  );

  it.each(['http://127.0.0.1:8080/client', 'http://localhost/client', 'http://[::1]/client'])(
    'on a local stack only: %s',
    (text) => {
      expect(clientIdUrl(text, 'loopback')?.href).toBe(text);
      expect(clientIdUrl(text, 'public')).toBeNull();
    },
  );
});

describe('a client_id is no address of a metadata document', () => {
  it.each([
    ['nothing', ''],
    ['a name', 'nightly-bot'],
    ['more than 1,000 characters', ofLength(1_001)],
    ['no path', 'https://agents.example/'],
    ['no path, and no slash', 'https://agents.example'],
    ['a fragment', `${BASE}client#a`],
    ['an empty fragment', `${BASE}client#`],
    ['a user name', 'https://a@agents.example/client'],
    ['a password', 'https://:b@agents.example/client'],
    ['a blank before it', ` ${BASE}client`],
    ['a blank behind it', `${BASE}client `],
    ['a line end behind it', `${BASE}client\n`],
    ['a letter beyond ASCII', `${BASE}clïent`],
    ['DEL behind it', `${BASE}client\u007f`],
    ['dot segments', `${BASE}a/../client`],
    ['a host in capitals', 'https://AGENTS.example/client'],
    ['the port that goes without saying', 'https://agents.example:443/client'],
    ['plain http elsewhere', 'http://agents.example/client'],
    ['another scheme', 'ftp://127.0.0.1/client'],
    ['another scheme of no host', 'urn:agents:client'],
  ])('%s', (_, text) => {
    expect(clientIdUrl(text, 'loopback')).toBeNull();
    expect(clientIdUrl(text, 'public')).toBeNull();
  });
});

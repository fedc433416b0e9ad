import { describe, expect, it } from '@jest/globals';
import { checkAddress } from '../lib/configuration/web-address.ts';
import { addressKind } from '../lib/host/address-guard.ts';
import { readSettings } from '../lib/host/settings.ts';
import { isBrokerIssuer, isLoopback, isLoopbackAddress } from '../lib/loopback.ts';
import { isLoopbackRedirect, isRegistered } from '../lib/sign-in/redirect-uri.ts';
import { epochSeconds } from '../lib/time.ts';

/** Host of a URL -> whether it is this machine itself. */
const HOSTS: readonly (readonly [string, boolean])[] = [
  ['127.0.0.1', true],
  ['127.0.0.2', true],
  ['127.255.255.254', true],
  ['[::1]', true],
  ['localhost', true],
  ['[::ffff:7f00:1]', true],
  ['126.255.255.255', false],
  ['128.0.0.1', false],
  ['0.0.0.0', false],
  ['[::]', false],
  ['[::2]', false],
  ['[::ffff:a00:1]', false],
  ['[64:ff9b::7f00:1]', false],
  ['192.168.0.1', false],
  ['localhost.example', false],
  ['localhost.', false],
  ['app.localhost', false],
  ['127.0.0.1.example', false],
  ['broker.example.com', false],
];

const settings = (issuer: string) =>
  readSettings({ ISSUER: issuer, TABLE_PREFIX: 'p', EXTERNAL_ID: 'local', AWS_REGION: 'eu-west-1' });

/** What each of the places that ask says of plain http to a host. */
describe.each(HOSTS)('%s', (host, isThisMachine) => {
  const url = `http://${host}:3000`;

  it(`is ${isThisMachine ? '' : 'not '}this machine, wherever it is asked`, () => {
    const answers = {
      ofTheUrl: isLoopback(new URL(url)),
      asIssuer: isBrokerIssuer(url),
      inTheSettings: isAccepted(() => settings(url)) && settings(url).loopback,
      inAConfiguration:
        checkAddress(`${url}/keys`, { issuer: 'http://127.0.0.1:3000', now: epochSeconds(0) }, () => {}) !== null,
      asRedirect: isLoopbackRedirect(`${url}/callback`),
      onAnyPort: isRegistered(`${url}/callback`, [`http://${host}/callback`]),
    };
    expect(Object.entries(answers).filter(([, answer]) => answer !== isThisMachine)).toEqual([]);
  });
});

function isAccepted(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}

it.each([
  ['127.0.0.2', 'loopback'],
  ['::1', 'loopback'],
  ['::1%lo', 'loopback'],
  ['::ffff:127.0.0.1', 'loopback'],
  ['::ffff:10.0.0.1', 'private'],
  ['64:ff9b::127.0.0.1', 'private'],
  ['localhost', 'private'],
  ['', 'private'],
  ['8.8.8.8', 'public'],
] as const)('the address %s is dialled as %s', (address, kind) => {
  expect(addressKind(address)).toBe(kind);
  expect(isLoopbackAddress(address)).toBe(kind === 'loopback');
});

it.each([
  'https://broker.example.com/',
  'https://broker.example.com/path',
  'ftp://127.0.0.1',
  'broker.example.com',
  '',
])('is no issuer of a broker: %j', (text) => expect(isBrokerIssuer(text)).toBe(false));

import { expect, it } from '@jest/globals';
import type { Configuration } from '../../lib/ports/configuration.ts';
import { trustClient } from '../../lib/sign-in/trust-client.ts';

const issuer = 'https://broker.example.com';
const empty = { client: async () => null } as Partial<Configuration> as Configuration;
const trusted = (client: string, redirectUri: string) =>
  trustClient({ client, redirectUri, issuer }, empty, AbortSignal.timeout(1_000));

it("the operators' page is a client that no file registers, at this broker's own address", async () => {
  expect(await trusted('console', `${issuer}/console`)).toMatchObject({ ok: true });
});

it.each([
  ['another name', 'consoles', `${issuer}/console`],
  ['a longer path', 'console', `${issuer}/console/`],
  ['a query', 'console', `${issuer}/console?x=y`],
  ['another host', 'console', 'https://evil.example/console'],
  ['the issuer as a user name', 'console', `${issuer}@evil.example/console`],
  ['a program on the machine', 'console', 'http://127.0.0.1/console'],
])('and nobody else is: %s', async (_, client, redirectUri) => {
  expect(await trusted(client, redirectUri)).toMatchObject({ ok: false });
});

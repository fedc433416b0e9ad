/** What a plan says of a client. */
import { expect, it } from '@jest/globals';
import type { Client } from '../../../lib/configuration/documents/clients.ts';
import { compareClients } from '../../../lib/policy/plan/client.ts';
import { seconds } from '../../../lib/time.ts';
import { linesOf } from './said.ts';

const client = (more: Partial<Client> = {}): Client => ({
  client: 'bot',
  authentication: { method: 'public' },
  redirectUris: ['https://bot.example.com/cb'],
  claims: {},
  introspects: [],
  ...more,
});

it.each<[string, Client | null, Client | null, readonly string[]]>([
  ['none before and after', null, null, []],
  ['the same', client(), client(), []],
  ['a client more', null, client(), ['gains | people may sign in by this program']],
  ['a client less', client(), null, ['loses | people may sign in by this program no more']],
  ['a key that is demanded', client(), client({ dpop: 'required' }), ['changes | dpop is required instead of nothing']],
  ['a redirect less', client(), client({ redirectUris: [] }), ['loses | codes sent to https://bot.example.com/cb']],
  [
    'an audience of introspection',
    client(),
    client({ introspects: ['https://api.example.com'] }),
    ['gains | introspection of tokens for https://api.example.com'],
  ],
  [
    'an audience that it is',
    client(),
    client({ audiences: ['https://api.example.com'] }),
    ['gains | exchanges of broker tokens that it is sent for https://api.example.com, acting for whom they name'],
  ],
  [
    'no audience any more',
    client({ audiences: ['https://api.example.com'] }),
    client(),
    ['loses | exchanges of broker tokens that it is sent for https://api.example.com, acting for whom they name'],
  ],
  [
    'a client more that is an audience',
    null,
    client({ audiences: ['https://api.example.com'] }),
    [
      'gains | people may sign in by this program',
      'gains | exchanges of broker tokens that it is sent for https://api.example.com, acting for whom they name',
    ],
  ],
  [
    'another secret',
    client({ authentication: { method: 'secret', secret: 'one', overlap: seconds(0) } }),
    client({ authentication: { method: 'secret', secret: 'two', overlap: seconds(0) } }),
    ['changes | secret is two instead of one'],
  ],
  [
    'another way to authenticate',
    client(),
    client({ authentication: { method: 'jwks-uri', jwksUri: 'https://bot.example.com/jwks', audience: 'issuer' } }),
    ['changes | the client authenticates by jwks-uri instead of public'],
  ],
])('%s is told', (_, before, after, said) => {
  expect(linesOf(compareClients(before, after))).toEqual(said);
});

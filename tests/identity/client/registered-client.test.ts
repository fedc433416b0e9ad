import { describe, expect, it } from '@jest/globals';
import {
  assertionRefusal,
  clientFacts,
  clientRefusal,
  readClient,
  readPublicClient,
} from '../../../lib/identity/client/registered-client.ts';
import { fakeConfiguration } from '../../fakes/world.ts';
import { client } from './fixtures.ts';

const KEYED = client('bot', { method: 'jwks', jwks: { keys: [] }, audience: 'issuer' });
const signal = new AbortController().signal;

describe('the name of a client', () => {
  const askedFor = async (name: string): Promise<readonly string[]> => {
    const asked: string[] = [];
    const configuration = {
      ...fakeConfiguration({ clients: [] }),
      client: async (each: string) => {
        asked.push(each);
        return null;
      },
    };
    expect(await readClient(name, configuration, signal)).toBeNull();
    return asked;
  };

  it.each(['a', 'nightly-bot', 'a9-', 'a'.repeat(63)])('is looked up: %s', async (name) => {
    expect(await askedFor(name)).toEqual([name]);
  });

  it.each(['', 'A', '9a', '-a', ' a', 'a_b', 'a.b', 'a\n', '../a', 'a'.repeat(64)])(
    'costs no read where no client can have it: %j',
    async (name) => {
      expect(await askedFor(name)).toEqual([]);
    },
  );
});

it('of a public client is the registration of its document’s host, which is on this machine where it is in plain http', async () => {
  const published = client('agents', { method: 'public' });
  const configuration = {
    ...fakeConfiguration({ clients: [client('cli', { method: 'public' })] }),
    metadataClient: async (host: string) => (host === '127.0.0.1:8080' ? published : null),
  };
  const read = (name: string) => readPublicClient(name, configuration, signal);
  expect(await read('http://127.0.0.1:8080/client')).toBe(published);
  expect(await read('https://agents.example/client')).toBeNull();
  expect(await read('cli')).toMatchObject({ client: 'cli' });
});

describe('what a registration says of a client', () => {
  it('is its claims', () => {
    const claims = { values: new Map([['team', 'data']]), unavailable: new Map() };
    expect(clientFacts(KEYED)).toStrictEqual({ claims });
  });

  it('is that it has to prove possession of a key', () => {
    expect(clientFacts({ ...KEYED, dpop: 'required' })).toMatchObject({ requiresDpop: true });
  });

  it('is what audiences it is, unless it proves nothing', () => {
    const audiences = ['https://api.acme.internal'];
    expect(clientFacts({ ...KEYED, audiences })).toMatchObject({ audiences });
    expect(clientFacts({ ...client('cli', { method: 'public' }), audiences })).not.toHaveProperty('audiences');
  });
});

describe('a refusal of a client', () => {
  it('tells the check to the log, and the caller only what an assertion that holds may hear', () => {
    const refusal = { reason: 'client_authentication_failed', log: { check: 'client_unknown' } };
    expect(clientRefusal('client_unknown')).toStrictEqual({ ok: false, refusal });
    expect(clientRefusal('client_unknown', 'why')).toStrictEqual({ ok: false, refusal: { ...refusal, detail: 'why' } });
  });

  it('over its assertion has the reason for its check, and tells why only where it may', () => {
    const found = { reason: 'expired', detail: 'why', log: { kid: 'a' } } as const;
    const refusal = { reason: 'client_authentication_failed', log: { kid: 'a', check: 'expired' } };
    expect(assertionRefusal(found, 'nothing')).toStrictEqual({ ok: false, refusal });
    expect(assertionRefusal(found, 'detail')).toStrictEqual({ ok: false, refusal: { ...refusal, detail: 'why' } });
  });
});

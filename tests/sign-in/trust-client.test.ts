import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Client } from '../../lib/configuration/documents/clients.ts';
import { GRANT_TYPE } from '../../lib/oauth-urns.ts';
import type { Configuration } from '../../lib/ports/configuration.ts';
import type { Fetcher, FetchRequest } from '../../lib/ports/documents.ts';
import { fetchedClientDocuments } from '../../lib/sign-in/client-documents.ts';
import { type ClientDocuments, publicRedirects, trustClient } from '../../lib/sign-in/trust-client.ts';
import { type EpochMilliseconds, epochMilliseconds } from '../../lib/time.ts';

const issuer = 'https://broker.example.com';
const agents: Client = {
  client: 'agents',
  authentication: { method: 'public' },
  redirectUris: [],
  metadataDocuments: { hosts: ['agent.example'] },
  claims: {},
  introspects: [],
};
const configuration = {
  client: async () => null,
  metadataClient: async (host: string) => (host === 'agent.example' ? agents : null),
} as Partial<Configuration> as Configuration;

let answers:
  | { body: string; status: number; type: string }
  | { problem: 'redirect' | 'too-large' | 'address' | 'network' };
let fetched: FetchRequest[];
let now: EpochMilliseconds;
let documents: ClientDocuments;
const DOCUMENT = 'https://agent.example/client.json';
const CALLBACK = 'https://agent.example/callback';
const served = (members: object, more: object = {}) => ({
  ...{ body: JSON.stringify({ client_id: DOCUMENT, redirect_uris: [CALLBACK], ...members }), status: 200 },
  ...{ type: 'application/json', ...more },
});
const fetch: Fetcher['fetch'] = async (request) => {
  fetched.push(request);
  if ('problem' in answers) return { ok: false, problem: answers.problem, cause: 'as told' };
  const { status, type, body } = answers;
  return { ok: true, status, headers: { 'content-type': type }, body: Buffer.from(body) };
};

beforeEach(() => {
  answers = served({});
  fetched = [];
  now = epochMilliseconds(1_764_000_000_000);
  documents = fetchedClientDocuments({ fetcher: { fetch }, clock: { now: () => now }, loopback: false });
});

const trusted = (client: string, redirectUri: string) => {
  const ports = { issuer, loopback: false, clientDocuments: documents };
  return trustClient(ports, { client, redirectUri }, configuration, AbortSignal.timeout(1_000));
};

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

describe('a client_id that is the address of its document', () => {
  it('is taken with a redirect URI of the document, which is fetched once in ten minutes and as others may not', async () => {
    expect(await trusted(DOCUMENT, CALLBACK)).toMatchObject({ ok: true });
    expect(await trusted(DOCUMENT, CALLBACK)).toMatchObject({ ok: true });
    expect(fetched).toMatchObject([{ url: DOCUMENT, redirects: 'none', publicAddressOnly: true, maxBytes: 16_384 }]);
    expect(await trusted(DOCUMENT, 'https://evil.example/callback')).toMatchObject({
      refusal: { reason: 'redirect_uri_mismatch' },
    });
  });

  it('is asked for again when ten minutes are over, and what has changed counts', async () => {
    await trusted(DOCUMENT, CALLBACK);
    answers = served({ redirect_uris: ['https://agent.example/other'] });
    now = epochMilliseconds(now + 600_000);
    expect(await trusted(DOCUMENT, CALLBACK)).toMatchObject({ refusal: { reason: 'redirect_uri_mismatch' } });
    expect(await trusted(DOCUMENT, 'https://agent.example/other')).toMatchObject({ ok: true });
  });

  it.each([
    ['a host that no file names', 'https://evil.example/client.json'],
    ['a port of its own', 'https://agent.example:8443/client.json'],
    ['plain http', 'http://agent.example/client.json'],
    ['a user name', 'https://x@agent.example/client.json'],
    ['a fragment', `${DOCUMENT}#x`],
    ['no path', 'https://agent.example/'],
    ['dot segments', 'https://agent.example/a/../client.json'],
    ['the port that goes without saying', 'https://agent.example:443/client.json'],
    ['a host in capitals', 'https://Agent.example/client.json'],
    ['1,001 characters', `https://agent.example/${'a'.repeat(980)}`],
  ])('is unknown with %s, and nothing is fetched', async (_, client) => {
    expect(await trusted(client, CALLBACK)).toMatchObject({ refusal: { reason: 'client_unknown' } });
    expect(fetched).toEqual([]);
  });

  it.each([
    ['names another client_id', () => served({ client_id: `${DOCUMENT}?x` }), /client_id is not the address/],
    ['names none', () => served({ client_id: undefined }), /client_id is not the address/],
    ['holds a secret', () => served({ client_secret: 's' }), /leave client_secret out/],
    ['would authenticate', () => served({ token_endpoint_auth_method: 'private_key_jwt' }), /must be none/],
    ['has no redirect URI', () => served({ redirect_uris: [] }), /redirect_uris must be a list of 1/],
    ['has a redirect URI that is none', () => served({ redirect_uris: [7] }), /list of strings/],
    ['has grants that are none', () => served({ grant_types: 'authorization_code' }), /grant_types must be a list/],
    ['is a page', () => served({}, { type: 'text/html' }), /application\/json/],
    ['is not there', () => served({}, { status: 404 }), /answers 404/],
    ['has a member twice', () => served({}, { body: `{"client_id":"${DOCUMENT}","client_id":"x"}` }), /twice/],
    ['redirects', () => ({ problem: 'redirect' as const }), /redirects: serve it at/],
    ['is huge', () => ({ problem: 'too-large' as const }), /more than 16384 bytes/],
    ['is at a private address', () => ({ problem: 'address' as const }), /not public/],
  ])('is refused with what to change where the document %s, and that is not kept', async (_, answer, says) => {
    answers = answer();
    const refused = await trusted(DOCUMENT, CALLBACK);
    expect(refused).toMatchObject({
      refusal: { reason: 'client_document_invalid', detail: expect.stringMatching(says) },
    });
    answers = served({});
    expect(await trusted(DOCUMENT, CALLBACK)).toMatchObject({ ok: true });
  });

  it.each([
    ['that says nothing of grants', undefined, [true, true]],
    ['of sign-ins alone', ['authorization_code', 'refresh_token'], [true, false]],
    ['of devices alone', [GRANT_TYPE.deviceCode], [false, true]],
    ['of neither', [], [false, false]],
  ])('signs in, and is a device, as the document says (RFC 7591 section 2): one %s', async (_, grants, expected) => {
    answers = served({ grant_types: grants });
    const refused = { refusal: { reason: 'client_not_permitted', detail: expect.stringContaining('grant_types') } };
    const ports = { loopback: false, clientDocuments: documents };
    const asking = { client: DOCUMENT, grant: GRANT_TYPE.deviceCode } as const;
    const found = [
      await trusted(DOCUMENT, CALLBACK),
      await publicRedirects(ports, asking, configuration, AbortSignal.timeout(1_000)),
    ];
    expect(found).toMatchObject(expected.map((isGood) => (isGood ? { ok: true } : refused)));
  });

  it.each([
    ['cannot be reached', () => ({ problem: 'network' as const })],
    ['fails', () => served({}, { status: 503 })],
  ])('is refused retryably where its host %s', async (_, answer) => {
    answers = answer();
    expect(await trusted(DOCUMENT, CALLBACK)).toMatchObject({ refusal: { reason: 'client_document_unavailable' } });
  });
});

import type { OauthTokenGrant } from '../../lib/configuration/documents/oauth-token-grant.ts';
import { plainFacts } from '../../lib/configuration/downstream-presets/preset.ts';
import type { DownstreamPorts } from '../../lib/downstream/downstream-ports.ts';
import type { DownstreamRequest, IdJagGrant } from '../../lib/downstream/downstream-request.ts';
import { accept } from '../../lib/outcome.ts';
import type { FetchRequest, FetchResult } from '../../lib/ports/documents.ts';
import type { SecretVersion } from '../../lib/ports/secrets.ts';
import { epochMilliseconds } from '../../lib/time.ts';

/** 2026-11-21T09:00:00Z in seconds. */
export const NOW = 1_795_251_600;
export const ISSUANCE = 'iss_01KAJ0000000000000000000ZZ';
export const ENDPOINT = 'https://login.example.com/oauth2/token';
export const SECRET = 'token-broker/downstream/example';

type ClientCredentialsGrant = Extract<OauthTokenGrant, { provider: 'client-credentials' }>;

export const clientGrant = (more: Partial<ClientCredentialsGrant> = {}): ClientCredentialsGrant => ({
  type: 'oauth-token',
  preset: null,
  provider: 'client-credentials',
  tokenEndpoint: ENDPOINT,
  tokenResponse: plainFacts.tokenResponse,
  scope: 'reports:read reports:list',
  audience: null,
  resource: null,
  allowPrivateAddress: false,
  client: {
    clientId: 'broker',
    authentication: 'client_secret_basic',
    secret: SECRET,
    assertionAudience: null,
    keyId: null,
    keyHeader: 'kid',
    algorithm: null,
  },
  ...more,
});

/** The server that redeems is at `ENDPOINT` with `SECRET`; the identity provider has an endpoint and a secret too. */
export const IDP = {
  issuer: 'https://idp.example.com',
  endpoint: 'https://idp.example.com/token',
  secret: 'token-broker/downstream/idp',
};

export const idJagGrant = (more: Partial<IdJagGrant> = {}): IdJagGrant => ({
  ...clientGrant({ scope: 'chat.read chat.history', audience: 'https://login.example.com' }),
  resource: 'https://api.chat.example',
  provider: 'id-jag',
  identityProvider: {
    ...{ connection: 'staff', tokenEndpoint: IDP.endpoint, allowPrivateAddress: false, issuer: null },
    client: { ...clientGrant().client, clientId: 'broker-at-idp', secret: IDP.secret },
  },
  ...more,
});

export const aRequest = (more: Partial<DownstreamRequest> = {}): DownstreamRequest => ({
  issuance: ISSUANCE,
  grant: clientGrant(),
  scope: 'reports:read reports:list',
  audience: null,
  subject: 'github:repo:acme/web',
  act: undefined,
  identity: [['connection', 'github', 'repo:acme/web'], null, null],
  proof: null,
  endsBy: null,
  ...more,
});

export const answer = (status: number, body: unknown, headers: Record<string, string> = {}): FetchResult => ({
  ok: true,
  status,
  headers,
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
});

export const good = (more: Record<string, unknown> = {}): FetchResult =>
  answer(200, { access_token: 'a-token', token_type: 'Bearer', expires_in: 3600, ...more });

export interface Secret {
  current: string;
  previous: string | null;
  host: string | null;
}

/** A world whose other server is `serve`; everything that is asked of it is kept. */
export function downstreamWorld(serve: (request: FetchRequest, number: number) => FetchResult | Promise<FetchResult>) {
  const clock = { now: NOW * 1000 };
  const asked: FetchRequest[] = [];
  const waits: number[] = [];
  const signed: { type: string; claims: Readonly<Record<string, unknown>> }[] = [];
  const reads: string[] = [];
  const secrets = new Map<string, Secret>([[SECRET, { current: 's3cret', previous: null, host: 'login.example.com' }]]);
  /** What a cached read still shows; a fresh read ends it. */
  const stale = new Map<string, Secret>();
  const version = (value: string, host: string | null): SecretVersion => ({
    value,
    versionId: `version-of-${value.slice(0, 40)}`,
    tags: host === null ? {} : { 'token-broker:host': host },
  });
  const ports: DownstreamPorts = {
    issuer: 'https://broker.example.com',
    clock: { now: () => epochMilliseconds(clock.now) },
    random: { bytes: (count) => new Uint8Array(count).fill(255) },
    fetcher: {
      fetch: async (request) => {
        asked.push(request);
        return serve(request, asked.length);
      },
    },
    secrets: {
      read: async (name, _, age) => {
        reads.push(age === 'fresh' ? 'fresh' : 'cached');
        if (age === 'fresh') stale.delete(name);
        const secret = stale.get(name) ?? secrets.get(name);
        if (secret === undefined) return null;
        const { current, previous, host } = secret;
        return {
          current: version(current, host),
          previous: previous === null ? null : { ...version(previous, host), retiredAt: null },
        };
      },
    },
    signer: {
      sign: async (type, claims) => {
        signed.push({ type, claims });
        return `broker-assertion-${signed.length}`;
      },
    },
    webIdentities: { token: async (audience, algorithm) => accept(`aws-token-${algorithm}-${audience}`) },
    pauses: {
      wait: async (length, signal) => {
        waits.push(length);
        return !signal.aborted;
      },
    },
  };
  return { ports, clock, asked, waits, signed, secrets, stale, reads };
}

export const formOf = (request: FetchRequest | undefined): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(request?.body ?? ''));

export const signal = new AbortController().signal;

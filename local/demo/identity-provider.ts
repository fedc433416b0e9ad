import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import Provider, { type Configuration } from 'oidc-provider';
import { closeServer, listenNear } from '../endpoints/server.ts';
import { Adapter } from './adapter.ts';
import { type SamlIdentityProvider, samlIdentityProvider } from './saml-identity-provider.ts';
import { type Workload, workloads } from './workloads.ts';

export interface IdentityProvider {
  /** Its issuer, an origin. */
  readonly issuer: string;
  /**
   * Gets a token as the workload does: a client_credentials request (RFC 6749 section 4.4) for the audience (RFC 8707).
   */
  token(workload: string): Promise<string>;
  /** The same server as a SAML 2.0 identity provider. */
  readonly saml: SamlIdentityProvider;
  stop(): Promise<void>;
}

const LIFETIME_SECONDS = 600;
/** What oidc-provider wants to be told a lifetime of. */
const LIVING = ['ClientCredentials', 'Interaction', 'Grant', 'Session', 'AccessToken', 'IdToken', 'AuthorizationCode'];

/** Where somebody would be asked for a password. */
const INTERACTION = '/interaction/';

/** The broker itself as a client here, for the tokens of an API that is not its own (`secrets.yaml` has its secret). */
const BROKER = { client_id: 'broker', client_secret: 'the-secret-of-the-broker-at-this-server' };

/** The broker as a client here at which people sign in (`secrets.yaml` has its secret too). */
export const SIGN_IN_CLIENT = { client_id: 'broker-sign-in', client_secret: 'the-secret-of-the-broker-for-sign-ins' };

/** The one person that this provider knows: whoever comes is her. */
const ALICE = { sub: 'alice', email: 'alice@example.com', groups: ['deployers', 'staff'] };

function signingKey(): object {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), use: 'sig', alg: 'RS256' };
}

function configurationOf(audience: string, secrets: ReadonlyMap<string, string>): Configuration {
  const resource = (of: string) =>
    ({
      scope: '',
      audience: of,
      accessTokenFormat: 'jwt',
      accessTokenTTL: LIFETIME_SECONDS,
      jwt: { sign: { alg: 'RS256' } },
    }) as const;
  const clients = [...secrets].map(([client_id, client_secret]) => ({ client_id, client_secret }));
  return {
    adapter: Adapter,
    ttl: Object.fromEntries(LIVING.map((each) => [each, LIFETIME_SECONDS])),
    clients: [
      ...[...clients, BROKER].map((client) => ({
        ...{ ...client, redirect_uris: [], response_types: [] },
        grant_types: ['client_credentials'],
      })),
      {
        ...SIGN_IN_CLIENT,
        redirect_uris: [`${audience}/oidc/demo-oidc/callback`],
        grant_types: ['authorization_code'],
      },
    ],
    claims: { openid: Object.keys(ALICE) },
    conformIdTokenClaims: false,
    findAccount: (_, accountId) => ({ accountId, claims: () => ALICE }),
    interactions: { url: (_, { uid }) => `${INTERACTION}${uid}` },
    loadExistingGrant: async ({ oidc: { client, provider, session } }) => {
      const grant = new provider.Grant({ clientId: client?.clientId ?? '', accountId: session?.accountId ?? '' });
      grant.addOIDCScope('openid');
      await grant.save();
      return grant;
    },
    jwks: { keys: [signingKey()] },
    cookies: { keys: [randomBytes(32).toString('hex')] },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        getResourceServerInfo: (_: unknown, indicator: string) => resource(indicator),
      },
    },
    extraTokenClaims: (_, token) => ({ ...workloads[token.clientId ?? '']?.claims }),
  };
}

async function requestToken(issuer: string, client: string, secret: string): Promise<string> {
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${client}:${secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  const answer: unknown = await response.json();
  if (typeof answer === 'object' && answer !== null && 'access_token' in answer) return String(answer.access_token);
  throw new Error(`The demonstration identity provider gave no token (${response.status}).`);
}

/**
 * `GET /token[?workload=NAME]`: a fresh token as text, so that one curl can feed another. No newline: SDKs refuse one.
 */
async function convenience(idp: IdentityProvider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const workload =
    new URL(request.url ?? '/', idp.issuer).searchParams.get('workload') ?? Object.keys(workloads)[0] ?? '';
  const known: Workload | undefined = workloads[workload];
  const [status, text] =
    known === undefined
      ? [404, `There is no workload ${JSON.stringify(workload)}; there are: ${Object.keys(workloads).join(', ')}.\n`]
      : [200, await idp.token(workload)];
  response.writeHead(status, { 'content-type': 'text/plain', 'cache-control': 'no-store' }).end(text);
}

const isConvenience = ({ method, url }: IncomingMessage): boolean =>
  method === 'GET' && /^\/token(?:\?|$)/.test(url ?? '');

/**
 * Starts an OpenID provider (oidc-provider) on loopback: tokens that this project did not make. Its clients are the
 * demonstration's workloads, with secrets that nobody but this process knows; its access tokens are JWTs for `audience`
 * (RFC 9068, RS256).
 */
export async function startIdentityProvider(preferredPort: number, audience: string): Promise<IdentityProvider> {
  const server = createServer();
  const { url: issuer } = await listenNear(server, preferredPort);
  const secrets = new Map(Object.keys(workloads).map((name) => [name, randomBytes(24).toString('hex')]));
  const provider = new Provider(issuer, configurationOf(audience, secrets));
  const provide = provider.callback();
  const idp: IdentityProvider = {
    issuer,
    saml: samlIdentityProvider(issuer),
    token: (workload) => requestToken(issuer, workload, secrets.get(workload) ?? ''),
    stop: () => closeServer(server),
  };
  server.on('request', (request, response) => {
    if (idp.saml.serve(request, response)) return;
    if (request.url?.startsWith(INTERACTION)) {
      const login = { login: { accountId: ALICE.sub } };
      return void provider.interactionFinished(request, response, login).catch(() => response.writeHead(400).end());
    }
    if (!isConvenience(request)) return void provide(request, response);
    convenience(idp, request, response).catch(() => response.writeHead(502).end());
  });
  return idp;
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRemoteJWKSet, type JWTPayload, type JWTVerifyGetKey, jwtVerify, type KeyObject } from 'jose';
import { type Endpoint, readText, serve } from '../../../local/endpoints/server.ts';

/** What the server takes. */
export interface Registered {
  /** The broker's issuer, whose keys it fetches itself. */
  brokerIssuer: string;
  /** Client secrets that are good now. */
  secrets: Set<string>;
  /** The service account's and the app's public key. */
  readonly publicKey: KeyObject;
  /** The identity provider whose own tokens it takes. */
  proofIssuer: string;
  /** AWS STS, whose tokens name the broker's role. */
  awsIssuer: string;
}

export interface StrictServer extends Endpoint {
  /** Everything that was asked and answered, in order: path and status. */
  readonly asked: string[];
  readonly assertions: JWTPayload[];
  /** As they came: those that the broker signed. */
  readonly fromBroker: string[];
}

class Refused extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string) {
    super(code);
    this.status = status;
    this.code = code;
  }
}

const GRANTS = 'urn:ietf:params:oauth:grant-type:';
const TYPES = 'urn:ietf:params:oauth:token-type:';

/** Exactly these parameters, each once. */
function exactly(form: URLSearchParams, names: readonly string[]): Record<string, string> {
  const given = [...form.keys()].sort();
  if (given.join() !== [...names].sort().join()) throw new Refused(400, 'invalid_request');
  return Object.fromEntries(form);
}

const usedIds = new Set<string>();

async function verified(token: string, key: JWTVerifyGetKey | KeyObject, issuer: string, audience: string) {
  const options = { issuer, audience, maxTokenAge: 600, requiredClaims: ['exp', 'iat', 'jti'], typ: 'JWT' };
  const verify = typeof key === 'function' ? jwtVerify(token, key, options) : jwtVerify(token, key, options);
  const { payload } = await verify.catch(() => {
    throw new Refused(400, 'invalid_grant');
  });
  const lasts = (payload.exp ?? 0) - (payload.iat ?? 0);
  if (lasts > 300 || usedIds.has(payload.jti ?? '')) throw new Refused(400, 'invalid_grant');
  usedIds.add(payload.jti ?? '');
  return payload;
}

/**
 * An authorization server that refuses whatever it was not told of: RFC 8693, RFC 7523, and the documented shapes of
 * Google's and GitHub's endpoints. Each path that begins with `/bad/` misbehaves in its own way.
 */
export async function startStrictServer(registered: Registered): Promise<StrictServer> {
  const asked: string[] = [];
  const assertions: JWTPayload[] = [];
  const fromBroker: string[] = [];
  let count = 0;
  const token = (more: object = {}) => {
    count += 1;
    return { access_token: `strict-${count}`, token_type: 'Bearer', expires_in: 3600, ...more };
  };
  const here: { url: string } = { url: '' };
  const brokerKeys = () => createRemoteJWKSet(new URL(`${registered.brokerIssuer}/.well-known/jwks.json`));

  const basic = (request: IncomingMessage): void => {
    const [, encoded = ''] = request.headers.authorization?.split(' ') ?? [];
    const [id, secret = ''] = Buffer.from(encoded, 'base64').toString().split(':');
    if (id !== 'broker' || !registered.secrets.has(secret)) throw new Refused(401, 'invalid_client');
  };

  const routes: Readonly<Record<string, (request: IncomingMessage, body: string) => Promise<object>>> = {
    '/client': async (request, body) => {
      basic(request);
      exactly(new URLSearchParams(body), ['grant_type', 'scope']);
      await new Promise((resolve) => setTimeout(resolve, 20));
      return token({ scope: new URLSearchParams(body).get('scope') });
    },
    '/exchange': async (request, body) => {
      basic(request);
      const names = ['grant_type', 'subject_token', 'subject_token_type', 'requested_token_type', 'audience'];
      const form = exactly(new URLSearchParams(body), names);
      if (form['grant_type'] !== `${GRANTS}token-exchange`) throw new Refused(400, 'unsupported_grant_type');
      if (form['subject_token_type'] !== `${TYPES}jwt`) throw new Refused(400, 'invalid_request');
      const subject = form['subject_token'] ?? '';
      assertions.push(await verified(subject, brokerKeys(), registered.brokerIssuer, `${here.url}/exchange`));
      // Too short to be kept.
      return token({ issued_token_type: `${TYPES}access_token`, expires_in: 60 });
    },
    '/forward': async (_, body) => {
      const names = ['grant_type', 'subject_token', 'subject_token_type', 'requested_token_type'];
      const form = exactly(new URLSearchParams(body), names);
      const keys = createRemoteJWKSet(new URL(`${registered.proofIssuer}/jwks`));
      const { payload } = await jwtVerify(form['subject_token'] ?? '', keys, { issuer: registered.proofIssuer });
      assertions.push(payload);
      return token({ issued_token_type: `${TYPES}access_token` });
    },
    '/bearer': async (_, body) => {
      const form = exactly(new URLSearchParams(body), ['grant_type', 'assertion', 'scope']);
      if (form['grant_type'] !== `${GRANTS}jwt-bearer`) throw new Refused(400, 'unsupported_grant_type');
      const { brokerIssuer } = registered;
      fromBroker.push(form['assertion'] ?? '');
      assertions.push(await verified(form['assertion'] ?? '', brokerKeys(), brokerIssuer, `${here.url}/bearer`));
      return token({ scope: form['scope'] });
    },
    '/federated': async (_, body) => {
      const names = ['grant_type', 'client_id', 'client_assertion_type', 'client_assertion'];
      const form = exactly(new URLSearchParams(body), names);
      const sts = registered.awsIssuer;
      const keys = createRemoteJWKSet(new URL(`${sts}/.well-known/jwks.json`));
      const audience = `${here.url}/federated`;
      const { payload } = await jwtVerify(form['client_assertion'] ?? '', keys, { audience });
      if (form['client_id'] !== 'broker') throw new Refused(401, 'invalid_client');
      assertions.push(payload);
      return token();
    },
    '/google': async (_, body) => {
      const form = exactly(new URLSearchParams(body), ['grant_type', 'assertion']);
      const account = 'sheets@acme.iam.gserviceaccount.com';
      const claims = await verified(form['assertion'] ?? '', registered.publicKey, account, `${here.url}/google`);
      if (claims['scope'] !== 'https://www.googleapis.com/auth/spreadsheets') throw new Refused(400, 'invalid_scope');
      if (claims.sub !== undefined) throw new Refused(401, 'unauthorized_client');
      assertions.push(claims);
      return token({ access_token: 'ya29.c.token...', expires_in: 3599 });
    },
    '/github/orgs/acme/installation': async (request) => {
      await appToken(request);
      throw new Refused(404, '');
    },
    '/github/users/acme/installation': async (request) => {
      await appToken(request);
      return { id: 4711, account: { login: 'acme' }, app_id: 123456, target_type: 'User' };
    },
    '/github/app/installations/4711/access_tokens': async (request, body) => {
      await appToken(request);
      const asked: unknown = JSON.parse(body);
      const wanted = { repositories: ['web'], permissions: { contents: 'read' } };
      if (JSON.stringify(asked) !== JSON.stringify(wanted)) throw new Refused(422, '');
      return {
        token: 'ghs_16C7e42F292c6912E7710c838347Ae178B4a',
        expires_at: `${new Date(Date.now() + 3_600_000).toISOString().slice(0, 19)}Z`,
        permissions: { contents: 'read', metadata: 'read' },
        repository_selection: 'selected',
        repositories: [{ id: 1, name: 'web', full_name: 'Acme/web', private: true }],
      };
    },
  };

  const appToken = async (request: IncomingMessage): Promise<void> => {
    const [scheme, text = ''] = request.headers.authorization?.split(' ') ?? [];
    const { payload } = await jwtVerify(text, registered.publicKey, { issuer: '123456', algorithms: ['RS256'] }).catch(
      () => {
        throw new Refused(401, '');
      },
    );
    const lasts = (payload.exp ?? 0) - (payload.iat ?? 0);
    if (scheme !== 'Bearer' || lasts > 600 || request.headers['user-agent'] === undefined) throw new Refused(401, '');
  };

  const misbehave: Readonly<Record<string, (response: ServerResponse) => void>> = {
    '/bad/html': (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>'),
    '/bad/error': (response) => response.writeHead(400).end('{"error":"invalid_scope","error_description":"hush"}'),
    '/bad/ok-error': (response) => response.end('{"error":"access_denied","error_description":"hush"}'),
    '/bad/no-expiry': (response) => response.end('{"access_token":"hush","token_type":"Bearer"}'),
    '/bad/type': (response) => response.end('{"access_token":"hush","token_type":"DPoP","expires_in":60}'),
    '/bad/wider': (response) =>
      response.end('{"access_token":"hush","token_type":"Bearer","expires_in":60,"scope":"reports:read admin"}'),
    '/bad/huge': (response) => response.end(`{"access_token":"${'h'.repeat(100_000)}"}`),
    '/bad/redirect': (response) => response.writeHead(302, { location: '/client' }).end(),
    '/bad/down': (response) => response.writeHead(503).end('hush'),
    '/bad/hang': () => undefined,
    '/bad/reset': (response) => response.destroy(),
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? '/';
    const body = await readText(request);
    const bad = misbehave[path];
    if (bad !== undefined) {
      asked.push(`${path} bad`);
      return bad(response);
    }
    let [status, answered]: [number, object] = [404, { error: 'invalid_request' }];
    try {
      const route = routes[path];
      if (route !== undefined)
        [status, answered] = [path.endsWith('access_tokens') ? 201 : 200, await route(request, body)];
    } catch (error) {
      [status, answered] =
        error instanceof Refused ? [error.status, { error: error.code }] : [500, { error: 'server_error' }];
    }
    asked.push(`${path} ${status}`);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answered));
  };

  const endpoint = await serve(0, (request, response) => void answer(request, response));
  here.url = endpoint.url;
  return { ...endpoint, asked, assertions, fromBroker };
}

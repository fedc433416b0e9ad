/** An OIDC issuer that answers as a test says: what a lying or failing one would. Its honest twin is oidc-provider. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

export interface ScriptedIssuer {
  readonly url: string;
  /** Forms that came to the token endpoint, in order. */
  readonly redeemed: readonly URLSearchParams[];
  /** What its documents say otherwise; set back by every `reset`. */
  script: Script;
  idToken(claims: JWTPayload): Promise<string>;
  reset(): void;
  stop(): Promise<void>;
}

interface Script {
  readonly discovery?: Readonly<Record<string, unknown>>;
  /** Claims of the ID token beside those of an honest one. */
  readonly claims?: JWTPayload;
  /** Status and body of the token endpoint in place of a token; `hang` never answers. */
  readonly token?: { readonly status: number; readonly body: unknown } | 'hang';
  /** The nonce of the sign-in under way. */
  readonly nonce?: string;
}

const CLIENT = 'broker-at-issuer';

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
};

export async function startScriptedIssuer(): Promise<ScriptedIssuer> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' };
  const redeemed: URLSearchParams[] = [];
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer: ScriptedIssuer = {
    url,
    redeemed,
    script: {},
    idToken: (claims) =>
      new SignJWT({ sub: 'mallory', groups: ['deployers'], nonce: issuer.script.nonce, ...claims })
        .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
        .setIssuer(claims.iss ?? url)
        .setAudience(claims.aud ?? CLIENT)
        .setIssuedAt()
        .setExpirationTime('5m')
        .sign(privateKey),
    reset: () => {
      issuer.script = {};
      redeemed.length = 0;
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
  server.on('request', async (request, response) => {
    const json = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (request.url === '/.well-known/openid-configuration') {
      const endpoints = { authorization_endpoint: `${url}/authorize`, token_endpoint: `${url}/token` };
      const rfc9207 = { authorization_response_iss_parameter_supported: true };
      return json(200, { issuer: url, ...endpoints, ...rfc9207, jwks_uri: `${url}/jwks`, ...issuer.script.discovery });
    }
    if (request.url === '/jwks') return json(200, { keys: [jwk] });
    redeemed.push(new URLSearchParams(await bodyOf(request)));
    const { token, claims = {} } = issuer.script;
    if (token === 'hang') return;
    if (token !== undefined) return json(token.status, token.body);
    json(200, { access_token: 'a', token_type: 'Bearer', expires_in: 60, id_token: await issuer.idToken(claims) });
  });
  return issuer;
}

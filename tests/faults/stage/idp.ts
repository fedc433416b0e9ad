import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { type Endpoint, listenNear } from '../../../local/endpoints/server.ts';
import { metadataOf } from '../../identity/saml/idp.ts';

export interface Idp extends Endpoint {
  /** A token of `issuer`, which stands before this server. */
  token(issuer: string, claims: { readonly sub: string; readonly aud: string }): Promise<string>;
}

/**
 * An identity provider with discovery and one key, which has SAML metadata, and is another authorization server's token
 * endpoint too.
 */
export async function startIdp(): Promise<Idp> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }] };
  let handedOut = 0;
  const server = createServer(async (request, response) => {
    for await (const _ of request);
    if (request.url === '/saml-metadata') {
      response.writeHead(200, { 'content-type': 'application/samlmetadata+xml' }).end(metadataOf('idp'));
      return;
    }
    const documents: Record<string, () => object> = {
      '/.well-known/openid-configuration': () => {
        const issuer = `http://${request.headers.host}`;
        return { issuer, jwks_uri: `${issuer}/keys` };
      },
      '/keys': () => keys,
      '/token': () => {
        handedOut += 1;
        return { access_token: `downstream-${handedOut}-token`, token_type: 'Bearer', expires_in: 3600 };
      },
    };
    const document = documents[request.url ?? '/'];
    response.writeHead(document === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(document?.() ?? {}));
  });
  const endpoint = await listenNear(server, 0);
  return {
    ...endpoint,
    token: (issuer, { sub, aud }) =>
      new SignJWT()
        .setProtectedHeader({ alg: 'ES256', kid: 'k1', typ: 'JWT' })
        .setIssuer(issuer)
        .setSubject(sub)
        .setAudience(aud)
        .setJti(crypto.randomUUID())
        .setIssuedAt()
        .setExpirationTime('5m')
        .sign(privateKey),
  };
}

import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { type Endpoint, listenNear } from '../../../local/endpoints/server.ts';

/**
 * An issuer of tokens with whatever claims a test needs (`may_act`, say), which the demonstration's provider does not
 * issue.
 */
export interface People extends Endpoint {
  /** An ID token of five minutes, or as the claims say. */
  token(claims: JWTPayload & { readonly aud: string }): Promise<string>;
}

export async function startPeople(): Promise<People> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'p1', alg: 'ES256', use: 'sig' }];
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys }));
  });
  const { url, stop } = await listenNear(server, 0);
  const token: People['token'] = (claims) =>
    new SignJWT({ iss: url, sub: 'alice', ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: 'p1', typ: 'JWT' })
      .setIssuedAt()
      .setExpirationTime(claims.exp ?? '5m')
      .sign(privateKey);
  return { url, stop, token };
}

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { AUDIENCE, SECRET_VALUE } from './folder.ts';
import { EXCHANGE, JWT, type OauthStage, startOauthStage } from './stage.ts';

let stage: OauthStage;

beforeAll(async () => {
  stage = await startOauthStage();
}, 60_000);

afterAll(async () => {
  await stage.stop();
});

const methods = [
  ['client_secret_basic', 'nightly-bot', () => openid.ClientSecretBasic(SECRET_VALUE)],
  ['client_secret_post', 'nightly-bot', () => openid.ClientSecretPost(SECRET_VALUE)],
  ['private_key_jwt', 'jwt-bot', () => openid.PrivateKeyJwt(stage.key)],
] as const;

const discover = (client: string, authentication: openid.ClientAuth): Promise<openid.Configuration> =>
  openid.discovery(new URL(stage.broker.url), client, undefined, authentication, {
    algorithm: 'oauth2',
    execute: [openid.allowInsecureRequests],
  });

const verify = (token: string, audience: string) =>
  jwtVerify(token, createRemoteJWKSet(new URL(`${stage.broker.url}/.well-known/jwks.json`)), {
    issuer: stage.broker.url,
    audience,
    typ: 'at+jwt',
    algorithms: ['ES256'],
  });

describe('openid-client, which discovers everything from the metadata', () => {
  it.each(methods)('gets a token with %s by client credentials', async (_, name, authentication) => {
    const configuration = await discover(name, authentication());
    const answer = await openid.clientCredentialsGrant(configuration, { scope: 'reports:read' });
    expect(answer).toMatchObject({ token_type: 'bearer', scope: 'reports:read' });
    expect(answer.expires_in).toBeGreaterThan(590);
    const { payload, protectedHeader } = await verify(answer.access_token, AUDIENCE);
    expect(payload).toMatchObject({ sub: `client:${name}`, client_id: name, scope: 'reports:read' });
    expect(payload.jti).toMatch(/^iss_/);
    expect(protectedHeader).toMatchObject({ typ: 'at+jwt', alg: 'ES256' });
  });

  it.each(methods)('introspects and revokes with %s', async (_, name, authentication) => {
    const configuration = await discover(name, authentication());
    const { access_token: token } = await openid.clientCredentialsGrant(configuration, { scope: 'reports:read' });
    expect(await openid.tokenIntrospection(configuration, token)).toMatchObject({
      active: true,
      client_id: name,
      scope: 'reports:read',
      aud: AUDIENCE,
      iss: stage.broker.url,
    });
    await openid.tokenRevocation(configuration, token);
  });

  it('exchanges the token of a workload with itself as the actor (RFC 8693)', async () => {
    const configuration = await discover('nightly-bot', openid.ClientSecretBasic(SECRET_VALUE));
    const answer = await openid.genericGrantRequest(configuration, EXCHANGE, {
      subject_token: await stage.broker.idp.token('web-feature'),
      subject_token_type: JWT,
      scope: 'agent:act',
      audience: AUDIENCE,
      intent: 'summarise the open incidents',
    });
    expect(answer).toMatchObject({ issued_token_type: 'urn:ietf:params:oauth:token-type:access_token' });
    const { payload } = await verify(answer.access_token, AUDIENCE);
    expect(payload).toMatchObject({ sub: 'demo:web-feature', act: { sub: 'client:nightly-bot' } });
  });
});

describe('oauth4webapi', () => {
  const insecure = { [oauth.allowInsecureRequests]: true } as const;
  const server = async (): Promise<oauth.AuthorizationServer> => {
    const issuer = new URL(stage.broker.url);
    const response = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure });
    return oauth.processDiscoveryResponse(issuer, response);
  };

  it.each([
    ['client_secret_basic', 'nightly-bot', () => oauth.ClientSecretBasic(SECRET_VALUE)],
    ['client_secret_post', 'nightly-bot', () => oauth.ClientSecretPost(SECRET_VALUE)],
    ['private_key_jwt', 'jwt-bot', () => oauth.PrivateKeyJwt(stage.key)],
  ] as const)('gets, introspects and revokes a token with %s', async (_, client_id, authentication) => {
    const [as, client] = [await server(), { client_id }];
    const scope = new URLSearchParams({ scope: 'reports:read' });
    const granted = await oauth.clientCredentialsGrantRequest(as, client, authentication(), scope, insecure);
    const { access_token: token } = await oauth.processClientCredentialsResponse(as, client, granted);
    const asked = await oauth.introspectionRequest(as, client, authentication(), token, insecure);
    expect(await oauth.processIntrospectionResponse(as, client, asked)).toMatchObject({ active: true });
    const revoked = await oauth.revocationRequest(as, client, authentication(), token, insecure);
    expect(await oauth.processRevocationResponse(revoked)).toBeUndefined();
  });

  it('redeems a JWT of a connection by the jwt-bearer grant (RFC 7523)', async () => {
    const [as, client] = [await server(), { client_id: 'nightly-bot' }];
    const response = await oauth.genericTokenEndpointRequest(
      as,
      client,
      oauth.ClientSecretBasic(SECRET_VALUE),
      'urn:ietf:params:oauth:grant-type:jwt-bearer',
      { assertion: await stage.broker.idp.token('web-main'), scope: 'chain' },
      insecure,
    );
    const answer = await oauth.processGenericTokenEndpointResponse(as, client, response);
    expect(answer).not.toHaveProperty('issued_token_type');
  });

  it('reads a refusal as RFC 6749 section 5.2 has it', async () => {
    const [as, client] = [await server(), { client_id: 'nightly-bot' }];
    const scope = new URLSearchParams({ scope: 'nothing' });
    const method = oauth.ClientSecretPost(SECRET_VALUE);
    const response = await oauth.clientCredentialsGrantRequest(as, client, method, scope, insecure);
    await expect(oauth.processClientCredentialsResponse(as, client, response)).rejects.toMatchObject({
      error: 'invalid_scope',
      status: 400,
    });
  });

  it('validates the token as a resource server does (RFC 9068 section 4)', async () => {
    const [as, client] = [await server(), { client_id: 'jwt-bot' }];
    const scope = new URLSearchParams({ scope: 'reports:read' });
    const method = oauth.PrivateKeyJwt(stage.key);
    const granted = await oauth.clientCredentialsGrantRequest(as, client, method, scope, insecure);
    const { access_token: token } = await oauth.processClientCredentialsResponse(as, client, granted);
    const request = new Request(`${AUDIENCE}/reports`, { headers: { authorization: `Bearer ${token}` } });
    expect(await oauth.validateJwtAccessToken(as, request, AUDIENCE, insecure)).toMatchObject({ client_id: 'jwt-bot' });
  });
});

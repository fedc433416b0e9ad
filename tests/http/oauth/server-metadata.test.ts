import { describe, expect, it } from '@jest/globals';
import { introspectionResponse } from '../../../lib/http/oauth/introspection-response.ts';
import { serverMetadata } from '../../../lib/http/oauth/server-metadata.ts';
import { epochSeconds } from '../../../lib/time.ts';

const ISSUER = 'https://broker.example.com';

describe('the metadata of the server', () => {
  const metadata = serverMetadata(ISSUER, ['ES256'], ['EdDSA']);

  it('has every member that RFC 8414 section 2 requires of this server', () => {
    expect(metadata).toMatchObject({
      issuer: ISSUER,
      authorization_endpoint: `${ISSUER}/oauth2/authorize`,
      token_endpoint: `${ISSUER}/oauth2/token`,
      jwks_uri: `${ISSUER}/.well-known/jwks.json`,
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
      authorization_details_types_supported: ['token_broker'],
      authorization_response_iss_parameter_supported: true,
      token_endpoint_auth_methods_supported: expect.arrayContaining(['private_key_jwt', 'client_secret_basic', 'none']),
      token_endpoint_auth_signing_alg_values_supported: ['ES256'],
      introspection_endpoint_auth_signing_alg_values_supported: ['ES256'],
      revocation_endpoint_auth_signing_alg_values_supported: ['ES256'],
    });
  });

  it('has each grant type, and says of no scope that it exists', () => {
    expect(metadata.grant_types_supported).toEqual([
      'client_credentials',
      'authorization_code',
      'urn:ietf:params:oauth:grant-type:device_code',
      'urn:ietf:params:oauth:grant-type:token-exchange',
      'urn:ietf:params:oauth:grant-type:jwt-bearer',
      'urn:ietf:params:oauth:grant-type:saml2-bearer',
    ]);
    expect(metadata).not.toHaveProperty('scopes_supported');
  });

  it('lets nobody introspect or revoke without authentication', () => {
    expect(metadata.introspection_endpoint_auth_methods_supported).not.toContain('none');
    expect(metadata.revocation_endpoint_auth_methods_supported).not.toContain('none');
  });

  it('has every address at the issuer', () => {
    const addresses = Object.entries(metadata).filter(([name]) => /_endpoint$|_uri$/.test(name));
    expect(addresses.length).toBe(6);
    for (const [, address] of addresses) expect(String(address).startsWith(`${ISSUER}/`)).toBe(true);
  });
});

describe('the answer of introspection (RFC 7662 section 2.2)', () => {
  it('has nothing of a token that is not active', () => {
    expect(introspectionResponse(null, ISSUER)).toEqual({ active: false });
  });

  it('has of an active one what it is for, and who acts', () => {
    const token = {
      ...{ subject: 'okta:alice', audience: 'https://api.example', clientId: 'agent', tokenId: 'iss_x' },
      ...{ scopes: ['a', 'b'], expires: epochSeconds(20), issuedAt: epochSeconds(10) },
      boundTo: null,
    };
    const told = {
      ...{ active: true, scope: 'a b', client_id: 'agent', token_type: 'Bearer', exp: 20, iat: 10 },
      ...{ sub: 'okta:alice', aud: 'https://api.example', iss: ISSUER, jti: 'iss_x' },
    };
    expect(introspectionResponse({ ...token, act: undefined }, ISSUER)).toEqual(told);
    const act = { sub: 'client:agent' };
    expect(introspectionResponse({ ...token, act }, ISSUER)).toEqual({ ...told, act });
    const bound = { ...told, token_type: 'DPoP', cnf: { jkt: 'a-thumbprint' } };
    expect(introspectionResponse({ ...token, act: undefined, boundTo: 'a-thumbprint' }, ISSUER)).toEqual(bound);
  });
});

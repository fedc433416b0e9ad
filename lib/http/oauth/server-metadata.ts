import { ID_JAG } from '../../oauth-urns.ts';
import { DETAILS_TYPE } from '../narrowing.ts';
import { GRANT_TYPES } from './grant-types/all-grant-types.ts';

/**
 * The authorization server's metadata (RFC 8414 section 2), one body for both well-known paths; every URL comes from
 * the issuer. No `scopes_supported`: who may have what is nobody else's business. `algorithms` are those of client
 * assertions.
 */
export const serverMetadata = (issuer: string, algorithms: readonly string[], dpop: readonly string[]) => {
  const methods = ['client_secret_basic', 'client_secret_post', 'private_key_jwt'];
  return {
    issuer,
    authorization_endpoint: `${issuer}/oauth2/authorize`,
    token_endpoint: `${issuer}/oauth2/token`,
    device_authorization_endpoint: `${issuer}/oauth2/device_authorization`,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    introspection_endpoint: `${issuer}/oauth2/introspect`,
    revocation_endpoint: `${issuer}/oauth2/revoke`,
    response_types_supported: ['code'],
    response_modes_supported: ['query', 'fragment'],
    grant_types_supported: [...GRANT_TYPES.keys()],
    // draft-ietf-oauth-identity-assertion-authz-grant section 7.2.
    authorization_grant_profiles_supported: [ID_JAG.grantProfile],
    // RFC 9396 section 10.
    authorization_details_types_supported: [DETAILS_TYPE],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    client_id_metadata_document_supported: true,
    token_endpoint_auth_methods_supported: [...methods, 'none'],
    token_endpoint_auth_signing_alg_values_supported: algorithms,
    dpop_signing_alg_values_supported: dpop,
    introspection_endpoint_auth_methods_supported: methods,
    introspection_endpoint_auth_signing_alg_values_supported: algorithms,
    revocation_endpoint_auth_methods_supported: methods,
    revocation_endpoint_auth_signing_alg_values_supported: algorithms,
  };
};

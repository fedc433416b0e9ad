/** Every URN of OAuth that this broker takes, gives or sends, and its own; each stands here and nowhere else. */

/** Extension grant types (RFC 8693 section 2.1, RFC 7523 section 2.1, RFC 8628 section 3.4, RFC 7522 section 2.1). */
export const GRANT_TYPE = {
  tokenExchange: 'urn:ietf:params:oauth:grant-type:token-exchange',
  jwtBearer: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
  deviceCode: 'urn:ietf:params:oauth:grant-type:device_code',
  saml2Bearer: 'urn:ietf:params:oauth:grant-type:saml2-bearer',
} as const;

/** Token types of RFC 8693 section 3. */
export const TOKEN_TYPE = {
  jwt: 'urn:ietf:params:oauth:token-type:jwt',
  id_token: 'urn:ietf:params:oauth:token-type:id_token',
  access_token: 'urn:ietf:params:oauth:token-type:access_token',
  saml2: 'urn:ietf:params:oauth:token-type:saml2',
} as const;

/** An ID-JAG: as what is asked for at its issuer, and as what the metadata of a server that takes it names. */
export const ID_JAG = {
  tokenType: 'urn:ietf:params:oauth:token-type:id-jag',
  grantProfile: 'urn:ietf:params:oauth:grant-profile:id-jag',
} as const;

/** Token types of this broker's own. */
export const BROKER_TOKEN_TYPE = {
  /** A signed `sts:GetCallerIdentity` request, as a proof. */
  awsIam: 'urn:token-broker:token-type:aws-iam',
  /** An authorization code as the subject of an exchange: the way from a browser to an AWS session. */
  authorizationCode: 'urn:token-broker:token-type:authorization-code',
  /** A device code as the subject of an exchange, likewise. */
  deviceCode: 'urn:token-broker:token-type:device-code',
  /** The credential document, as what is issued. */
  awsCredentials: 'urn:token-broker:token-type:aws-credentials',
} as const;

/** RFC 7523 section 2.2. */
export const JWT_CLIENT_ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

import { GRANT_TYPE } from '../../../oauth-urns.ts';
import { jwtBearer, saml2Bearer } from './assertion.ts';
import { authorizationCode } from './authorization-code.ts';
import { clientCredentials } from './client-credentials.ts';
import { deviceCode } from './device-code.ts';
import type { OauthGrantType } from './grant-type.ts';
import { tokenExchange } from './token-exchange.ts';

/** `grant_type` -> how its requests are read. The metadata says the same ones. */
export const GRANT_TYPES: ReadonlyMap<string, OauthGrantType> = new Map([
  ['client_credentials', clientCredentials],
  ['authorization_code', authorizationCode],
  [GRANT_TYPE.deviceCode, deviceCode],
  [GRANT_TYPE.tokenExchange, tokenExchange],
  [GRANT_TYPE.jwtBearer, jwtBearer],
  [GRANT_TYPE.saml2Bearer, saml2Bearer],
]);

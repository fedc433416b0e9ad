import type { ConditionsDocument, JwsAlgorithm, OidcIssuer } from '../documents.ts';
import type { Report } from '../problem.ts';
import type { WrittenOidcConnection } from '../schema/connection.ts';

/** The fields of an OIDC connection that a preset alone takes. */
export type PresetParameter = 'tenant' | 'userPoolId' | 'tokenUse' | 'accounts';

/** What a preset fills in where the file leaves it out; `require` and `claims` hold beside the file's own. */
export interface PresetDefaults {
  /** Used where the file names no issuer; empty: the file must. */
  readonly issuers: readonly OidcIssuer[];
  readonly algorithms: readonly JwsAlgorithm[];
  readonly types: readonly string[];
  readonly principal: string;
  readonly tokenIdClaim: string;
  /** Holds before the file's own `require`. */
  readonly require: readonly ConditionsDocument[];
  /** Alias -> JSON pointer. The file cannot give one of these names to something else. */
  readonly claims: Readonly<Record<string, string>>;
  /** `required`; or `optional` where the provider's tokens have no `aud`, and `authorizedParties` are required instead. */
  readonly audience: 'required' | 'optional';
}

/** What is known of one provider, so that a file need not say it. */
export interface Preset {
  readonly parameters: readonly PresetParameter[];
  /** Reports the parameters that are missing or do not fit. */
  defaults(written: WrittenOidcConnection, report: Report): PresetDefaults;
}

/** Where a provider has nothing unusual. */
export const plainDefaults: PresetDefaults = {
  issuers: [],
  algorithms: ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'],
  types: ['jwt'],
  principal: '${claims.sub}',
  tokenIdClaim: 'jti',
  require: [],
  claims: {},
  audience: 'required',
};

/** An issuer whose keys its discovery document names. */
export const discovered = (issuer: string): OidcIssuer => ({ issuer, jwksUri: null });

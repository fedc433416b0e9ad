import type { Seconds } from '../../time.ts';
import type { DownstreamAuthentication, OauthTokenGrant } from '../documents.ts';
import type { Report } from '../problem.ts';
import type { WrittenOauthTokenGrant } from '../schema/oauth-token-grant.ts';

/** The fields of an oauth-token grant that a preset alone takes. */
export type DownstreamParameter = 'domain' | 'tenant' | 'authorizationServer';

/** What a preset fills in where the grant leaves it out. */
export interface DownstreamDefaults {
  readonly provider: OauthTokenGrant['provider'];
  /** null: it cannot be told; what is missing was reported. */
  readonly tokenEndpoint: string | null;
  /** How a `clientSecret` is sent. */
  readonly secretMethod: DownstreamAuthentication & `client_secret_${string}`;
  /** `aud` of assertions; null: the token endpoint. */
  readonly assertionAudience: string | null;
  /** Only where the provider's answers do not say how long its tokens live. */
  readonly expiresIn?: Seconds;
}

/** What is known of one provider's token endpoint, so that a grant need not say it. */
export interface DownstreamPreset {
  readonly parameters: readonly DownstreamParameter[];
  /** Reports the parameters that are missing, and what this provider does not serve. */
  defaults(written: WrittenOauthTokenGrant, report: Report): DownstreamDefaults;
}

/** Where a provider has nothing unusual. */
export const plainDownstream: DownstreamDefaults = {
  provider: 'client-credentials',
  tokenEndpoint: null,
  secretMethod: 'client_secret_basic',
  assertionAudience: null,
};

/** `https://<domain><path>`; reports a missing domain unless the grant names its endpoint itself. */
export function endpointAt(
  written: WrittenOauthTokenGrant,
  path: string,
  example: string,
  report: Report,
): string | null {
  if (written.domain !== undefined) return `https://${written.domain}${path}`;
  if (written.tokenEndpoint === undefined)
    report(['domain'], `is required by the preset ${written.preset}: for example ${example}`);
  return null;
}

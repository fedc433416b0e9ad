import * as z from 'zod';
import type { Seconds } from '../../time.ts';
import type { DownstreamAuthentication, OauthTokenGrant, TokenResponse } from '../documents/oauth-token-grant.ts';
import type { Report } from '../problem.ts';
import type { WrittenOauthTokenFields } from '../schema/oauth-token-fields.ts';

type JwtBearerGrant = Extract<OauthTokenGrant, { provider: 'jwt-bearer' }>;

/** What is known of a provider's token endpoint. Where a grant says something itself, that wins. */
export interface DownstreamFacts {
  readonly provider: OauthTokenGrant['provider'];
  /** null: it cannot be told; what is missing was reported. */
  readonly tokenEndpoint: string | null;
  /** How a `clientSecret` is sent. */
  readonly secretMethod: DownstreamAuthentication & `client_secret_${string}`;
  /** `aud` of assertions; null: the token endpoint. */
  readonly assertionAudience: string | null;
  /** The header parameter that names the key of a client assertion. */
  readonly keyHeader: 'kid' | 'x5t#S256';
  readonly tokenResponse: TokenResponse;
  /** Of a JWT bearer grant. */
  readonly scopeIn: JwtBearerGrant['scopeIn'];
  readonly defaultSubject: JwtBearerGrant['defaultSubject'];
  /** Only where the provider's answers do not say how long its tokens live. */
  readonly expiresIn: Seconds | null;
}

/** Where a provider has nothing unusual: RFC 6749, RFC 7521 and RFC 7523. */
export const plainFacts: DownstreamFacts = {
  provider: 'client-credentials',
  tokenEndpoint: null,
  secretMethod: 'client_secret_basic',
  assertionAudience: null,
  keyHeader: 'kid',
  tokenResponse: { scopeSeparator: ' ', bearerTypes: ['bearer'] },
  scopeIn: 'form',
  defaultSubject: 'principal',
  expiresIn: null,
};

/**
 * All that is known of one provider's token endpoint, in one place. Nothing else in the broker knows it by its name.
 */
export interface DownstreamPreset {
  /** Fields of an oauth-token grant that presets alone take, each with its form. All are optional for the schema. */
  readonly parameters: z.ZodRawShape;
  /** For `docs/presets.md`, in Markdown. */
  readonly documentation: { readonly needs: string; readonly ofItsOwn: string };
  /** Reports the parameters that are missing, and what this provider does not serve. */
  facts(written: WrittenOauthTokenFields, report: Report): DownstreamFacts;
}

/** A preset as its file states it: plain but for what it says. */
interface Statement<P extends z.ZodRawShape> extends Pick<DownstreamPreset, 'documentation'> {
  readonly parameters?: P;
  facts(
    parameters: z.output<z.ZodObject<P>>,
    written: WrittenOauthTokenFields,
    report: Report,
  ): Partial<DownstreamFacts>;
}

/** Makes a preset of what its file states. */
export function defineDownstreamPreset<P extends z.ZodRawShape>(statement: Statement<P>): DownstreamPreset {
  const parameters = z.object(statement.parameters);
  return {
    parameters: parameters.shape,
    documentation: statement.documentation,
    facts: (written, report) => ({ ...plainFacts, ...statement.facts(parameters.parse(written), written, report) }),
  };
}

/** The form of `domain`: the host that a customer's own endpoint is at. */
export const domain = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, 'must be a host name in lower case, without https://')
  .optional();

/** `https://<domain><path>`; reports a missing domain unless the grant names its endpoint itself. */
export function endpointAt(
  host: string | undefined,
  { path, example }: { readonly path: string; readonly example: string },
  written: WrittenOauthTokenFields,
  report: Report,
): string | null {
  if (host !== undefined) return `https://${host}${path}`;
  if (written.tokenEndpoint === undefined) report(['domain'], `is required by the preset: for example ${example}`);
  return null;
}

/** What a scope asks another authorization server by, as the broker reads it. */
import type { Seconds } from '../../time.ts';
import type { DownstreamPresetName } from '../downstream-presets/table.ts';
import type { JwsAlgorithm } from './jws-algorithm.ts';

export type DownstreamAuthentication =
  | 'client_secret_basic'
  | 'client_secret_post'
  | 'private_key_jwt'
  | 'aws-web-identity';

/** How a server departs from RFC 6749 section 5.1 in its token responses. */
export interface TokenResponse {
  readonly scopeSeparator: ' ' | ',';
  /** Values of `token_type` that mean Bearer, lower case. */
  readonly bearerTypes: readonly string[];
}

interface OauthTokenGrantBase {
  readonly type: 'oauth-token';
  /** For people: what follows from it is written out in the other members, and nothing decides by the name. */
  readonly preset: DownstreamPresetName | null;
  readonly tokenEndpoint: string;
  readonly tokenResponse: TokenResponse;
  /** Template. */
  readonly scope: string | null;
  /** Template. */
  readonly audience: string | null;
  readonly resource: string | null;
  /** Private or link-local addresses are dialled only where the configuration names them. */
  readonly allowPrivateAddress: boolean;
  /** How long the server's tokens live where its answers do not say; absent: such an answer is refused. */
  readonly expiresIn?: Seconds;
}

export interface DownstreamClient {
  readonly clientId: string;
  readonly authentication: DownstreamAuthentication;
  /** Name of a Secrets Manager secret: a client secret or a PEM/JWK private key; null for `aws-web-identity`. */
  readonly secret: string | null;
  /** `aud` of a client assertion; null: the token endpoint. */
  readonly assertionAudience: string | null;
  readonly keyId: string | null;
  /** The header parameter of a client assertion that has `keyId`. */
  readonly keyHeader: 'kid' | 'x5t#S256';
  /** Signing algorithm of a client assertion. */
  readonly algorithm: JwsAlgorithm | null;
}

/** Who makes an ID-JAG of the caller's own ID token or SAML assertion. */
export interface IdJagProvider {
  /** The connection whose proofs it takes: those of no other are passed on. */
  readonly connection: string;
  readonly tokenEndpoint: string;
  readonly allowPrivateAddress: boolean;
  /** `iss` of its ID-JAGs; null: that of the ID token. */
  readonly issuer: string | null;
  /** The broker's client there, whom the ID tokens are for. */
  readonly client: DownstreamClient;
}

export type OauthTokenGrant =
  | (OauthTokenGrantBase & { readonly provider: 'client-credentials'; readonly client: DownstreamClient })
  | (OauthTokenGrantBase & {
      readonly provider: 'token-exchange';
      readonly client: DownstreamClient | null;
      readonly forward: 'assertion' | 'proof';
      /** `aud` of the assertion that this broker signs (`forward: assertion`); null: the token endpoint. */
      readonly assertionAudience: string | null;
      readonly requestedTokenType: string | null;
    })
  | (OauthTokenGrantBase & {
      readonly provider: 'jwt-bearer';
      readonly client: DownstreamClient | null;
      /** `aud` of the assertion; null: the token endpoint. */
      readonly assertionAudience: string | null;
      /** Who signs the assertion: this broker's key, or a service account's private key (a secret's name). */
      readonly signer:
        | { readonly kind: 'broker' }
        | {
            readonly kind: 'secret';
            readonly secret: string;
            readonly issuer: string;
            readonly keyId: string | null;
            readonly algorithm: JwsAlgorithm;
          };
      /** Template; null: `defaultSubject`. */
      readonly subject: string | null;
      /** `sub` of the assertion where no template gives it. */
      readonly defaultSubject: 'principal' | 'none';
      /** Where the server reads the scope: in the form (RFC 7521 section 4.1), or in the assertion. */
      readonly scopeIn: 'form' | 'assertion';
    })
  | (OauthTokenGrantBase & {
      readonly provider: 'id-jag';
      /** The broker's client at the server that redeems the ID-JAG; `audience` is that server's issuer. */
      readonly client: DownstreamClient;
      readonly identityProvider: IdJagProvider;
    })
  | (OauthTokenGrantBase & {
      readonly provider: 'github-app';
      readonly appId: string;
      readonly owner: string;
      readonly privateKey: string;
      readonly repositories: readonly string[];
      readonly permissions: Readonly<Record<string, string>>;
    });

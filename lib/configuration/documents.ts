/**
 * The configuration as the broker reads it: what the loader made of the YAML files, with presets filled in, defaults
 * written out, durations in seconds and single values turned into lists. These are the items of the configuration
 * table. The form that people write is in `schema/`.
 */
import type { JsonObject } from '../json.ts';
import type { Grant } from '../policy/grants/kinds.ts';
import type { ScopeParameters } from '../policy/parameters.ts';
import type { Seconds } from '../time.ts';
import type { DownstreamPresetName } from './downstream-presets/table.ts';
import type { PresetName } from './presets/table.ts';

/** Operator (with its `ForAnyValue:`/`ForAllValues:` prefix and `IfExists` suffix) -> condition key -> values. */
export type ConditionsDocument = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

export type JwsAlgorithm =
  | 'RS256'
  | 'RS384'
  | 'RS512'
  | 'PS256'
  | 'PS384'
  | 'PS512'
  | 'ES256'
  | 'ES384'
  | 'ES512'
  | 'EdDSA';

/** `bind`: again only for the same scope, duration and actor. `once`: again only if that issuance failed. */
export type Reuse = 'allow' | 'bind' | 'once';

interface ConnectionBase {
  /** `^[a-z][a-z0-9-]{0,62}$`, never `client` or `broker`. */
  readonly connection: string;
  /** All of these hold before a proof names anybody here. A preset's own come first. */
  readonly require: readonly ConditionsDocument[];
  /** Template of the label. */
  readonly principal: string;
  /** Claims that the ledger keeps beside those that rules and templates name. */
  readonly record: readonly string[];
  readonly reuse: Reuse;
  /** At most 300 s; applied once to every comparison. */
  readonly clockTolerance: Seconds;
}

export interface OidcIssuer {
  /** Compared exactly with `iss`. */
  readonly issuer: string;
  /** Where the keys are; null: what the issuer's discovery document says. */
  readonly jwksUri: string | null;
}

export interface OidcConnection extends ConnectionBase {
  readonly type: 'oidc';
  /**
   * For people and warnings: what follows from it is written out in the other members, and nothing decides by the name.
   */
  readonly preset: PresetName | null;
  /** One, except where a preset's provider has several (Entra ID's v1 and v2). */
  readonly issuers: readonly OidcIssuer[];
  /** Every value of a token's `aud` is one of these. Empty only where the provider's tokens have none. */
  readonly audience: readonly string[];
  /** Accepted `azp` / `appid` / `cid` / `client_id`; empty: not checked. */
  readonly authorizedParties: readonly string[];
  readonly algorithms: readonly JwsAlgorithm[];
  /** Accepted `typ`, lower case, without `application/`; an absent `typ` counts as `jwt`. */
  readonly types: readonly string[];
  /** Alias -> JSON pointer (RFC 6901) into the claims; an alias shadows a top-level member of its name. */
  readonly claims: Readonly<Record<string, string>>;
  readonly maxTokenAge: Seconds | null;
  /** The claim that names the token itself: `jti`, or Entra ID's `uti`. */
  readonly tokenIdClaim: string;
  /**
   * JSON pointer to the claim that states an AWS account: then `sub` has to be the ARN of a role of that account.
   * null: `sub` is whatever the issuer says.
   */
  readonly roleAccount: string | null;
  /** The broker's own client there. null, or absent in a document of before: nobody signs in there. */
  readonly signIn?: OidcSignIn | null;
}

/** How people sign in at an OIDC issuer (OpenID Connect Core section 3.1). */
export interface OidcSignIn {
  /** Its id is one of the connection's audiences: that of the ID tokens. */
  readonly client: DownstreamClient;
  /** What the authorization request asks for; `openid` among them. */
  readonly scopes: readonly string[];
}

export interface SamlConnection extends ConnectionBase {
  readonly type: 'saml';
  /** The IdP's metadata document, inlined; or where to fetch it. Exactly one is not null. */
  readonly metadata: string | null;
  readonly metadataUrl: string | null;
  /** This broker as service provider: the accepted audience. */
  readonly entityId: string;
  /** Alias -> attribute name. */
  readonly claims: Readonly<Record<string, string>>;
  readonly signed: 'assertion' | 'response';
  readonly recipients: readonly string[];
  readonly unsolicited: boolean;
  readonly sha1: 'refuse' | 'accept';
  /** Modes of the content ciphers that are decrypted; absent in a document of before: gcm. */
  readonly encryption?: readonly ('gcm' | 'cbc')[];
}

export interface AwsIamConnection extends ConnectionBase {
  readonly type: 'aws-iam';
  readonly accounts: readonly string[];
  /** Of the accounts; null, or absent in a document of before: the deployment's own. */
  readonly partition?: string | null;
  /** The value that the signed header X-Broker-Server-Id must have. */
  readonly serverId: string;
  readonly ecsRoles: readonly string[];
}

export type Connection = OidcConnection | SamlConnection | AwsIamConnection;

export type ClientAuthentication =
  | { readonly method: 'secret'; readonly secret: string; readonly overlap: Seconds }
  | {
      readonly method: 'jwks';
      readonly jwks: { readonly keys: readonly JsonObject[] };
      readonly audience: 'issuer' | 'token-endpoint';
    }
  | { readonly method: 'jwks-uri'; readonly jwksUri: string; readonly audience: 'issuer' | 'token-endpoint' }
  | { readonly method: 'public' };

export interface Client {
  readonly client: string;
  readonly authentication: ClientAuthentication;
  readonly redirectUris: readonly string[];
  readonly claims: JsonObject;
  /** Programs whose client_id is the address of a document at these hosts are this client; absent: none. */
  readonly metadataDocuments?: { readonly hosts: readonly string[] };
  /** Only where so: its broker tokens are bound to a key (RFC 9449). */
  readonly dpop?: 'required';
  /** Audiences whose tokens it may introspect, beside its own. */
  readonly introspects: readonly string[];
  /** The audiences that it is, and whose broker tokens it may exchange, acting; absent: none. */
  readonly audiences?: readonly string[];
}

export interface ActorSelector {
  /** null: any. */
  readonly connections: readonly string[] | null;
  readonly clients: readonly string[] | null;
  readonly when: ConditionsDocument | null;
}

/** Where a rule stands in the folder that was applied. */
export interface RuleSource {
  /** Relative to the configuration folder, with forward slashes. */
  readonly file: string;
  /** 1 for the first line. */
  readonly line: number;
}

export interface Rule {
  /** null: not named. Both named: both must hold. */
  readonly connections: readonly string[] | null;
  readonly clients: readonly string[] | null;
  readonly when: ConditionsDocument | null;
  /** null: in `allow`, matches only a request without an actor; in `deny`, matches whoever acts. */
  readonly actor: ActorSelector | null;
  /** Nothing decides by it. Absent in a document of before. */
  readonly source?: RuleSource;
  /** The rule decides nothing, and what it would decide is recorded. Absent: it decides. */
  readonly mode?: 'report';
}

/** Somebody else has to say yes to each request (contract section 7). */
export interface ApprovalRequirement {
  /** Who may approve: rules as in `allow`, on the approver. */
  readonly from: readonly Rule[];
  /** How long a request waits. */
  readonly within: Seconds;
  /** How often what was approved may be taken up. */
  readonly uses: number;
  /** How long it may be taken up, from the approval. */
  readonly for: Seconds;
  /** Who may go on at once, with an intent: rules as in `allow`, on the request. Empty: nobody. */
  readonly breakGlass: readonly Rule[];
  /**
   * Claims that name one person at every connection: who shares a value with the requester is the requester. Absent:
   * `email`, where both have it.
   */
  readonly personClaims?: readonly string[];
}

export interface Limit {
  readonly count: number;
  readonly window: Seconds;
}

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

/** The same subject has to have been issued that scope, so short a time before. */
export interface PriorIssuance {
  readonly scope: string;
  readonly within: Seconds;
}

/** How many of a scope's credentials may be alive at once: of each principal, of each actor, in all. */
export interface LiveLimits {
  readonly perPrincipal?: number;
  readonly perActor?: number;
  readonly total?: number;
}

export interface Scope {
  readonly scope: string;
  readonly description: string;
  readonly enabled: boolean;
  /** Nothing is granted, and what would be is recorded. Absent: it grants. */
  readonly mode?: 'report';
  readonly allow: readonly Rule[];
  readonly deny: readonly Rule[];
  readonly requires: {
    readonly intent: boolean;
    /** Absent: nobody has to approve. */
    readonly approval?: ApprovalRequirement;
    /** Absent: nothing has to come before. */
    readonly after?: PriorIssuance;
  };
  readonly limits: {
    readonly perPrincipal: Limit | null;
    readonly total: Limit | null;
    /** Of each who acts, and of each who acted before. Absent: there is none. */
    readonly perActor?: Limit;
    /** Absent: as many as there are. */
    readonly live?: LiveLimits;
  };
  /** Absent: it has none. */
  readonly parameters?: ScopeParameters;
  readonly grant: Grant;
}

/** Everything that one version of the configuration holds, as the loader returns it and `apply` writes it. */
export interface ConfigurationDocuments {
  readonly connections: readonly Connection[];
  readonly clients: readonly Client[];
  readonly scopes: readonly Scope[];
}

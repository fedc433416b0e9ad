/** Connections, as the broker reads them: presets are filled in, and nothing decides by their names. */
import type { Seconds } from '../../time.ts';
import type { PresetName } from '../presets/table.ts';
import type { JwsAlgorithm } from './jws-algorithm.ts';
import type { DownstreamClient } from './oauth-token-grant.ts';
import type { ConditionsDocument } from './rules.ts';

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

import type { Reuse } from '../configuration/documents.ts';
import type { JsonValue } from '../json.ts';
import type { Reason } from '../refusals/registry.ts';
import type { EpochSeconds } from '../time.ts';

/**
 * The verified claims as conditions and templates see them: the proof's top-level members by exact name, shadowed by the
 * connection's aliases and derived names (a shadowed name without a value is absent, not the member).
 * `unavailable` holds names that the proof says exist but does not carry (Entra ID's group overage), each with the refusal that
 * a rule needing it gets.
 */
export interface Claims {
  readonly values: ReadonlyMap<string, JsonValue>;
  readonly unavailable: ReadonlyMap<string, Reason>;
}

export type ProofKind = 'oidc' | 'saml' | 'aws-iam' | 'client-secret' | 'client-assertion' | 'broker';

/** What the ledger says of the proof. Never the proof itself. */
export interface ProofEvidence {
  readonly kind: ProofKind;
  readonly issuer: string | null;
  /** `jti`, `uti`, an assertion's id. */
  readonly tokenId: string | null;
  /** SHA-256 of a signed proof, lower-case hex; null for a client secret. */
  readonly sha256: string | null;
  /** Version id of the client secret that was used. */
  readonly secretVersion?: string;
  readonly expires: EpochSeconds | null;
}

/** How often this proof may be used, and the key of its claim: (issuer, tokenId). */
export interface ProofReuse {
  readonly reuse: Reuse;
  readonly issuer: string;
  readonly tokenId: string;
  /** The claim is kept at least until then: the proof's end plus the tolerance. */
  readonly until: EpochSeconds;
}

/** Who a verified proof names. Its identity is (connection or client, subject); `name` is a label for people. */
export interface Principal {
  /** `connection` for foreign proofs (`broker` for this broker's own tokens), `client` for a client as itself. */
  readonly source: { readonly kind: 'connection' | 'client'; readonly name: string };
  readonly subject: string;
  readonly name: string;
  readonly claims: Claims;
  readonly proof: ProofEvidence;
  /** null: the proof may be used any number of times (`reuse: allow`, client secrets). */
  readonly reuse: ProofReuse | null;
  /** Claim names that the connection keeps in the ledger. */
  readonly record: readonly string[];
  /** `may_act` of the token, unread; the actor must be the one it names. */
  readonly mayAct: JsonValue | undefined;
  /** Only for broker tokens: what came before this exchange. */
  readonly lineage: Lineage | null;
  /** Only for SAML: the Recipient that the assertion was confirmed for. */
  readonly recipient?: string;
}

/** The broker tokens that a broker token came of, nearest first (the token itself is the first), and its end. */
export interface Lineage {
  readonly tokenIds: readonly string[];
  /** How many exchanges led to the token; at most three may follow one another. */
  readonly exchanges: number;
  readonly expires: EpochSeconds;
  /** `act` of the token, to be nested under a further actor (RFC 8693 section 4.1). */
  readonly act: JsonValue | undefined;
}

/** A client that authenticated at this broker in this request. */
export interface AuthenticatedClient {
  readonly client: string;
  readonly claims: Claims;
  readonly proof: ProofEvidence;
  readonly reuse: ProofReuse | null;
}

/**
 * Who acts for the subject: `actor_token`'s principal, else the authenticated client, else nobody. `via` says which, because a rule that
 * names both `connection` and `client` admits that client as presenter without an `actor` of its own.
 */
export interface Actor {
  readonly via: 'actor-token' | 'client';
  /** null where the actor is the authenticated client. */
  readonly connection: string | null;
  readonly client: string | null;
  readonly subject: string;
  readonly name: string;
  readonly claims: Claims;
  readonly proof: ProofEvidence;
  readonly reuse: ProofReuse | null;
  readonly lineage: Lineage | null;
}

/** The last part of a `subject_token_type` (RFC 8693 section 3); `jwt` says nothing beyond the format. */
export type DeclaredJwtType = 'jwt' | 'id_token' | 'access_token';

/** A proof as it came, size-capped and of the right type, not yet believed. */
export type Proof =
  | { readonly kind: 'jwt'; readonly token: string; readonly declared: DeclaredJwtType }
  | { readonly kind: 'saml'; readonly document: string; readonly at: SamlBinding }
  | { readonly kind: 'aws-iam'; readonly envelope: string };

/** What a client sent to authenticate itself (RFC 6749 section 2.3, RFC 7523 section 2.2), not yet believed. Exactly one method a request. */
export type ClientProof =
  | {
      readonly method: 'client_secret_basic' | 'client_secret_post';
      readonly client: string;
      readonly secret: string;
    }
  | {
      readonly method: 'private_key_jwt';
      readonly assertion: string;
      /** `client_id` beside the assertion; must name the same client. */
      readonly client: string | null;
    }
  | { readonly method: 'none'; readonly client: string };

/** Where a SAML document came in, which decides the accepted Recipient, Destination and InResponseTo. */
export type SamlBinding =
  | { readonly kind: 'endpoint' }
  | {
      readonly kind: 'acs';
      readonly connection: string;
      readonly acsUrl: string;
      readonly inResponseTo: string | null;
    };

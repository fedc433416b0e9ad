import type { Reuse } from '../configuration/documents/connections.ts';
import type { JsonValue } from '../json.ts';
import type { Reason } from '../refusals/registry.ts';
import type { EpochSeconds } from '../time.ts';

/**
 * The verified claims as conditions and templates see them: the proof's top-level members by exact name, shadowed by
 * the connection's aliases and derived names (a shadowed name without a value is absent, not the member). `unavailable`
 * holds names that the proof says exist but does not carry (Entra ID's group overage), each with the refusal that a
 * rule needing it gets.
 */
export interface Claims {
  readonly values: ReadonlyMap<string, JsonValue>;
  readonly unavailable: ReadonlyMap<string, Reason>;
  /**
   * Why every other name is withheld too: a broker token carries some of its origin's claims. Absent: there are no
   * others.
   */
  readonly otherwise?: Reason;
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
  /**
   * The proof is accepted until then: its end plus the tolerance. Its claim is kept longer
   * (`lib/issuance/single-use.ts`).
   */
  readonly until: EpochSeconds;
}

/**
 * Who a verified proof names. Its identity is (connection or client, subject); `name` is a label for people. Of a
 * broker token all of it is the origin's, who came itself once: nothing is lost on the way (contract section 2).
 */
export interface Principal {
  /** `connection` for foreign proofs, `client` for a client as itself; never `broker`. */
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
  /** Only for broker tokens: what they say beside who their origin is. */
  readonly lineage: Lineage | null;
  /** Only for ID-JAGs. */
  readonly forClient?: ForClient;
  /** Thumbprint of the key that its proof is bound to; absent: none. Of a broker token, `lineage` says it. */
  readonly boundTo?: string;
  /** Only for SAML: the Recipient that the assertion was confirmed for. */
  readonly recipient?: string;
}

/** What a proof is for, at most: these scopes and resources; null: it does not say. */
export interface Ceiling {
  readonly scopes: readonly string[] | null;
  readonly resources: readonly string[] | null;
}

/** Whom a proof was made for: this client may present it, and what comes of it stays below its ceiling. */
export interface ForClient extends Ceiling {
  readonly client: string;
}

/** What a broker token says beside who its origin is. */
export interface Lineage {
  /** The broker tokens that it came of, nearest first; the token itself is the first. */
  readonly tokenIds: readonly string[];
  /** How many exchanges led to the token; at most three may follow one another. */
  readonly exchanges: number;
  readonly expires: EpochSeconds;
  /** The issuer of the origin's own proof; null: it had none, or the token does not say. */
  readonly issuer: string | null;
  /** Who acted so far, nearest first (RFC 8693 section 4.1). */
  readonly actors: readonly Actor[];
  /** The clients that authenticated on the way and did not act. */
  readonly presenters: readonly string[];
  /** The public clients that it came through, which nothing authenticated; absent: none. */
  readonly through?: readonly string[];
  /** Thumbprint of the key that the token is bound to; null: none. */
  readonly boundTo: string | null;
  /** The scopes of the token and of those that it came of. */
  readonly scopes: readonly string[];
  /** Those of the proofs that it came of. */
  readonly ceilings?: readonly Ceiling[];
  /** The client that the token's audience is, which alone presents it and acts. Absent: this broker is the audience. */
  readonly sentTo?: string;
  /** The token as it is, which a rule of the connection `broker` sees. */
  readonly token: { readonly subject: string; readonly claims: Claims };
}

/**
 * The issuer of whom a proof names: of a broker token its origin's own. null: there is none, or nobody knows it any
 * more.
 */
export const issuerOf = ({ proof, lineage }: Pick<Principal, 'proof' | 'lineage'>): string | null =>
  lineage === null ? proof.issuer : lineage.issuer;

/** A client that authenticated at this broker in this request. */
export interface AuthenticatedClient {
  readonly client: string;
  readonly claims: Claims;
  readonly proof: ProofEvidence;
  readonly reuse: ProofReuse | null;
  /** Only where true: it gets no broker token but one that is bound to a key (RFC 9449). */
  readonly requiresDpop?: true;
  /** The audiences that it is: it may exchange broker tokens that were sent to it as these. Absent: it is none. */
  readonly audiences?: readonly string[];
}

/**
 * Who acts for the subject: `actor_token`'s principal, else the authenticated client, else whom `act` of the subject's
 * broker token names, else nobody. `via` says which, because a rule that names both `connection` and `client` admits
 * that client as presenter without an `actor` of its own.
 */
export interface Actor {
  readonly via: 'actor-token' | 'client' | 'act';
  /** null where the actor is the authenticated client. */
  readonly connection: string | null;
  readonly client: string | null;
  readonly subject: string;
  readonly name: string;
  readonly claims: Claims;
  readonly proof: ProofEvidence;
  readonly reuse: ProofReuse | null;
  readonly lineage: Lineage | null;
  /** Only for ID-JAGs. */
  readonly forClient?: ForClient;
  /** As a principal's. */
  readonly boundTo?: string;
}

/** `<connection>:<subject>` or `client:<name>`: no name of a connection has a colon, and none is called `client`. */
export const identityOf = ({ connection, client, subject }: Pick<Actor, 'connection' | 'client' | 'subject'>) =>
  connection === null ? `client:${client ?? subject}` : `${connection}:${subject}`;

/** Everybody who acts or acted before, on either side: nearest first. */
export const actorsOf = (who: { readonly principal: Principal; readonly actor: Actor | null }): readonly Actor[] => [
  ...(who.actor === null ? [] : [who.actor, ...(who.actor.lineage?.actors ?? [])]),
  ...(who.principal.lineage?.actors ?? []),
];

/** All that is said of what this may be for: by either proof, and by those that a broker token came of. */
export const ceilingsOf = (who: { readonly principal: Principal; readonly actor: Actor | null }): readonly Ceiling[] =>
  [who.principal, who.actor].flatMap((party) => [party?.forClient ?? [], party?.lineage?.ceilings ?? []].flat());

/** A DPoP proof as it came, with what it must be for (RFC 9449 section 4.3). */
export interface DpopProof {
  readonly proof: string;
  readonly method: string;
  /** Of the request, which the issuer's origin is before. */
  readonly path: string;
  /** The access token that it comes with; null: it comes with none. Secret. */
  readonly accessToken: string | null;
}

/** A key whose possession was proven for this request. */
export interface ProvenKey {
  /** SHA-256 thumbprint of the JWK (RFC 7638), base64url: `cnf.jkt`. */
  readonly thumbprint: string;
  /** A proof is good once. */
  readonly reuse: ProofReuse;
}

/** The last part of a `subject_token_type` (RFC 8693 section 3); `jwt` says nothing beyond the format. */
export type DeclaredJwtType = 'jwt' | 'id_token' | 'access_token';

/** A proof as it came, size-capped and of the right type, not yet believed. */
export type Proof =
  | { readonly kind: 'jwt'; readonly token: string; readonly declared: DeclaredJwtType }
  | { readonly kind: 'saml'; readonly document: string; readonly at: SamlBinding }
  | { readonly kind: 'aws-iam'; readonly envelope: string };

/**
 * What a client sent to authenticate itself (RFC 6749 section 2.3, RFC 7523 section 2.2), not yet believed. Exactly one
 * method a request.
 */
export type ClientProof =
  | {
      readonly method: 'client_secret_basic' | 'client_secret_post';
      readonly client: string;
      readonly secret: string;
      /** The secret before it was form-decoded, where that is another text: who encodes nothing means this one. */
      readonly written?: string;
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

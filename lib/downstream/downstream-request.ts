import type { OauthTokenGrant } from '../configuration/documents/oauth-token-grant.ts';
import type { JsonValue } from '../json.ts';
import type { EpochSeconds } from '../time.ts';

export type IdJagGrant = Extract<OauthTokenGrant, { provider: 'id-jag' }>;

/** The second step of an ID-JAG's grant: `proof` of its request is the ID-JAG. */
type RedemptionGrant = Omit<IdJagGrant, 'provider' | 'identityProvider'> & { readonly provider: 'redemption' };

/** What one server is asked by: a grant for which one server is asked, or the second step of an ID-JAG's. */
export type StepGrant = Exclude<OauthTokenGrant, IdJagGrant> | RedemptionGrant;

/** What one issuance asks another authorization server for: the grant with its templates rendered, and for whom. */
export interface DownstreamRequest<G extends OauthTokenGrant | StepGrant = OauthTokenGrant> {
  /** The issuance's id: every assertion that is signed for it has a `jti` that begins with it. */
  readonly issuance: string;
  readonly grant: G;
  readonly scope: string | null;
  readonly audience: string | null;
  /** `sub` of an assertion. null: it has none. */
  readonly subject: string | null;
  /** RFC 8693 section 4.1: who acts for the subject, in an assertion of the broker's. */
  readonly act: JsonValue | undefined;
  /** Whom the token is for: connection or client, subject, actor. A token is kept for nobody else. */
  readonly identity: JsonValue;
  /** `forward: proof` and `provider: id-jag`: the caller's own token. Secret. */
  readonly proof: ForwardedProof | null;
  /** The end of the broker token that is the proof: an assertion made of it ends no later. */
  readonly endsBy: EpochSeconds | null;
}

export interface ForwardedProof {
  readonly token: string;
  /** RFC 8693 section 3. */
  readonly tokenType: string;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly expires: EpochSeconds;
  /** `iss`; only where an ID-JAG is held against it. */
  readonly issuer?: string;
}

/** The ID-JAG that a token was given for, as a record may have it. */
export interface IdJagEvidence {
  readonly issuer: string;
  /** `jti`. */
  readonly tokenId: string;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly expires: EpochSeconds;
}

/** A token of another server, checked. `token` is secret: never logged, never recorded. */
export interface DownstreamToken {
  readonly token: string;
  readonly tokenType: 'Bearer' | 'N_A';
  /** RFC 8693 section 3; null: the server did not say. */
  readonly issuedTokenType: string | null;
  readonly expires: EpochSeconds;
  /** True: the server did not say, the grant did. Such a token is never kept. */
  readonly expiresAssumed: boolean;
  /** What the server gave, space-separated; null: it did not say, so what was asked for (RFC 6749 section 5.1). */
  readonly scope: string | null;
  readonly repositories: readonly string[] | null;
  /** Ids of the secret versions that were sent or signed with; null: no secret was. */
  readonly secretVersion: string | null;
  /** Only of `provider: id-jag`. */
  readonly idJag?: IdJagEvidence;
}

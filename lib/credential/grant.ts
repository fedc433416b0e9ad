import type { Actor, AuthenticatedClient, Principal, Proof } from '../identity/principal.ts';
import type { JsonObject } from '../json.ts';
import type { CredentialRecord } from '../ledger/record.ts';
import type { Outcome } from '../outcome.ts';
import type { KeyLookup } from '../policy/decision.ts';
import type { CompiledGrant } from '../policy/grants/compiled-grant.ts';
import type { GrantType } from '../policy/grants/kinds.ts';
import type { AwsSession } from '../ports/sessions.ts';
import type { EpochMilliseconds, EpochSeconds, Seconds } from '../time.ts';

/** What one scope grants to whoever was allowed it. */
export interface Granted<T extends GrantType> {
  readonly scope: string;
  readonly grant: CompiledGrant<T>;
  /** Values for the templates of the grant. */
  readonly lookup: KeyLookup;
}

/** What every kind of grant is made from, beside the grant itself. The decision is taken. */
export interface GrantInput {
  /** The issuance's id: session name of an AWS session, `jti` of a broker token. */
  readonly issuance: string;
  readonly principal: Principal;
  /** Who acts for the principal; null: nobody does. */
  readonly actor: Actor | null;
  readonly client: AuthenticatedClient | null;
  /** Public clients that the request came through, which nothing authenticated; absent: none. */
  readonly through?: readonly string[];
  /** What the caller asked for; null: the grant's default. Out of range is refused, never clamped. */
  readonly requestedDuration: Seconds | null;
  readonly now: EpochMilliseconds;
  /** What the caller sent to narrow what it gets; null: nothing. */
  readonly narrowing: Narrowing | null;
  /**
   * The subject's proof as it came, for grants that pass it on. Secret. null: the subject is a client that
   * authenticated.
   */
  readonly proof: Proof | null;
  /** Thumbprint of the key that whoever asks has proven to have; null: none. */
  readonly key: string | null;
  /**
   * What is granted ends no later: the end of the broker token that is the proof (or the actor's, if sooner). null: no
   * such end.
   */
  readonly endsBy: EpochSeconds | null;
}

/** What a caller asks for less by (contract section 7). */
export interface Narrowing {
  /** An IAM policy, unread: the session may do what it and the grant's allow. */
  readonly policy: JsonObject | null;
  /** Of `/sts`, passed on as they are, and only where the grant has neither policy nor ARNs. */
  readonly policyArns: readonly string[];
  /** Values of the scope's parameters. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** True where nothing but parameters, which every kind of grant may have, is asked for. */
export const narrowsNoSession = (narrowing: Narrowing | null): boolean =>
  narrowing === null || (narrowing.policy === null && narrowing.policyArns.length === 0);

/** A grant that may be made: everything that can be refused without asking anybody else has been checked. */
export interface PreparedGrant {
  /** For the `started` record: what is about to be asked for. `expires` is the latest end it can have. */
  readonly planned: CredentialRecord;
  /**
   * What is granted, but for times and the issuance's own names: the same for the same request whenever it comes. An
   * approval is bound to it, and shows it.
   */
  bound(): JsonObject;
  /**
   * Only where the granter keeps what others minted: what is at hand for this very request, so that nobody is asked and
   * no `started` is due. null: somebody must be asked. Never throws.
   */
  readonly atHand?: (signal: AbortSignal) => Promise<Outcome<Minted> | null>;
  /**
   * Makes the credential. Called once, after `started` was written. Throws `Fault` where a dependency fails in no known
   * way.
   */
  mint(signal: AbortSignal): Promise<Outcome<Minted>>;
}

export interface Minted {
  /** For the record of the outcome: public values only. */
  readonly credential: CredentialRecord;
  /** For the answer, after the record was written. */
  readonly secret: MintedAwsSession | MintedToken;
}

/** Secret: never logged, never recorded. */
export interface MintedAwsSession {
  readonly kind: 'aws-session';
  /** RFC 8693 section 3 identifier. */
  readonly issuedTokenType: string;
  readonly roleArn: string;
  /** The account of the role, 12 digits. */
  readonly accountId: string;
  readonly session: AwsSession;
}

/** A broker token or somebody else's OAuth token. Secret: never logged, never recorded. */
export interface MintedToken {
  readonly kind: 'token';
  readonly token: string;
  /** `Bearer`, or what the other server said (RFC 6749 section 7.1). */
  readonly tokenType: string;
  /** RFC 8693 section 3 identifier of the token's type. */
  readonly issuedTokenType: string;
  readonly expires: EpochSeconds;
  /** Space-separated scope of the token, for the answer. null: as it was asked for. */
  readonly scope: string | null;
}

/** Makes one kind of grant. Both are pure and refuse before anything is recorded as started. */
export interface Granter<T extends GrantType> {
  prepare(granted: Granted<T>, input: GrantInput): Outcome<PreparedGrant>;
  /** Several scopes as one, where the facts of the kind let them go together. */
  prepareTogether?(granted: readonly [Granted<T>, ...Granted<T>[]], input: GrantInput): Outcome<PreparedGrant>;
}

/** A kind that is missing is not available here. */
export type Granters = { readonly [T in GrantType]?: Granter<T> };

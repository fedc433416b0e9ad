/**
 * What the domain asks of the world: types only. `lib/aws/` answers with AWS, tests with fakes, and one contract suite
 * runs on both. Every call takes an AbortSignal that carries the request's deadline. A port throws `Fault` when its
 * dependency fails.
 */
import type { AwsIamConnection, Client, OidcConnection, SamlConnection } from './configuration/documents.ts';
import type { JsonObject } from './json.ts';
import type { IssuanceFilter, IssuancePage } from './ledger/filter.ts';
import type { LedgerStep, Way } from './ledger/reader.ts';
import type { IssuanceRecord } from './ledger/record.ts';
import type { LogMembers } from './log-members.ts';
import type { Outcome } from './outcome.ts';
import type { CompiledConnection } from './policy/connection.ts';
import type { CompiledScope } from './policy/scope.ts';
import type { StandingRevocations } from './revocation/revocation.ts';
import type { EpochMilliseconds, EpochSeconds, Milliseconds, Seconds } from './time.ts';

export interface Clock {
  /** Milliseconds since the epoch; never goes back by more than the host's own clock does. */
  now(): EpochMilliseconds;
}

/** Randomness behind a port, so that tests can fix it. Cryptographically strong in `lib/aws/`. */
export interface Random {
  bytes(count: number): Uint8Array;
}

/** Who put a version of the configuration in force, when and why, as they said. */
export interface AppliedVersion {
  readonly author: string;
  readonly appliedAt: EpochMilliseconds;
  /** null: they gave none. */
  readonly reason: string | null;
  /** The commit of the folder, in hex, with `-dirty` where files differed from it; null: it had none. */
  readonly commit: string | null;
}

/**
 * One version of the configuration, read by key and compiled. Absent means absent in this version. Throws
 * `Fault('configuration')`, also for a document that does not load.
 */
export interface Configuration {
  readonly version: number;
  /** Absent where that is not known: of documents that nobody applied. */
  readonly applied?: AppliedVersion;
  scope(name: string, signal: AbortSignal): Promise<CompiledScope | null>;
  connection(name: string, signal: AbortSignal): Promise<CompiledConnection | null>;
  client(name: string, signal: AbortSignal): Promise<Client | null>;
  /** The connections whose tokens have this `iss`, exactly. */
  oidcIssuer(issuer: string, signal: AbortSignal): Promise<readonly CompiledConnection<OidcConnection>[]>;
  /** The connections whose accepted audience is this service provider entity id. */
  samlAudience(entityId: string, signal: AbortSignal): Promise<readonly CompiledConnection<SamlConnection>[]>;
  /**
   * Names of the scopes whose broker tokens are for this audience or resource, in one writing
   * (`canonicalResource`). Empty: there are none.
   */
  audience(resource: string, signal: AbortSignal): Promise<readonly string[]>;
  /** Whether any SAML connection lists CBC: where none does, nothing under CBC is decrypted. */
  samlDecryptsCbc(signal: AbortSignal): Promise<boolean>;
  /** The aws-iam connections that take this X-Broker-Server-Id. */
  awsIamServer(serverId: string, signal: AbortSignal): Promise<readonly CompiledConnection<AwsIamConnection>[]>;
}

export interface Configurations {
  /**
   * The version in force, known to be so at most 10 s ago. Throws `Fault('configuration')` where it cannot be known.
   */
  current(signal: AbortSignal): Promise<Configuration>;
}

export interface ScopeNames {
  /**
   * The names of the scopes of the version in force, sorted by code unit; null: the release that applied it kept no
   * list. Throws `Fault('configuration')`.
   */
  all(signal: AbortSignal): Promise<readonly string[] | null>;
}

/**
 * One source of keys. Caches are keyed by `source` (the key-set URL, or the issuer whose discovery names it) and kid.
 */
export interface KeySource {
  readonly issuer: string;
  readonly jwksUri: string | null;
}

export interface KeySets {
  /**
   * The public JWKs of the source that may have signed under `kid` (undefined: the token names none; then all).
   * Refetches for an unknown kid at most once per 30 s for each source. An empty list: no such key. `tried`: the keys
   * that were found for a token without kid, and verify nothing; an empty list then: there are no newer ones. Refuses
   * with `keys_unavailable` where no copy younger than 24 h can be had, with `key_not_known_yet` where the key may be
   * newer than the copy and the source may not be asked yet, with `key_unusable` where it is there and is none.
   */
  find(
    source: KeySource,
    kid: string | undefined,
    signal: AbortSignal,
    tried?: readonly JsonObject[],
  ): Promise<Outcome<readonly JsonObject[]>>;
}

/**
 * A small shared store for documents of others (key sets, IdP metadata), so that a cold start does not need the IdP.
 */
export interface DocumentStore {
  get(key: string, signal: AbortSignal): Promise<StoredDocument | null>;
  put(key: string, document: StoredDocument, signal: AbortSignal): Promise<void>;
}

export interface StoredDocument {
  readonly text: string;
  readonly fetchedAt: EpochMilliseconds;
}

/**
 * Fetches a document of an identity provider or another authorization server. https only, loopback http where the own
 * issuer is loopback.
 */
export interface Fetcher {
  /**
   * GET, or POST of a form. No redirects to other hosts, a byte cap, a deadline. Network failure, timeout, oversize:
   * `ok: false`, never thrown.
   */
  fetch(request: FetchRequest, signal: AbortSignal): Promise<FetchResult>;
}

export interface FetchRequest {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly maxBytes: number;
  readonly timeoutMs: number;
  /** `same-host`: at most three redirects on the same origin. */
  readonly redirects: 'none' | 'same-host';
  /** Refuse to dial private, loopback and link-local addresses, after resolving the name. */
  readonly publicAddressOnly: boolean;
}

export type FetchResult =
  | {
      readonly ok: true;
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Uint8Array;
    }
  | {
      readonly ok: false;
      readonly problem: 'timeout' | 'network' | 'too-large' | 'redirect' | 'address' | 'url';
      readonly cause: string;
      /** false: no connection was made (name, TCP, TLS), so that nothing in the request can be the cause. */
      readonly connected?: false;
    };

export interface ReplayClaim {
  readonly issuer: string;
  readonly tokenId: string;
  readonly reuse: 'bind' | 'once';
  /** SHA-256 of (scope, duration, actor): what `bind` compares. */
  readonly binding: string;
  readonly issuance: string;
  readonly until: EpochSeconds;
}

export interface Replays {
  /** One conditional write. `replayed` where another use holds it. */
  claim(claim: ReplayClaim, signal: AbortSignal): Promise<'claimed' | 'replayed'>;
  /** That issuance failed: the proof may be claimed again. Best effort; a failure leaves it claimed. */
  release(claim: ReplayClaim, signal: AbortSignal): Promise<void>;
  /**
   * A guess from this process's own memory, without a call: `claim` will answer `claimed`. False for a proof that was
   * met here before, but for one of `bind` under the same binding. Absent: nothing is known.
   */
  isLikely?(claim: ReplayClaim): boolean;
}

export interface LimitCount {
  /** Counter's name: scope, and the principal's identity or `total`. */
  readonly counter: string;
  readonly count: number;
  readonly window: Seconds;
}

export type Counted = { readonly within: true } | { readonly within: false; readonly retryAfter: Seconds };

export interface Limits {
  /**
   * Counts one in each, or says how long until the first window that is full ends. In a window behind that one nothing
   * stays counted. Throws `Fault('limits')`.
   */
  count(limits: readonly LimitCount[], now: EpochMilliseconds, signal: AbortSignal): Promise<Counted>;
  /**
   * Begins to count before it is known whether the request comes so far; only in windows that have so much room that
   * nobody else is refused for it (ADR 34). One of the two must follow. Absent: it cannot.
   */
  countAhead?(limits: readonly LimitCount[], now: EpochMilliseconds, signal: AbortSignal): CountedAhead;
}

export interface CountedAhead {
  /** The request comes so far: the rest of `count`. */
  settle(signal: AbortSignal): Promise<Counted>;
  /** It does not: nothing stays counted. Best effort; a failure leaves it counted. Never throws. */
  giveBack(signal: AbortSignal): Promise<void>;
}

/** Both reads throw `Fault('revocations')` where that cannot be known. */
export interface Revocations {
  /** True if any of the token ids is revoked; known at most 10 s late elsewhere, at once where it was revoked. */
  anyRevoked(tokenIds: readonly string[], signal: AbortSignal): Promise<boolean>;
  revoke(tokenId: string, until: EpochSeconds, signal: AbortSignal): Promise<void>;
  /** Revocations of everything that a name stands for, known to be so at most 10 s ago. */
  standing(signal: AbortSignal): Promise<StandingRevocations>;
}

export interface Ledger {
  /** Written before anybody else is asked to mint. Throws `Fault('ledger')`: then nobody is asked. */
  started(record: IssuanceRecord, signal: AbortSignal): Promise<void>;
  /**
   * Written before anything leaves. Throws `Fault('ledger')`: then nothing leaves. `after`: `started` was written for
   * this id, with the same scope.
   */
  finished(record: IssuanceRecord, signal: AbortSignal, after?: 'started'): Promise<void>;
  /** Tried for at most 200 ms; repeats within a minute are one record with `attempts`. Never throws. */
  denied(record: IssuanceRecord): Promise<void>;
}

/** Reads of the ledger. All throw `Fault('ledger')` where it cannot be read. */
export interface LedgerQueries {
  /** Reads what was written before, by key. null: there is no such issuance, or `id` is no issuance id. */
  get(id: string, signal: AbortSignal): Promise<IssuanceRecord | null>;
  /**
   * One page of the records that match, newest first; `limit` 1 to 1000. `next` of a page is `cursor` of the one after,
   * with the same filter; with another it is refused with `parameter_invalid`. A record that was just written may be
   * missing for about a second (indexes lag).
   */
  list(
    filter: IssuanceFilter,
    limit: number,
    cursor: string | null,
    signal: AbortSignal,
  ): Promise<Outcome<IssuancePage>>;
  /**
   * Every record that matches, in order, a step at a time: flat in memory, and no more is read than was asked for.
   */
  walk(filter: IssuanceFilter, way: Way, signal: AbortSignal): AsyncIterable<LedgerStep>;
}

export interface SecretVersion {
  readonly value: string;
  readonly versionId: string;
  /** Tags of the secret, for `token-broker:host`. */
  readonly tags: Readonly<Record<string, string>>;
}

/** How old a copy of a secret may be. */
export type SecretAge = 'cached' | 'fresh' | Milliseconds;

export interface Secrets {
  /**
   * AWSCURRENT, and AWSPREVIOUS if there is one, cached at most 60 s. null: there is no such secret. Throws
   * `Fault('secrets')`. `fresh`, for a version that was just refused elsewhere or does not fit what was presented: read
   * again, at most every few seconds for one secret. A length of time: no copy that is as old, so that 0 always reads.
   */
  read(
    name: string,
    signal: AbortSignal,
    age?: SecretAge,
  ): Promise<{
    readonly current: SecretVersion;
    readonly previous: (SecretVersion & { readonly retiredAt: EpochMilliseconds | null }) | null;
  } | null>;
}

/** Of the broker's own tokens (RFC 7518 section 3.1, RFC 8037). */
export type SigningAlgorithm = 'ES256' | 'EdDSA' | 'RS256';

/** Signs with this broker's current private key. */
export interface TokenSigner {
  /**
   * A compact JWS of the claims (RFC 7515), `typ` as given, `alg` and `kid` those of the current key. Throws
   * `Fault('secrets')`.
   */
  sign(type: string, claims: JsonObject, signal: AbortSignal): Promise<string>;
}

/** This broker's own public keys as published: next, current and previous. */
export interface OwnKeys {
  /** Those named `kid`; read again for an unknown one. Throws `Fault('key-sets')`. */
  find(kid: string | undefined, signal: AbortSignal): Promise<readonly JsonObject[]>;
  /** All of them, for the key-set document. */
  all(signal: AbortSignal): Promise<readonly JsonObject[]>;
}

/** Temporary AWS credentials. Secret: never logged, never recorded. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expires: EpochSeconds;
}

export interface AwsSession {
  readonly credentials: AwsCredentials;
  /** Arn and id of the assumed role user. */
  readonly assumedRoleArn: string;
  readonly assumedRoleId: string;
  readonly packedPolicySize: number | null;
  readonly sourceIdentity: string | null;
}

export interface AssumeRole {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly duration: Seconds;
  readonly externalId: string;
  readonly policy: string | null;
  readonly policyArns: readonly string[];
  readonly tags: readonly { readonly key: string; readonly value: string }[];
  readonly transitiveTagKeys: readonly string[];
  readonly sourceIdentity: string | null;
}

export interface AssumeRoleWithWebIdentity {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly duration: Seconds;
  readonly token: string;
  readonly policy: string | null;
  readonly policyArns: readonly string[];
}

export interface AssumeRoleWithSaml {
  readonly roleArn: string;
  readonly principalArn: string;
  readonly duration: Seconds;
  /** base64 of the whole Response. */
  readonly assertion: string;
  readonly policy: string | null;
  readonly policyArns: readonly string[];
}

export interface Sessions {
  /**
   * Final refusals: role_refused, policy_refused, policy_too_large, region_disabled, identity_refused, expired;
   * retryable: sts_throttled, sts_unavailable.
   */
  assumeRole(input: AssumeRole, signal: AbortSignal): Promise<Outcome<AwsSession>>;
  assumeRoleWithWebIdentity(input: AssumeRoleWithWebIdentity, signal: AbortSignal): Promise<Outcome<AwsSession>>;
  assumeRoleWithSaml(input: AssumeRoleWithSaml, signal: AbortSignal): Promise<Outcome<AwsSession>>;
}

/**
 * AWS's own tokens of the broker's role (outbound identity federation), so that another server needs no secret of the
 * broker's.
 */
export interface WebIdentities {
  /**
   * A token for that audience, a few minutes long. Refuses with web_identity_refused, sts_throttled, sts_unavailable.
   */
  token(audience: string, algorithm: 'RS256' | 'ES384', signal: AbortSignal): Promise<Outcome<string>>;
}

/** One file of the operators' page, as it was built. */
export interface PageFile {
  /** Media type, with its charset. */
  readonly type: string;
  readonly plain: Uint8Array;
  /** The same, compressed (RFC 1952). */
  readonly gzip: Uint8Array;
}

/** The operators' page, which lies beside the bundle of its function. */
export interface PageFiles {
  /** The document that every view begins with. */
  document(): PageFile;
  /** A script, style or icon, whose name has the hash of its content; null: this build has no such file. */
  asset(name: string): PageFile | null;
}

/** Waits. Behind a port, so that tests need not. */
export interface Pauses {
  /** True after that long; false, at once, when the signal ends the wait. Never throws. */
  wait(length: Milliseconds, signal: AbortSignal): Promise<boolean>;
}

/** One JSON line a call, of the members that may be logged. */
export interface Log {
  info(event: string, members: LogMembers): void;
  error(event: string, members: LogMembers, cause?: unknown): void;
}

/** What rules and scopes under `mode: report` would have decided otherwise. */
export interface ReportMetrics {
  reported(outcome: 'wouldDeny' | 'wouldAllow', scope: string): void;
}

/** How often each person is asked: whoever approves a hundred requests a day reads none of them. */
export interface ApprovalMetrics {
  decided(dimensions: { readonly decision: 'approve' | 'deny'; readonly approver: string }): void;
}

/** What a log line says: `event` and its members. */
export interface LogLine {
  readonly event: string;
  readonly members: LogMembers;
}

/** Each is one log line too, which says `line` beside its metrics: a second one would be paid for. */
export interface Metrics {
  issued(dimensions: { readonly grant: string; readonly route: string }, latencyMs: number, line: LogLine): void;
  refused(
    dimensions: {
      readonly reason: string;
      readonly route: string;
      readonly outcome: 'denied' | 'failed' | 'unauthenticated';
    },
    latencyMs: number,
    line: LogLine,
  ): void;
}

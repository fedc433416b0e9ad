import type { RuleSource } from '../configuration/documents/rules.ts';
import type { Scope } from '../configuration/documents/scopes.ts';
import type { ProofEvidence } from '../identity/principal.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import type { Check } from '../policy/decision.ts';
import type { Reason } from '../refusals/registry.ts';
import type { EpochMilliseconds, EpochSeconds, Seconds } from '../time.ts';
import type { PersonRole } from './persons.ts';

/**
 * `started`: somebody else was about to be asked to mint. The others are final; `approved` is an approver's word,
 * `erased` an erasure of somebody's data: they hand nothing out.
 */
export type IssuanceOutcome = 'started' | 'issued' | 'denied' | 'failed' | 'approved' | 'erased';

/** Who acted, in a delegation. */
export interface ActorRecord {
  readonly connection: string | null;
  readonly client: string | null;
  readonly subject: string;
  readonly principal: string;
  readonly proof: ProofEvidence;
  /** Claims of the actor that rules and templates name. */
  readonly claims: Readonly<Record<string, JsonValue>>;
}

/** What was handed out; never a secret. Members beyond these are allowed, all public. */
export interface CredentialRecord {
  readonly expires: EpochSeconds;
  readonly roleArn?: string;
  readonly accessKeyId?: string;
  readonly sourceIdentity?: string | null;
  /** The session policy, where it is not the grant's own alone: narrowed by the caller, or limited. */
  readonly policy?: JsonObject;
  /** Per cent of the packed limit, as STS says. */
  readonly packedPolicySize?: number | null;
  /** What STS packed, in characters: the session policy, ARNs, and keys and values of tags. */
  readonly sessionSize?: { readonly policy: number; readonly policyArns: number; readonly tags: number };
  /** SHA-256 of a bearer token, lower-case hex. */
  readonly tokenSha256?: string;
  /** Thumbprint of the key that the token is bound to (RFC 9449). */
  readonly boundTo?: string;
  readonly audience?: string | null;
  readonly downstreamScope?: string | null;
  readonly tokenEndpoint?: string;
  readonly tokenType?: string;
  readonly cached?: boolean;
  readonly secretVersion?: string | null;
  /** RFC 8693 section 3, where another server said it. */
  readonly issuedTokenType?: string | null;
  /** True: the server did not say how long its token lives; `expires` is the grant's word. */
  readonly expiresAssumed?: boolean;
  /** The ID-JAG that another server redeemed for it: who made it, its `jti`, SHA-256 (lower-case hex) and end. */
  readonly idJag?: {
    readonly issuer: string;
    readonly tokenId: string;
    readonly sha256: string;
    readonly expires: EpochSeconds;
  };
  /** A GitHub App's installation token: what it opens. */
  readonly repositories?: readonly string[];
}

/** What a caller asked for less by, as it came. */
export interface AskedRecord {
  readonly policy?: JsonObject;
  readonly policyArns?: readonly string[];
  readonly parameters?: Readonly<Record<string, string>>;
}

/** What an issuance came of, beside who stands in its record. Each absent where there is none. */
export interface LineageRecord {
  /**
   * The clients that it came through and that neither are the subject nor act: by whom broker tokens were presented on
   * the way, and public clients, which nothing authenticates. One whose `client_id` is the address of its document is
   * here by that address and by the name of the file that stands for it.
   */
  readonly clients?: readonly string[];
  /** The broker tokens that it came of, by their issuances, nearest first. */
  readonly issuances?: readonly string[];
  /** The scopes of those tokens. */
  readonly scopes?: readonly string[];
}

/** Of a person, client or workload, who it is. */
export interface PartyRecord {
  readonly connection: string | null;
  readonly client: string | null;
  readonly subject: string;
  readonly principal: string;
}

/**
 * The approval that a request needed, or that a decision is about. `pending`: asked for; `approved`, `denied`: the
 * record is the approver's; `expired`: nobody decided in time; `used`: what was issued took it up; `break-glass`: it
 * was issued without one.
 */
export interface ApprovalRecord {
  /** `apr_` and 26 characters. */
  readonly id: string;
  readonly state: 'pending' | 'approved' | 'denied' | 'expired' | 'used' | 'break-glass';
  readonly approver?: PartyRecord;
  /** The approver's, as they gave it; null: none. */
  readonly reason?: string | null;
  /** RFC 3339: when they decided. */
  readonly decided?: string;
  /** Whose request it is, in the record of a decision. */
  readonly requester?: PartyRecord;
}

/** Who allowed or refused it: the rule's place in the folder, and who put that folder in force, when and why. */
export interface DecisionSource {
  /** null: the rule's place was not kept when its version was applied. */
  readonly file: RuleSource['file'] | null;
  /** null also where no rule decided. */
  readonly line: RuleSource['line'] | null;
  readonly appliedBy: string | null;
  /** RFC 3339. */
  readonly appliedAt: string | null;
  readonly reason: string | null;
  readonly commit: string | null;
}

/** Who ended it before its time, when and why. */
export interface RevokedRecord {
  /** Id of the revocation. */
  readonly revocation: string;
  /** RFC 3339. */
  readonly time: string;
  /** `<connection>:<subject>` or `client:<name>`. */
  readonly by: string;
  readonly reason: string;
}

/** One issuance: one decision and its outcome (contract section 4). */
export interface IssuanceRecord {
  /** `iss_` and 26 characters of Crockford base32: 48 bits of milliseconds, 80 random bits (see `id.ts`). */
  readonly id: string;
  readonly time: EpochMilliseconds;
  readonly outcome: IssuanceOutcome;
  readonly reason: Reason | null;
  readonly attempts: number;
  /** Space-separated where several were granted as one. */
  readonly scope: string;
  readonly grant: Scope['grant']['type'] | null;
  readonly principal: string;
  readonly connection: string | null;
  readonly client: string | null;
  readonly subject: string;
  readonly actor: ActorRecord | null;
  readonly intent: string | null;
  /** Absent where it came of nothing else. */
  readonly lineage?: LineageRecord;
  /** What the caller narrowed its request by; absent where by nothing. */
  readonly asked?: AskedRecord;
  /** Only where one was needed. */
  readonly approval?: ApprovalRecord;
  readonly proof: ProofEvidence;
  readonly claims: Readonly<Record<string, JsonValue>>;
  readonly decision: {
    readonly configVersion: number;
    readonly rule: number | null;
    readonly checks: readonly Check[];
    /** Absent in a record of before, where nothing of it is known, and in `started`. */
    readonly source?: DecisionSource;
    /** Only where a rule read it: `request.duration`, in seconds; null: somebody else decided. */
    readonly duration?: Seconds | null;
    /** Only of `limit_reached`: which of the scope's limits, such as `perActor` or `live.total`. */
    readonly limit?: string;
    /** It was allowed; with the rules under `mode: report` it would be refused. */
    readonly wouldDeny?: { readonly rule: number | null; readonly reason: Reason; readonly scope?: string };
    /** It was refused; with the rules, or the scope, under `mode: report` it would be allowed. */
    readonly wouldAllow?: { readonly rule: number; readonly scope?: string };
  };
  readonly credential: CredentialRecord | null;
  readonly request: {
    readonly id: string;
    readonly sourceIp: string;
    readonly userAgent: string | null;
    /** `/sts` only: recorded, never trusted. */
    readonly roleSessionName?: string;
    /** `/v1/credentials` only: what the caller says that the credentials are for, such as `console`. */
    readonly purpose?: string;
  };
  /** Only where it was revoked (contract section 7): the first time. */
  readonly revoked?: RevokedRecord;
  /**
   * Only where true: not one denial but all those of this connection beyond the minute's ceiling; `attempts` counts
   * them.
   */
  readonly overflow?: true;
  /** Only where true: as what those stand in it whose members were erased (`persons.ts`). */
  readonly erased?: readonly PersonRole[];
  /** Of an erasure: by which pseudonym whoever was erased is known from then on. Never their name. */
  readonly erasure?: { readonly pseudonym: string };
  /** Only where something is not as it came: the paths of what was cut or left out for its size (see `bounds.ts`). */
  readonly truncated?: readonly string[];
}

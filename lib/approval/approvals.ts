import type { ProofEvidence } from '../identity/principal.ts';
import type { JsonObject } from '../json.ts';
import type { IssuanceRecord, PartyRecord } from '../ledger/record.ts';
import type { GrantType } from '../policy/grants/kinds.ts';
import type { EpochMilliseconds, EpochSeconds, Seconds } from '../time.ts';

/** What somebody is asked to approve: written once, when it is asked, and never changed. */
export interface ApprovalRequest {
  /** `apr_` and 26 characters, as an issuance's id has them. */
  readonly id: string;
  /** SHA-256 (hex) of everything that the approval is bound to (`digest.ts`). */
  readonly digest: string;
  readonly asked: EpochMilliseconds;
  /** Until when it waits. */
  readonly ends: EpochSeconds;
  readonly scopes: readonly string[];
  readonly configVersion: number;
  readonly subject: PartyRecord;
  /** Who acts, the nearest first; empty: nobody. */
  readonly actors: readonly PartyRecord[];
  /** Every client that authenticated for it, here or on its way. */
  readonly clients: readonly string[];
  /** Digests of the subject's and the actors' names at their identity providers, and of claims that name a person. */
  readonly persons: readonly string[];
  /** Connections of those of whom a claim that names a person is withheld. */
  readonly withheld: readonly string[];
  readonly intent: string | null;
  readonly duration: Seconds | null;
  readonly parameters: Readonly<Record<string, string>>;
  readonly grant: GrantType;
  /** What it would be given: role, policy, audience, and so on. */
  readonly gives: JsonObject;
  readonly proof: ProofEvidence;
  /** How often, and how long from the approval, it may be taken up. */
  readonly uses: number;
  readonly lasts: Seconds;
  readonly sourceIp: string;
  /** `break-glass`: it went on at once, and nobody can decide on it. */
  readonly kind: 'asks' | 'break-glass';
}

/** What an approver decided. */
export interface ApprovalDecision {
  readonly decision: 'approve' | 'deny';
  readonly approver: PartyRecord;
  /** null: none was given. */
  readonly reason: string | null;
  readonly decided: EpochMilliseconds;
  /** What the ledger is to be told: kept, so that whoever repeats it writes the very same. */
  readonly record: IssuanceRecord;
}

/** How far the request stands: the one thing that changes, one item for each digest. */
export interface ApprovalState {
  readonly id: string;
  readonly digest: string;
  /** Pending: until when it waits. Approved: until when it may be taken up. Denied: how long the no stands. */
  readonly ends: EpochSeconds;
  readonly status: 'pending' | 'approved' | 'denied';
  /** The decision's record is written: without it nothing can be taken up. */
  readonly recorded: boolean;
  /** null: nobody has decided. */
  readonly decision: ApprovalDecision | null;
  /** How often it may still be taken up. */
  readonly left: number;
  /** Issuances that have taken it up, and not yet handed anything out. */
  readonly takers: readonly string[];
  /** When it was last taken up; null: never. */
  readonly taken: EpochSeconds | null;
}

/** What somebody has to be told of (EventBridge). */
export type ApprovalEvent = 'asked' | 'approved' | 'denied' | 'expired' | 'used' | 'break-glass';

/**
 * Requests for approval and how they stand. Every step is one conditional write, so that of any number of callers at
 * once one takes it. Throws `Fault('approvals')`.
 */
export interface Approvals {
  /** How the request with this digest stands: one consistent read. null: nobody ever asked. */
  read(digest: string, signal: AbortSignal): Promise<ApprovalState | null>;
  /** Keeps the request; it is found by its id from then on. `tells` is what has yet to be told of it. */
  keep(request: ApprovalRequest, tells: readonly ApprovalEvent[], signal: AbortSignal): Promise<void>;
  /** It waits from now on, in place of `before`. False: another one stands there. */
  ask(request: ApprovalRequest, before: ApprovalState | null, signal: AbortSignal): Promise<boolean>;
  /** null: there is none of this id. */
  find(id: string, signal: AbortSignal): Promise<ApprovalRequest | null>;
  /** Those asked since then, newest first, at most `limit`; some may have been replaced since. */
  since(from: EpochMilliseconds, limit: number, signal: AbortSignal): Promise<readonly ApprovalRequest[]>;
  /** False: it does not wait any more. */
  decide(
    request: ApprovalRequest,
    decision: ApprovalDecision,
    now: EpochSeconds,
    signal: AbortSignal,
  ): Promise<boolean>;
  /** The decision's record is written. */
  recorded(state: Pick<ApprovalState, 'id' | 'digest'>, signal: AbortSignal): Promise<void>;
  /** Takes it up for an issuance, once. False: nothing is left, or its time is over. */
  take(state: ApprovalState, issuance: string, now: EpochSeconds, signal: AbortSignal): Promise<boolean>;
  /** What was taken up led to something: it stays used. */
  used(state: ApprovalState, issuance: string, signal: AbortSignal): Promise<void>;
  /** That issuance failed: it may be taken up again. Best effort; a failure leaves it used. */
  giveBack(state: ApprovalState, issuance: string, signal: AbortSignal): Promise<void>;
  /** Something more has to be told. */
  tell(id: string, event: ApprovalEvent, signal: AbortSignal): Promise<void>;
  /** It was told. */
  told(id: string, event: ApprovalEvent, signal: AbortSignal): Promise<void>;
  /** What has yet to be told of requests asked since then. */
  untold(from: EpochMilliseconds, signal: AbortSignal): Promise<readonly Untold[]>;
}

export interface Untold {
  readonly request: ApprovalRequest;
  readonly events: readonly ApprovalEvent[];
}

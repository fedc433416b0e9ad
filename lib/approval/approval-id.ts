import { firstIdAt, issuanceId, parseIssuanceId } from '../ledger/id.ts';
import type { Random } from '../ports/host.ts';
import type { EpochMilliseconds } from '../time.ts';

const PREFIX = 'apr_';

/** `apr_` and what an issuance's id has behind its own prefix: it sorts by time, and says when it was asked. */
export const approvalId = (time: EpochMilliseconds, random: Random): string =>
  `${PREFIX}${issuanceId(time, random).slice(PREFIX.length)}`;

/** A lower bound for the ids of what was asked since then. */
export const approvalIdAt = (time: EpochMilliseconds): string => `${PREFIX}${firstIdAt(time).slice(PREFIX.length)}`;

/** null for anything that `approvalId` cannot have made. */
export const parseApprovalId = (text: string): { readonly time: EpochMilliseconds; readonly spread: number } | null =>
  text.startsWith(PREFIX) ? parseIssuanceId(`iss_${text.slice(PREFIX.length)}`) : null;

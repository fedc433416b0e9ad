import { entryOf } from './archive/entry.ts';
import { KEY } from './archive/log.ts';
import type { Objects } from './archive/objects.ts';
import { receiptOf } from './archive/receipt.ts';
import { accept, type Outcome, refuse } from './outcome.ts';
import type { LedgerQueries } from './ports/ledger.ts';
import { seconds } from './time.ts';

/** What receipts ask of the world: the log, and whether the ledger has what the log has not. */
export interface ReceiptPorts {
  readonly objects: Pick<Objects, 'get'>;
  readonly queries: Pick<LedgerQueries, 'get'>;
}

/** The log follows within a minute. */
const AGAIN = seconds(15);

/**
 * The receipt of an issuance (C2SP tlog-proof). Refuses with `issuance_unknown` where neither log nor ledger has it,
 * and with `receipt_not_ready` where the log does not have it yet, or not with what the ledger has by now.
 */
export async function readReceipt(
  { objects, queries }: ReceiptPorts,
  id: string,
  signal: AbortSignal,
): Promise<Outcome<string>> {
  const [receipt, record] = await Promise.all([receiptOf(objects, id, signal), queries.get(id, signal)]);
  if (receipt === null && record === null) return refuse('issuance_unknown');
  const isBehind = receipt === null || (record !== null && entryOf(record).rank > receipt.entry.rank);
  return isBehind ? refuse('receipt_not_ready', { retryAfter: AGAIN }) : accept(receipt.text);
}

/** The key that verifies the log, as a line (C2SP signed-note); `receipt_not_ready` before there is a log. */
export async function readLogKey(
  { objects }: Pick<ReceiptPorts, 'objects'>,
  signal: AbortSignal,
): Promise<Outcome<string>> {
  const key = await objects.get(KEY, signal);
  return key === null
    ? refuse('receipt_not_ready', { retryAfter: AGAIN })
    : accept(Buffer.from(key.body).toString('utf8'));
}

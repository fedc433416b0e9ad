import { askText, type Problem, type Result } from '../api.ts';
import { type Verdict, verifyReceipt } from '../receipt.ts';
import type { Issuance, Json } from '../record.ts';
import type { Session } from '../session.ts';
import { CopyBlock } from './copy.tsx';
import { ProblemBox } from './problem.tsx';
import { Code, Text } from './text.tsx';
import { useAnswer } from './use-answer.ts';

interface Verified {
  readonly verdict: Verdict;
  readonly receipt: string;
  readonly key: string;
}

interface ReceiptProps {
  readonly issuance: Issuance;
  readonly session: Session;
}

/** Whether the record is in the log that nobody can change unseen, as this browser finds by itself. */
export function ReceiptPart({ issuance, session }: ReceiptProps) {
  const loaded = useAnswer(`${session.token} ${issuance.id}`, (signal) => verified(session, issuance, signal));
  if (loaded.kind === 'loading') return <p class="quiet">Verifying…</p>;
  if (loaded.kind === 'problem') return <NotThere problem={loaded.problem} again={loaded.again} />;
  const { verdict, receipt, key } = loaded.value;
  return (
    <>
      <Says verdict={verdict} />
      <p>
        The log's key, as this broker serves it; compare it with the one that you keep: <Code of={key} />
      </p>
      <details>
        <summary>The receipt</summary>
        <CopyBlock text={receipt} label={`Receipt of ${issuance.id}`} />
      </details>
    </>
  );
}

async function verified(session: Session, issuance: Issuance, signal: AbortSignal): Promise<Result<Verified>> {
  const path = `/v1/issuances/${encodeURIComponent(issuance.id)}/receipt`;
  const [receipt, key] = await Promise.all([
    askText(session, { path }, signal),
    askText(session, { path: '/v1/ledger/key' }, signal),
  ]);
  if (!receipt.ok) return receipt;
  if (!key.ok) return key;
  const record: Json = JSON.parse(JSON.stringify(issuance));
  const verdict = await verifyReceipt(receipt.value, key.value, record);
  return { ok: true, value: { verdict, receipt: receipt.value, key: key.value.trim() } };
}

/** Not in the log yet, or this deployment keeps none: then the record is the broker's word alone. */
function NotThere({ problem, again }: { readonly problem: Problem; readonly again: () => void }) {
  if (problem.reason === 'receipt_not_ready') {
    return (
      <div class="notice">
        <p>
          The log does not have this record yet; it follows within a minute.{' '}
          <button type="button" onClick={again}>
            Look again
          </button>
        </p>
      </div>
    );
  }
  if (problem.status === 404) {
    return <p class="quiet">This broker gives no receipts: that the record is unchanged is its word alone.</p>;
  }
  return <ProblemBox problem={problem} again={again} />;
}

const BROKEN: Readonly<Record<string, string>> = {
  receipt: 'The receipt is damaged: it cannot be read.',
  key: 'The receipt is of another log than the key that this broker serves.',
  signature: "The checkpoint is not signed by the log's key.",
  proof: 'The log does not have this entry: the proof does not lead to the root that was signed.',
  record: 'The log has another record under this id than the one that is shown here.',
};

function Says({ verdict }: { readonly verdict: Verdict }) {
  switch (verdict.kind) {
    case 'holds':
      return (
        <p>
          <span class="check held">
            <span aria-hidden="true">✓</span> verified in this browser
          </span>
          : entry {verdict.index} of {verdict.size} in the log <Text of={verdict.origin} />
          {verdict.others.length === 0 ? null : (
            <>
              , which <Text of={verdict.others.join(', ')} /> signed too
            </>
          )}
          .
          {verdict.sealed
            ? ' What is a person\u2019s own is sealed there, or was erased: the rest was compared.'
            : null}
        </p>
      );
    case 'broken':
      return (
        <div class="notice bad" role="alert">
          <p>
            <strong>The receipt does not hold.</strong> {BROKEN[verdict.what]} Keep this page and the receipt.
          </p>
        </div>
      );
    case 'unsupported':
      return (
        <p class="notice">
          This browser knows no Ed25519, so nothing was verified. <code>token-broker ledger verify</code> does it.
        </p>
      );
  }
}

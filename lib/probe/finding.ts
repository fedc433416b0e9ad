/**
 * What was seen of a connection's identity provider. `soon`: it works, and will not at `until` or is not as it should
 * be. `broken`: its proofs are refused now.
 */
export interface Finding {
  readonly connection: string;
  readonly check: 'discovery' | 'keys' | 'algorithms' | 'clock' | 'certificate' | 'metadata' | 'nothing';
  readonly status: 'ok' | 'soon' | 'broken';
  readonly message: string;
  /** When it ends, RFC 3339; null: it does not. */
  readonly until: string | null;
}

/** Findings of one connection. */
export const findingsOf =
  (connection: string) =>
  (check: Finding['check'], status: Finding['status'], message: string, until: number | null = null): Finding => ({
    ...{ connection, check, status, message },
    until: until === null ? null : new Date(until).toISOString().replace('.000', ''),
  });

export type Found = ReturnType<typeof findingsOf>;

/** Somebody has to act within this time. */
export const SOON_MS = 30 * 86_400_000;

/** Whether what ends then has ended, ends soon, or neither. */
export const statusAt = (end: number, now: number): Finding['status'] => {
  if (now >= end) return 'broken';
  return now >= end - SOON_MS ? 'soon' : 'ok';
};

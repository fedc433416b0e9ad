/**
 * A process that began less than this long ago is starting for the request at hand: its caller has been waiting since.
 */
const COLD_START_MS = 1_500;
/** However slow the start was, the request gets a try. */
const LEAST_BUDGET_MS = 400;

/**
 * Deadlines of requests. The first request of a process that has just begun has been waiting for the start, so that the
 * start counts against it (boto gives up 2 s after it asked, also from cold).
 */
export function deadlines(): (budgetMs: number) => AbortSignal {
  let first = true;
  return (budgetMs) => {
    const startedMs = first ? performance.now() : Number.POSITIVE_INFINITY;
    first = false;
    const spentMs = startedMs < COLD_START_MS ? startedMs : 0;
    return AbortSignal.timeout(Math.max(LEAST_BUDGET_MS, budgetMs - Math.ceil(spentMs)));
  };
}

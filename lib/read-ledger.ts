import { admitBearer, type BearerPorts, type PresentedBearer } from './admit-bearer.ts';
import type { JsonObject } from './json.ts';
import { parseSearch, type SearchParameter } from './ledger/filter.ts';
import { toJson } from './ledger/json.ts';
import { countLedger, parseStats, type StatsParameters, statsJson } from './ledger/stats.ts';
import { accept, type Outcome, refuse } from './outcome.ts';
import type { LedgerQueries } from './ports/ledger.ts';

/** The built-in scope whose tokens read the ledger (contract section 2). */
const READ_SCOPE = 'broker:issuances:read';

/** What the operators' API asks of the world: it can neither mint nor write, but that a key was proven. */
export interface ReadLedgerPorts extends BearerPorts {
  readonly queries: LedgerQueries;
}

/**
 * Admits the bearer of a broker token for this broker itself with the scope `broker:issuances:read` (RFC 6750, RFC 9068
 * section 4).
 */
export const admitReader = (
  ports: BearerPorts,
  token: PresentedBearer,
  signal: AbortSignal,
): Promise<Outcome<unknown>> => admitBearer(ports, token, READ_SCOPE, signal);

/** One page of the ledger, newest first. */
export async function listIssuances(
  { queries }: ReadLedgerPorts,
  parameters: Readonly<Partial<Record<SearchParameter, string>>>,
  signal: AbortSignal,
): Promise<Outcome<JsonObject>> {
  const search = parseSearch(parameters);
  if (!search.ok) return search;
  const { filter, limit, cursor } = search.value;
  const page = await queries.list(filter, limit, cursor, signal);
  if (!page.ok) return page;
  return accept({ issuances: page.value.issuances.map(toJson), next: page.value.next });
}

/** One record, by its id. */
export async function showIssuance(
  { queries }: ReadLedgerPorts,
  id: string,
  signal: AbortSignal,
): Promise<Outcome<JsonObject>> {
  const record = await queries.get(id, signal);
  return record === null ? refuse('issuance_unknown') : accept(toJson(record));
}

/** Of one answer: what a small function counts well within its time, so that a longer range is several answers. */
const COUNT_BOUND = { records: 50_000, milliseconds: 8_000 };
/** Values of one breakdown that an answer names. */
const MOST_GROUPS = 100;

/** How many issuances there were; `partial` where the answer's bound was met, `next` then goes on. */
export async function countIssuances(
  ports: ReadLedgerPorts,
  parameters: StatsParameters,
  signal: AbortSignal,
): Promise<Outcome<JsonObject>> {
  const question = parseStats(parameters, ports.clock.now());
  if (!question.ok) return question;
  return accept(statsJson(question.value, await countLedger(ports, question.value, COUNT_BOUND, signal), MOST_GROUPS));
}

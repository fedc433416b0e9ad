import { accept, type Outcome, refuse } from '../outcome.ts';
import type { EpochMilliseconds } from '../time.ts';
import { boundedText } from './bounds.ts';
import { parseRfc3339 } from './instant.ts';
import type { IssuanceOutcome, IssuanceRecord } from './record.ts';

/** Every member that is given must hold. Texts are compared exactly; `from` and `to` are both inclusive. */
export interface IssuanceFilter {
  /** The label, as records have it. */
  readonly principal?: string;
  readonly connection?: string;
  readonly client?: string;
  /** One scope; an issuance of several is found under each. */
  readonly scope?: string;
  readonly outcome?: IssuanceOutcome;
  readonly reason?: string;
  readonly accessKeyId?: string;
  readonly from?: EpochMilliseconds;
  readonly to?: EpochMilliseconds;
}

/** What `GET /v1/issuances` and `issuances list` ask. */
export interface IssuanceSearch {
  readonly filter: IssuanceFilter;
  /** 1 to 1000. */
  readonly limit: number;
  readonly cursor: string | null;
}

/** One page of a search. */
export interface IssuancePage {
  /** Newest first. May be empty while `next` is not null: the page's work was done and nothing matched so far. */
  readonly issuances: readonly IssuanceRecord[];
  /** Cursor of the next page; null: there is none. */
  readonly next: string | null;
}

const TEXTS = ['principal', 'connection', 'client', 'scope', 'reason', 'accessKeyId'] as const;
export const OUTCOMES: readonly IssuanceOutcome[] = ['started', 'issued', 'denied', 'failed', 'approved'];
const DEFAULT_LIMIT = 100;
const MOST_LIMIT = 1_000;
const MOST_CHARACTERS = 4_096;

/** The names of the parameters of a search, as contract section 3 has them. */
export const SEARCH_PARAMETERS = [...TEXTS, 'outcome', 'from', 'to', 'limit', 'cursor'] as const;
export type SearchParameter = (typeof SEARCH_PARAMETERS)[number];

/**
 * Reads a search from its parameters (contract section 3, `/v1/issuances`); absent means not asked. Refuses with
 * `parameter_invalid`, whose detail names the parameter: an empty or overlong text, an unknown outcome, a time that is
 * not RFC 3339, `from` after `to`, a limit outside 1 to 1000.
 */
export function parseSearch(parameters: Readonly<Partial<Record<SearchParameter, string>>>): Outcome<IssuanceSearch> {
  for (const name of SEARCH_PARAMETERS) {
    const value = parameters[name];
    if (value !== undefined && (value === '' || value.length > MOST_CHARACTERS)) {
      return invalid(name, `1 to ${MOST_CHARACTERS} characters`);
    }
  }
  const outcome = OUTCOMES.find((known) => known === parameters.outcome);
  if (parameters.outcome !== undefined && outcome === undefined) return invalid('outcome', OUTCOMES.join(', '));
  const from = parameters.from === undefined ? undefined : parseRfc3339(parameters.from, 'up');
  if (from === null) return invalid('from', 'an RFC 3339 time such as 2026-11-21T09:00:00Z');
  const to = parameters.to === undefined ? undefined : parseRfc3339(parameters.to, 'down');
  if (to === null) return invalid('to', 'an RFC 3339 time such as 2026-11-21T09:00:00Z');
  if (from !== undefined && to !== undefined && from > to) return invalid('from', 'not later than to');
  const limit = parameters.limit === undefined ? DEFAULT_LIMIT : parseLimit(parameters.limit);
  if (limit === null) return invalid('limit', `a whole number from 1 to ${MOST_LIMIT}`);
  const texts = Object.fromEntries(
    TEXTS.flatMap((name) => (parameters[name] === undefined ? [] : [[name, parameters[name]]])),
  );
  const times = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  const filter: IssuanceFilter = { ...texts, ...(outcome === undefined ? {} : { outcome }), ...times };
  return accept({ filter, limit, cursor: parameters.cursor ?? null });
}

const invalid = (name: SearchParameter, expected: string) =>
  refuse('parameter_invalid', { detail: `The parameter ${name} is not acceptable. Expected: ${expected}.` });

function parseLimit(text: string): number | null {
  const limit = /^[1-9][0-9]{0,3}$/.test(text) ? Number(text) : 0;
  return limit >= 1 && limit <= MOST_LIMIT ? limit : null;
}

/** The scopes of a record, each once. */
export const scopesOf = (record: Pick<IssuanceRecord, 'scope'>): readonly string[] => [
  ...new Set(record.scope.split(' ').filter((scope) => scope !== '')),
];

/** Whether the record is one that the filter asks for: the last word, whatever index it was found by. */
export function matches(filter: IssuanceFilter, record: IssuanceRecord): boolean {
  const { principal, connection, client, scope, outcome, reason, accessKeyId, from, to } = filter;
  return (
    (principal === undefined || record.principal === boundedText(principal)) &&
    (connection === undefined || record.connection === connection) &&
    (client === undefined || record.client === client) &&
    (scope === undefined || scopesOf(record).includes(scope)) &&
    (outcome === undefined || record.outcome === outcome) &&
    (reason === undefined || record.reason === reason) &&
    (accessKeyId === undefined || record.credential?.accessKeyId === accessKeyId) &&
    (from === undefined || record.time >= from) &&
    (to === undefined || record.time <= to)
  );
}

import { accept, type Outcome, refuse } from '../outcome.ts';
import type { EpochMilliseconds } from '../time.ts';
import { keptTexts } from './bounds.ts';
import {
  APPROVAL_STATES,
  hasWords,
  isActor,
  isApprovalTerm,
  isOfApproval,
  isOfRule,
  type RuleTerm,
  readRule,
  wordsOf,
} from './filter-terms.ts';
import { parseRfc3339 } from './instant.ts';
import type { IssuanceOutcome, IssuanceRecord } from './record.ts';

/** Every member that is given must hold. Texts are compared exactly; `from` and `to` are both inclusive. */
export interface IssuanceFilter {
  /** The label, as records have it. */
  readonly principal?: string;
  readonly connection?: string;
  /** By or through which client: also one that is public, or that brought a broker token on its way. */
  readonly client?: string;
  /** One scope; an issuance of several is found under each. */
  readonly scope?: string;
  readonly outcome?: IssuanceOutcome;
  readonly reason?: string;
  readonly accessKeyId?: string;
  /** Who acted: the label, as records have it, or the identity, `<connection>:<subject>` or `client:<name>`. */
  readonly actor?: string;
  /** Words that the intent has, all of them. */
  readonly intent?: readonly string[];
  /** An approval's id, or one of its states. */
  readonly approval?: string;
  readonly rule?: RuleTerm;
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

const TEXTS = ['principal', 'connection', 'client', 'scope', 'reason', 'accessKeyId', 'actor'] as const;
export const OUTCOMES: readonly IssuanceOutcome[] = ['started', 'issued', 'denied', 'failed', 'approved', 'erased'];
const DEFAULT_LIMIT = 100;
const MOST_LIMIT = 1_000;
const MOST_CHARACTERS = 4_096;

/** The names of the parameters of a search, as contract section 3 has them. */
export const SEARCH_PARAMETERS = [
  ...TEXTS,
  'intent',
  'approval',
  'rule',
  'outcome',
  'from',
  'to',
  'limit',
  'cursor',
] as const;
export type SearchParameter = (typeof SEARCH_PARAMETERS)[number];

/**
 * Reads a search from its parameters (contract section 3, `/v1/issuances`); absent means not asked. Refuses with
 * `parameter_invalid`, whose detail names the parameter: an empty or overlong text, an unknown outcome, a time that is
 * not RFC 3339, `from` after `to`, a limit outside 1 to 1000, an intent without a word, an approval that is neither id
 * nor state, a rule that is neither a place nor a number of a scope.
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
  const to = parameters.to === undefined ? undefined : parseRfc3339(parameters.to);
  if (to === null) return invalid('to', 'an RFC 3339 time such as 2026-11-21T09:00:00Z');
  if (from !== undefined && to !== undefined && from > to) return invalid('from', 'not later than to');
  const limit = parameters.limit === undefined ? DEFAULT_LIMIT : parseLimit(parameters.limit);
  if (limit === null) return invalid('limit', `a whole number from 1 to ${MOST_LIMIT}`);
  const texts = Object.fromEntries(
    TEXTS.flatMap((name) => (parameters[name] === undefined ? [] : [[name, parameters[name]]])),
  );
  const terms = parseTerms(parameters);
  if (!terms.ok) return terms;
  const times = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  const filter: IssuanceFilter = { ...texts, ...terms.value, ...(outcome === undefined ? {} : { outcome }), ...times };
  return accept({ filter, limit, cursor: parameters.cursor ?? null });
}

/** The filters that are more than one text. */
function parseTerms({
  intent,
  approval,
  rule,
  scope,
}: Readonly<Partial<Record<SearchParameter, string>>>): Outcome<Pick<IssuanceFilter, 'intent' | 'approval' | 'rule'>> {
  const words = intent === undefined ? undefined : wordsOf(intent);
  if (words?.length === 0) return invalid('intent', 'words: letters or digits');
  if (approval !== undefined && !isApprovalTerm(approval)) {
    return invalid('approval', `the id of an approval, or ${APPROVAL_STATES.join(', ')}`);
  }
  const term = rule === undefined ? undefined : readRule(rule, scope);
  if (term === null) {
    return invalid('rule', 'a place, such as scopes/deploy.yaml:12, or with scope the number of a rule, from 0 on');
  }
  return accept({
    ...(words === undefined ? {} : { intent: words }),
    ...(approval === undefined ? {} : { approval }),
    ...(term === undefined ? {} : { rule: term }),
  });
}

const invalid = (name: SearchParameter, expected: string) =>
  refuse('parameter_invalid', { detail: `The parameter ${name} is not acceptable. Expected: ${expected}.` });

function parseLimit(text: string): number | null {
  const limit = Number(text);
  return /^[1-9][0-9]*$/.test(text) && limit <= MOST_LIMIT ? limit : null;
}

/** The scopes of a record, each once. */
export const scopesOf = (record: Pick<IssuanceRecord, 'scope'>): readonly string[] => [
  ...new Set(record.scope.split(' ').filter((scope) => scope !== '')),
];

/** The clients that it was issued to or came through, but for those that act. */
export const clientsOf = ({ client, lineage }: Pick<IssuanceRecord, 'client' | 'lineage'>): readonly string[] => [
  ...(client === null ? [] : [client]),
  ...(lineage?.clients ?? []),
];

/** Whether the record is one that the filter asks for: the last word, whatever index it was found by. */
export function matches(filter: IssuanceFilter, record: IssuanceRecord): boolean {
  const { principal, connection, client, scope, outcome, reason, accessKeyId, from, to } = filter;
  const { actor, intent, approval, rule } = filter;
  return (
    (principal === undefined || keptTexts(principal).includes(record.principal)) &&
    (connection === undefined || record.connection === connection) &&
    (client === undefined || clientsOf(record).includes(client)) &&
    (scope === undefined || scopesOf(record).includes(scope)) &&
    (outcome === undefined || record.outcome === outcome) &&
    (reason === undefined || record.reason === reason) &&
    (accessKeyId === undefined || record.credential?.accessKeyId === accessKeyId) &&
    (from === undefined || record.time >= from) &&
    (to === undefined || record.time <= to) &&
    (actor === undefined || isActor(actor, record)) &&
    (approval === undefined || isOfApproval(approval, record.approval)) &&
    (rule === undefined || isOfRule(rule, record)) &&
    (intent === undefined || hasWords(intent, record.intent))
  );
}

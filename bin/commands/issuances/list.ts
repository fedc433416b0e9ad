import {
  type IssuancePage,
  type IssuanceSearch,
  parseSearch,
  type SearchParameter,
} from '../../../lib/ledger/filter.ts';
import { toJson } from '../../../lib/ledger/json.ts';
import type { IssuanceRecord } from '../../../lib/ledger/record.ts';
import type { LedgerQueries } from '../../../lib/ports.ts';
import { type Command, UsageError } from '../../command.ts';
import { withLedger } from './ledger.ts';
import { textTable } from './text.ts';

/** Options by the parameter of the API that each of them is. */
const OPTIONS: Readonly<Record<string, SearchParameter>> = {
  principal: 'principal',
  connection: 'connection',
  client: 'client',
  scope: 'scope',
  outcome: 'outcome',
  reason: 'reason',
  'access-key-id': 'accessKeyId',
  from: 'from',
  to: 'to',
  limit: 'limit',
  cursor: 'cursor',
};

/** A list gives up on its own only where DynamoDB hangs. */
const PAGE_TIMEOUT_MS = 60_000;

export const command: Command = {
  description: 'Lists issuances from the ledger, newest first. Reads DynamoDB with your own AWS credentials.',
  options: [
    { flags: '--principal <label>', description: 'who it was, as records name them' },
    { flags: '--connection <name>', description: 'by which connection' },
    { flags: '--client <name>', description: 'by or through which client' },
    { flags: '--scope <scope>', description: 'for which scope' },
    { flags: '--outcome <outcome>', description: 'started, issued, denied or failed' },
    { flags: '--reason <reason>', description: 'why not (docs/refusals.md)' },
    { flags: '--access-key-id <id>', description: 'which issuance made this AWS access key' },
    { flags: '--from <time>', description: 'from when on, inclusive: RFC 3339, such as 2026-11-21T09:00:00Z' },
    { flags: '--to <time>', description: 'until when, inclusive' },
    { flags: '--limit <n>', description: '1 to 1000; default 100' },
    { flags: '--cursor <cursor>', description: 'go on where another list with the same filters ended' },
    { flags: '--json', description: 'print {"issuances": [...], "next": CURSOR or null}' },
    {
      flags: '--tables <prefix>',
      description: "of the deployment's tables (default: TOKEN_BROKER_TABLES, else token-broker)",
    },
  ],
  examples: ['token-broker issuances list --outcome denied', 'token-broker issuances list --access-key-id ASIA…'],
  run: async (given, terminal) => {
    const parameters: Partial<Record<SearchParameter, string>> = {};
    for (const [option, parameter] of Object.entries(OPTIONS)) {
      const value = given.value(option);
      if (value !== undefined) parameters[parameter] = value;
    }
    const search = parseSearch(parameters);
    if (!search.ok) throw new UsageError(search.refusal.detail ?? search.refusal.reason);
    const page = await withLedger(given.value('tables'), terminal, (ledger) => collect(ledger, search.value));
    if (page === null) throw new UsageError('--cursor is not of a list with these filters');
    terminal.out(given.has('json') ? pageJson(page) : listText(page));
    if (!given.has('json') && page.next !== null) terminal.err(`There is more: add --cursor ${page.next}\n`);
    return 0;
  },
};

/**
 * Pages of the ledger may be empty while it goes on; a list is full or at the end. null: the cursor is of another
 * search.
 */
async function collect(ledger: LedgerQueries, { filter, limit, cursor }: IssuanceSearch): Promise<IssuancePage | null> {
  const issuances: IssuanceRecord[] = [];
  let next = cursor;
  do {
    const signal = AbortSignal.timeout(PAGE_TIMEOUT_MS);
    const page = await ledger.list(filter, limit - issuances.length, next, signal);
    if (!page.ok) return null;
    issuances.push(...page.value.issuances);
    next = page.value.next;
  } while (next !== null && issuances.length < limit);
  return { issuances, next };
}

const pageJson = ({ issuances, next }: IssuancePage): string =>
  `${JSON.stringify({ issuances: issuances.map(toJson), next }, null, 2)}\n`;

const HEADINGS = ['TIME', 'OUTCOME', 'SCOPE', 'PRINCIPAL', 'ACTOR', 'SOURCE', 'DETAIL', 'ID'];

function listText({ issuances }: IssuancePage): string {
  if (issuances.length === 0) return 'No issuances.\n';
  return textTable([HEADINGS, ...issuances.map(rowOf)]);
}

/** `github agent-7`, `client bot`; empty where nobody acted for the principal. */
function actorOf({ actor }: IssuanceRecord): string {
  if (actor === null) return '';
  return actor.client === null ? `${actor.connection} ${actor.principal}` : `client ${actor.client}`;
}

function rowOf(record: IssuanceRecord): readonly string[] {
  const source = record.connection ?? (record.client === null ? '' : `client ${record.client}`);
  const times = record.attempts > 1 ? ` (${record.attempts} times)` : '';
  const what = record.overflow === true ? 'further denials' : record.principal;
  const detail = record.reason ?? record.credential?.accessKeyId ?? record.grant ?? '';
  const time = String(toJson(record)['time']);
  return [time, `${record.outcome}${times}`, record.scope, what, actorOf(record), source, detail, record.id];
}

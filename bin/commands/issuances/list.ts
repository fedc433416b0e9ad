import { dynamoKeyReader } from '../../../lib/aws/dynamodb/subject-keys.ts';
import {
  type IssuancePage,
  type IssuanceSearch,
  parseSearch,
  type SearchParameter,
} from '../../../lib/ledger/filter.ts';
import { toRfc3339Milliseconds } from '../../../lib/ledger/instant.ts';
import { toJson } from '../../../lib/ledger/json.ts';
import type { IssuanceRecord } from '../../../lib/ledger/record.ts';
import { onlyUnfinished } from '../../../lib/ledger/unfinished.ts';
import type { LedgerQueries } from '../../../lib/ports/ledger.ts';
import { epochMilliseconds } from '../../../lib/time.ts';
import { type Arguments, type Command, type Terminal, UsageError } from '../../command.ts';
import { BUCKET_OPTION, withArchive } from '../ledger/archive.ts';
import { archivedIssuances } from './archived.ts';
import { withLedger, withTables } from './ledger.ts';
import { filterOptions, givenFilters, tablesOption } from './search-options.ts';
import { textTable } from './text.ts';

/** A list gives up on its own only where DynamoDB hangs. */
const PAGE_TIMEOUT_MS = 60_000;
/** Without a range of time the archive is read from its end on. */
const ARCHIVE_TIMEOUT_MS = 600_000;

export const command: Command = {
  description: 'Lists issuances from the ledger, newest first. Reads DynamoDB with your own AWS credentials.',
  options: [
    ...filterOptions,
    {
      flags: '--unfinished',
      description: 'what began more than five minutes ago and has no outcome: somebody may hold what nobody recorded',
    },
    { flags: '--limit <n>', description: '1 to 1000; default 100' },
    { flags: '--cursor <cursor>', description: 'go on where another list with the same filters ended' },
    { flags: '--archive', description: 'search the archive in S3, which keeps what the table does not keep any more' },
    BUCKET_OPTION,
    { flags: '--json', description: 'print {"issuances": [...], "next": CURSOR or null}' },
    tablesOption,
  ],
  examples: [
    'token-broker issuances list --outcome denied',
    'token-broker issuances list --access-key-id ASIA…',
    'token-broker issuances list --unfinished',
  ],
  run: async (given, terminal) => {
    const parameters: Partial<Record<SearchParameter, string>> = givenFilters(given);
    for (const name of ['limit', 'cursor'] as const) {
      const value = given.value(name);
      if (value !== undefined) parameters[name] = value;
    }
    const search = parseSearch(parameters);
    if (!search.ok) throw new UsageError(search.refusal.detail ?? search.refusal.reason);
    const asked = given.has('unfinished') ? unfinished(search.value) : search.value;
    const page = await pageOf(given, terminal, asked);
    terminal.out(given.has('json') ? pageJson(page) : listText(page));
    if (!given.has('json') && page.next !== null) terminal.err(`There is more: add ${goingOn(asked, page.next)}\n`);
    return 0;
  },
};

/** What is unfinished is so at a time: it has to be said, for the cursor goes with the filters that it came of. */
function goingOn({ filter }: IssuanceSearch, next: string): string {
  const to = filter.outcome === 'started' && filter.to !== undefined ? `--to ${toRfc3339Milliseconds(filter.to)} ` : '';
  return `${to}--cursor ${next}`;
}

function unfinished({ filter, ...search }: IssuanceSearch): IssuanceSearch {
  if (filter.outcome !== undefined && filter.outcome !== 'started') {
    throw new UsageError('--unfinished is what is still started, of no other outcome');
  }
  return { ...search, filter: onlyUnfinished(filter, epochMilliseconds(Date.now())) };
}

async function pageOf(given: Arguments, terminal: Terminal, search: IssuanceSearch): Promise<IssuancePage> {
  const page = given.has('archive')
    ? await archivedPage(given, terminal, search)
    : await withLedger(given.value('tables'), terminal, (ledger) => collect(ledger, search));
  if (page === null) throw new UsageError('--cursor is not of a list with these filters');
  return page;
}

function archivedPage(given: Arguments, terminal: Terminal, search: IssuanceSearch): Promise<IssuancePage | null> {
  const tables = given.value('tables');
  const signal = AbortSignal.timeout(ARCHIVE_TIMEOUT_MS);
  const at = { bucket: given.value('bucket'), tables };
  return withTables(tables, terminal, ({ client, name }) =>
    withArchive(at, terminal, (objects) =>
      archivedIssuances(objects, dynamoKeyReader({ client, table: name('ledger') }), search, signal),
    ),
  );
}

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

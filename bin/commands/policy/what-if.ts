import type { ConfigurationTable } from '../../../lib/aws/dynamodb/configuration-item.ts';
import { configurationVersion } from '../../../lib/aws/dynamodb/configuration-version.ts';
import { loadConfiguration } from '../../../lib/configuration/load.ts';
import { parseSearch } from '../../../lib/ledger/filter.ts';
import type { IssuanceRecord } from '../../../lib/ledger/record.ts';
import type { Configuration } from '../../../lib/ports/configuration.ts';
import type { LedgerQueries } from '../../../lib/ports/ledger.ts';
import { replayDecision } from '../../../lib/rehearsal/replay.ts';
import { type Command, UsageError } from '../../command.ts';
import { withLedger } from '../issuances/ledger.ts';
import { configurationTable, TABLES_OPTION } from './configuration-table.ts';
import { documentConfiguration } from './document-configuration.ts';
import { deployedAs, folderArgument, formatProblemCounts, formatProblems, issuerArgument } from './folder.ts';
import { Tally, tallyText } from './what-if-tally.ts';

/** Longest that a page of the ledger may take. */
const PAGE_MS = 60_000;
const READ_MS = 30_000;
const PAGE = 1_000;

export const command: Command = {
  arguments: '<dir>',
  description: `Takes recorded decisions again under a folder, by the runtime's own code: first how many can be taken again, then who would gain and who would lose.
What a record does not keep is said, and a decision that hangs on it is not guessed. Limits, single use, audiences and what others answer are not tried.
Reads the ledger and the configuration with your own AWS credentials, and writes nothing.`,
  options: [
    {
      flags: '--from <time>',
      description: 'decisions from then on, inclusive: RFC 3339, such as 2026-11-21T09:00:00Z',
    },
    { flags: '--to <time>', description: 'until then, inclusive' },
    { flags: '--scope <scope>', description: 'decisions about that scope only' },
    { flags: '--principal <label>', description: 'decisions about that principal only' },
    { flags: '--issuer <url>', description: 'the issuer of the deployment (default: TOKEN_BROKER_ISSUER)' },
    {
      flags: '--json',
      description: 'print {"decisions", "replayed", "unchanged", "notReplayed", "gains", "loses", "otherwiseRefused"}',
    },
    TABLES_OPTION,
  ],
  notes: 'Exit code: 0 done, 1 the folder does not load, or the ledger cannot be read.',
  examples: ['token-broker policy what-if config/ --from 2026-11-01T00:00:00Z --scope deploy-web'],
  run: async (given, terminal) => {
    const directory = folderArgument(given, terminal);
    const filters = ['from', 'to', 'scope', 'principal'] as const;
    const stated = filters.map((name) => [name, given.value(name)]).filter(([, value]) => value !== undefined);
    const search = parseSearch({ ...Object.fromEntries(stated), limit: String(PAGE) });
    if (!search.ok) throw new UsageError(search.refusal.detail ?? search.refusal.reason);
    const loaded = await loadConfiguration(directory, deployedAs(issuerArgument(given, terminal)));
    if ('problems' in loaded) {
      terminal.err(`${formatProblems(loaded.problems)}${formatProblemCounts(loaded.problems)}: nothing was replayed\n`);
      return 1;
    }
    const next = documentConfiguration(loaded.documents);
    const versions = storedVersions(configurationTable(given, terminal));
    const tally = new Tally();
    await withLedger(given.value('tables'), terminal, async (ledger) => {
      for await (const record of recordsOf(ledger, search.value.filter)) {
        const was = versions(record.decision.configVersion);
        tally.count(record, await replayDecision(record, was, next, AbortSignal.timeout(READ_MS)));
        if (tally.decisions % PAGE === 0) terminal.err(`replayed ${tally.decisions} decisions\n`);
      }
    });
    terminal.out(given.has('json') ? `${JSON.stringify(tally.toJson(), null, 2)}\n` : tallyText(tally));
    return 0;
  },
};

/** Newest first, a page at a time. */
async function* recordsOf(
  ledger: LedgerQueries,
  filter: Parameters<LedgerQueries['list']>[0],
): AsyncGenerator<IssuanceRecord> {
  let cursor: string | null = null;
  do {
    const page = await ledger.list(filter, PAGE, cursor, AbortSignal.timeout(PAGE_MS));
    if (!page.ok) throw new Error('the ledger did not go on where it ended');
    yield* page.value.issuances;
    cursor = page.value.next;
  } while (cursor !== null);
}

/** The versions that decided, each read by key; what they have is kept while this runs. */
function storedVersions(table: ConfigurationTable): (version: number) => Configuration {
  const versions = new Map<number, Configuration>();
  return (version) => {
    const known = versions.get(version) ?? configurationVersion(table, { version });
    versions.set(version, known);
    return known;
  };
}

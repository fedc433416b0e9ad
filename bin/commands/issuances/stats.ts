import { toRfc3339Milliseconds } from '../../../lib/ledger/instant.ts';
import { countLedger, parseStats, type Stats, type StatsQuestion, statsJson } from '../../../lib/ledger/stats.ts';
import { type Counts, type Dimension, recordsOf } from '../../../lib/ledger/tally.ts';
import type { LedgerQueries } from '../../../lib/ports/ledger.ts';
import { epochMilliseconds } from '../../../lib/time.ts';
import { type Command, type Terminal, UsageError } from '../../command.ts';
import { recordsProgress } from '../../progress.ts';
import { withLedger } from './ledger.ts';
import { filterOptions, givenFilters, tablesOption } from './search-options.ts';
import { plainText, textTable } from './text.ts';

/** Values of a breakdown by name, as text and as JSON. */
const MOST_LINES = 50;
const MOST_GROUPS = 1_000;
/** A count gives up on its own only where DynamoDB hangs. */
const COUNT_TIMEOUT_MS = 3_600_000;
const UNBOUND = { records: Number.POSITIVE_INFINITY, milliseconds: Number.POSITIVE_INFINITY };

const clock = { now: () => epochMilliseconds(Date.now()) };

export const command: Command = {
  description: `Counts issuances: over time, or with --by what most of them have in common. Reads DynamoDB with your own AWS credentials.
Without --from and --to: of the last 24 hours. Repeats of a denial within a minute are one record; ATTEMPTS counts the requests.
Of a scope, PACKED is the most that its sessions took of what STS packs of policy, ARNs and tags.`,
  options: [
    {
      flags: '--by <what>',
      description: 'scope, connection, principal, actor, reason or outcome; several with commas',
    },
    {
      flags: '--step <length>',
      description: 'of the line of time: whole seconds, or minute, hour, day, week (in UTC); at most 1000 steps',
    },
    ...filterOptions,
    { flags: '--json', description: 'print what GET /v1/stats answers, all of the range counted' },
    tablesOption,
  ],
  examples: [
    'token-broker issuances stats --by scope --from 2026-11-01T00:00:00Z',
    'token-broker issuances stats --outcome denied --step hour',
  ],
  run: async (given, terminal) => {
    const [by, step] = [given.value('by'), given.value('step')];
    const counting = { ...(by === undefined ? {} : { by }), ...(step === undefined ? {} : { step }) };
    const question = parseStats({ ...givenFilters(given), ...counting }, clock.now());
    if (!question.ok) throw new UsageError(question.refusal.detail ?? question.refusal.reason);
    const stats = await withLedger(given.value('tables'), terminal, (ledger) =>
      count(ledger, question.value, terminal),
    );
    const json = () => `${JSON.stringify(statsJson(question.value, stats, MOST_GROUPS), null, 2)}\n`;
    terminal.out(given.has('json') ? json() : statsText(question.value, stats));
    for (const warning of packedWarnings(stats)) terminal.err(`${plainText(warning)}\n`);
    return 0;
  },
};

async function count(ledger: LedgerQueries, question: StatsQuestion, terminal: Terminal): Promise<Stats> {
  const progress = recordsProgress(terminal, 'counted');
  const queries: LedgerQueries = {
    ...ledger,
    walk: async function* (...asked) {
      for await (const step of ledger.walk(...asked)) {
        yield step;
        progress.past(step.examined);
      }
    },
  };
  try {
    return await countLedger({ queries, clock }, question, UNBOUND, AbortSignal.timeout(COUNT_TIMEOUT_MS));
  } finally {
    progress.end();
  }
}

const HEADINGS = ['ISSUED', 'DENIED', 'FAILED', 'STARTED', 'APPROVED', 'ATTEMPTS'];
const cells = ({ issued, denied, failed, started, approved, attempts }: Counts): readonly string[] =>
  [issued, denied, failed, started, approved, attempts].map(String);

function statsText({ by, filter }: StatsQuestion, { tally }: Stats): string {
  const range = `${toRfc3339Milliseconds(filter.from)} to ${toRfc3339Milliseconds(filter.to)}`;
  if (recordsOf(tally.total) === 0) return `No issuances from ${range}.\n`;
  const total = ['(all)', ...cells(tally.total)];
  if (by.length > 0) return by.map((dimension) => breakdownText(dimension, { tally })).join('\n');
  const line = tally.line().map(({ time, counts }) => [toRfc3339Milliseconds(time), ...cells(counts)]);
  return textTable([['TIME', ...HEADINGS], ...line, total]);
}

function breakdownText(dimension: Dimension, { tally }: Pick<Stats, 'tally'>): string {
  const { groups, others } = tally.breakdown(dimension, MOST_LINES);
  const rest = others === null ? [] : [['(others)', ...cells(others)]];
  const hasPacked = dimension === 'scope' && groups.some(({ packed }) => packed !== null);
  const rows = groups.map(({ value, counts, packed }) => [
    ...[value ?? '(none)', ...cells(counts)],
    ...(hasPacked ? [packed === null ? '-' : `${packed} %`] : []),
  ]);
  const total = ['(all)', ...cells(tally.total)];
  return textTable([[dimension.toUpperCase(), ...HEADINGS, ...(hasPacked ? ['PACKED'] : [])], ...rows, ...rest, total]);
}

/** From here on a longer claim or one more tag may be more than STS packs (ADR 68). */
const NEARLY_FULL = 80;

/** Of each scope whose sessions came near what STS packs. */
export function packedWarnings({ tally }: Pick<Stats, 'tally'>): readonly string[] {
  return tally
    .breakdown('scope', MOST_GROUPS)
    .groups.flatMap(({ value, packed }) =>
      packed === null || packed < NEARLY_FULL
        ? []
        : [
            `warning: ${value}: its sessions took up to ${packed} % of what STS packs of policy, ARNs and tags; beyond 100 % it refuses them (policy_too_large)`,
          ],
    );
}

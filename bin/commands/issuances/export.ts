import { resolve } from 'node:path';
import { EXPORT_FORMATS, type ExportFormat } from '../../../lib/ledger/export.ts';
import { type IssuanceFilter, parseSearch } from '../../../lib/ledger/filter.ts';
import { firstIdAt, lastIdAt } from '../../../lib/ledger/id.ts';
import type { LedgerQueries } from '../../../lib/ports/ledger.ts';
import { epochMilliseconds } from '../../../lib/time.ts';
import { type Command, type Terminal, UsageError } from '../../command.ts';
import { recordsProgress } from '../../progress.ts';
import { openExportFile } from './export-file.ts';
import { withLedger } from './ledger.ts';
import { filterOptions, givenFilters, tablesOption } from './search-options.ts';

/** An export gives up on its own only where DynamoDB hangs. */
const EXPORT_TIMEOUT_MS = 24 * 3_600_000;
/** Younger records still change: `started` becomes an outcome, a repeat adds to a denial, indexes lag. */
const SETTLED_MS = 120_000;

export const command: Command = {
  description: `Writes issuances to standard output, oldest first, every member of each record: as JSON Lines, or as CSV for spreadsheets. Reads DynamoDB with your own AWS credentials.
Memory does not grow with the ledger. With --resume the output is a file, and goes on behind its last whole record: each record is there once.`,
  options: [
    { flags: '--format <format>', description: 'jsonl (default) or csv', choices: ['jsonl', 'csv'] },
    {
      flags: '--resume <file>',
      description: 'write to this file, going on where it ends; first writing it if it is not there',
    },
    ...filterOptions,
    tablesOption,
  ],
  notes: `CSV is that of RFC 4180, with a header. A cell that a spreadsheet would run gets an apostrophe in front, and control characters are shown as code points; JSON Lines are exact.
Records of the last two minutes may still change.`,
  examples: [
    'token-broker issuances export --from 2026-11-01T00:00:00Z --to 2026-12-01T00:00:00Z --format csv > november.csv',
    'token-broker issuances export --from 2026-01-01T00:00:00Z --resume issuances.jsonl',
  ],
  run: async (given, terminal) => {
    const search = parseSearch(givenFilters(given));
    if (!search.ok) throw new UsageError(search.refusal.detail ?? search.refusal.reason);
    const format = EXPORT_FORMATS[given.value('format') === 'csv' ? 'csv' : 'jsonl'];
    const now = Date.now();
    const filter = { ...search.value.filter, to: search.value.filter.to ?? epochMilliseconds(now) };
    if (filter.from !== undefined && filter.from > filter.to) throw new UsageError('--from is later than now');
    const resumed = given.value('resume');
    if (resumed === '') throw new UsageError('--resume takes the name of a file');
    const output =
      resumed === undefined ? standardOutput(format, terminal) : fileOutput(resumed, { format, filter, terminal });
    try {
      await withLedger(given.value('tables'), terminal, (ledger) => copy(ledger, { filter, format, output, terminal }));
    } finally {
      output.close();
    }
    if (filter.to > now - SETTLED_MS) terminal.err('Records of the last two minutes may still change.\n');
    return 0;
  },
};

interface Output {
  readonly place: string | null;
  write(text: string): void;
  /** Waits until what was written is taken; false: nobody reads any more. */
  flushed(): Promise<boolean>;
  close(): void;
}

function standardOutput({ head }: ExportFormat, terminal: Terminal): Output {
  if (head !== '') terminal.out(head);
  return {
    place: null,
    write: (text) => terminal.out(text),
    flushed: async () => (terminal.flushed === undefined ? true : terminal.flushed()),
    close: () => {},
  };
}

interface Resuming {
  readonly format: ExportFormat;
  readonly filter: IssuanceFilter & { readonly to: NonNullable<IssuanceFilter['to']> };
  readonly terminal: Terminal;
}

function fileOutput(path: string, { format, filter, terminal }: Resuming): Output {
  const isWithin = (place: string): boolean =>
    place <= lastIdAt(filter.to) && (filter.from === undefined || place >= firstIdAt(filter.from));
  const file = openExportFile(resolve(terminal.cwd, path), { ...format, placeOf: within });
  function within(line: string): string | null {
    const place = format.placeOf(line);
    if (place !== null && !isWithin(place)) {
      throw new UsageError(`${path} ends in a record that is not between --from and --to`);
    }
    return place;
  }
  return { ...file, flushed: async () => true };
}

interface Copying {
  readonly filter: IssuanceFilter;
  readonly format: ExportFormat;
  readonly output: Output;
  readonly terminal: Terminal;
}

async function copy(ledger: LedgerQueries, { filter, format, output, terminal }: Copying): Promise<void> {
  const progress = recordsProgress(terminal, 'read');
  const way = { order: 'oldest-first', behind: output.place } as const;
  try {
    for await (const step of ledger.walk(filter, way, AbortSignal.timeout(EXPORT_TIMEOUT_MS))) {
      if (step.records.length > 0) output.write(step.records.map((record) => format.line(record)).join(''));
      if (!(await output.flushed())) return;
      progress.past(step.examined);
    }
  } finally {
    progress.end();
  }
}

/** Where events of CloudTrail come from: its files, or CloudTrail Lake. */
import type { Lake } from '../../../lib/aws/cloudtrail/lake.ts';
import type { TrailEvent } from '../../../lib/cloudtrail/event.ts';
import { type LakeQuestion, readEventDataStore } from '../../../lib/cloudtrail/lake-query.ts';
import { type Arguments, type OptionSpec, type Terminal, UsageError } from '../../command.ts';
import { progressOn } from '../../progress.ts';
import { trailFiles } from './trail-files.ts';

export const trailOptions: readonly OptionSpec[] = [
  {
    flags: '--cloudtrail <path>',
    description: "a file of CloudTrail's, or a folder with such files (.json, .json.gz) at any depth; or: lake",
    repeatable: true,
  },
  { flags: '--event-data-store <arn>', description: 'of CloudTrail Lake, for --cloudtrail lake' },
];

/** What was read so far. */
export interface TrailReading {
  readonly files: number;
  readonly unreadable: readonly string[];
  /** null: files were read. */
  readonly lake: { readonly queries: number; readonly bytesScanned: number } | null;
}

export interface Trail {
  /** Offers every event of the files, whatever is asked; of Lake those that the question is about. */
  each(question: () => LakeQuestion, offer: (event: TrailEvent) => void): Promise<void>;
  reading(): TrailReading;
}

/** A query runs for an hour at most. */
const QUERY_MS = 3_660_000;
/** Of a query in US dollars (CloudTrail's price list, us-east-1). */
const USD_PER_GB = 0.005;
const GB = 1_000_000_000;

/** Uses what `--cloudtrail` names. Throws `UsageError` where it names nothing, or Lake without its event data store. */
export async function withTrail<T>(
  given: Arguments,
  terminal: Terminal,
  use: (trail: Trail) => Promise<T>,
): Promise<T> {
  const paths = given.values('cloudtrail');
  const store = given.value('event-data-store');
  if (paths.length === 0 || paths.includes('')) {
    throw new UsageError("--cloudtrail names a folder with CloudTrail's files, or one of them, or lake");
  }
  if (!paths.includes('lake')) {
    if (store !== undefined) throw new UsageError('--event-data-store is for --cloudtrail lake');
    return use(filesTrail(paths, terminal));
  }
  if (paths.length > 1) throw new UsageError('--cloudtrail is lake, or files and folders');
  const known = store === undefined ? null : readEventDataStore(store);
  if (known === null) {
    const form = 'arn:aws:cloudtrail:REGION:ACCOUNT:eventdatastore/ID';
    throw new UsageError(`--cloudtrail lake needs --event-data-store ${form} (aws cloudtrail list-event-data-stores)`);
  }
  const { cloudTrailLake } = await import('../../../lib/aws/cloudtrail/lake.ts');
  const lake = cloudTrailLake(known);
  try {
    return await use(lakeTrail(lake, terminal));
  } finally {
    lake.destroy();
  }
}

/** One file at a time: memory does not grow with their number. */
function filesTrail(paths: readonly string[], terminal: Terminal): Trail {
  const { files, events } = trailFiles(paths, terminal.cwd);
  const unreadable = new Set<string>();
  return {
    each: async (_question, offer) => {
      const progress = progressOn(terminal, 'read');
      for (const [number, file] of files.entries()) {
        progress.at(number, files.length);
        const found = events(file);
        if (found === null) unreadable.add(file);
        for (const event of found ?? []) offer(event);
      }
      progress.end();
    },
    reading: () => ({ files: files.length, unreadable: [...unreadable], lake: null }),
  };
}

function lakeTrail(lake: Lake, { err }: Terminal): Trail {
  let [queries, bytesScanned] = [0, 0];
  return {
    each: async (question, offer) => {
      queries += 1;
      bytesScanned += (await lake.ask(question(), offer, AbortSignal.timeout(QUERY_MS))).bytesScanned;
      const cost = ((bytesScanned / GB) * USD_PER_GB).toFixed(4);
      err(`CloudTrail Lake scanned ${(bytesScanned / GB).toFixed(3)} GB, about ${cost} USD.\n`);
    },
    reading: () => ({ files: 0, unreadable: [], lake: { queries, bytesScanned } }),
  };
}

import type { ConfigurationDocuments } from '../../configuration/documents/configuration.ts';
import { type ConfigurationItem, configurationItems } from '../../configuration/items.ts';
import type { Pair } from '../../policy/plan/plan.ts';
import type { ConfigurationPointer, ConfigurationTable } from './configuration-item.ts';
import { type ConfigurationIndex, hashOfIndex, indexOf, readDocuments, readIndex } from './stored-folder.ts';

/** A configuration beside the one in force. */
export interface Comparison {
  /** What `hash` of its pointer would be. */
  readonly hash: string;
  /** `unlisted`: a release of before applied what is in force and kept no list, so that nothing can be compared. */
  readonly base: 'nothing' | 'listed' | 'unlisted';
  /** How many documents differ in any way. */
  readonly count: number;
  /** They themselves, connections and clients first, a batch at a time: memory does not grow with their number. */
  pairs(signal: AbortSignal): AsyncGenerator<Pair>;
}

const KINDS = ['connection', 'client', 'scope'] as const;

/** Compares by digests: only documents that differ are read. Throws as `readIndex` and `readDocuments`. */
export async function compareWithForce(
  table: ConfigurationTable,
  pointer: ConfigurationPointer | null,
  documents: ConfigurationDocuments,
  signal: AbortSignal,
): Promise<Comparison> {
  const items = configurationItems(documents);
  const now = indexOf(items);
  const old: ConfigurationIndex | null = pointer === null ? new Map() : await readIndex(table, pointer, signal);
  const texts = new Map(items.map(({ key, doc }) => [key, doc]));
  const differing = KINDS.flatMap((kind) => differingOf(kind, old ?? new Map(), now));
  return {
    hash: hashOfIndex(now),
    base: pointer === null ? 'nothing' : old === null ? 'unlisted' : 'listed',
    count: differing.length,
    pairs: async function* (reading) {
      const index = old ?? new Map<string, string>();
      const kept = differing.filter((key) => index.has(key));
      const before =
        pointer === null ? none() : readDocuments(table, pointer.version, index, kept, reading)[Symbol.asyncIterator]();
      for (const key of differing) {
        const found = index.has(key) ? await before.next() : null;
        yield pairOf(key, found === null || found.done === true ? null : found.value.doc, texts.get(key) ?? null);
      }
    },
  };
}

async function* none(): AsyncGenerator<ConfigurationItem> {
  // There is nothing to read.
}

function differingOf(kind: (typeof KINDS)[number], old: ConfigurationIndex, now: ConfigurationIndex): string[] {
  const keys = [...new Set([...old.keys(), ...now.keys()])].filter((key) => key.startsWith(`${kind}#`));
  return keys.filter((key) => old.get(key) !== now.get(key)).sort();
}

/** Both sides as they are stored. */
function pairOf(key: string, before: string | null, after: string | null): Pair {
  const hash = key.indexOf('#');
  const read = (text: string | null) => (text === null ? null : JSON.parse(text));
  return {
    document: key.slice(0, hash) as Pair['document'],
    name: key.slice(hash + 1),
    before: read(before),
    after: read(after),
  };
}

import { createHash } from 'node:crypto';
import type { SubjectKeyReader, SubjectKeys } from '../../lib/archive/subject-keys.ts';
import { Fault } from '../../lib/outcome.ts';
import type { EpochMilliseconds } from '../../lib/time.ts';

/** Keys of persons in memory. The contract suite of `tests/aws/dynamodb/subject-keys.test.ts` runs on them too. */
export function memoryKeys() {
  const keys = new Map<string, Uint8Array | 'erased'>();
  const names = new Map<string, { current: string | null; erased: { id: string; until: number } | null }>();
  const named = (identity: string) => names.get(identity) ?? { current: null, erased: null };
  const drawn = (): string => `sub_${String(keys.size + 1).padStart(26, '0')}`;
  const store = {
    failing: false,
    forSealing: async (requests: Parameters<SubjectKeys['forSealing']>[0]) => {
      if (store.failing) throw new Fault('archive', 'the fake fails');
      return requests.map(({ identity, time }) => {
        const { current, erased } = named(identity);
        if (erased !== null && time <= erased.until) return { id: erased.id, key: null };
        const id = current ?? drawn();
        const key = keys.get(id) ?? createHash('sha256').update(id).digest();
        keys.set(id, key);
        names.set(identity, { current: id, erased });
        return { id, key: key === 'erased' ? null : key };
      });
    },
    forOpening: async (ids: readonly string[]) =>
      new Map(ids.flatMap((id) => (keys.has(id) ? [[id, keys.get(id) ?? 'erased'] as const] : []))),
    /** Returns the pseudonym. */
    erase: (identity: string, until: EpochMilliseconds): string => {
      const { current, erased } = named(identity);
      const id = current ?? erased?.id ?? drawn();
      keys.set(id, 'erased');
      names.set(identity, { current: null, erased: { id, until } });
      return id;
    },
  };
  return store satisfies SubjectKeys & SubjectKeyReader;
}

/** For a log in which nobody's members are sealed. */
export const noKeys: SubjectKeyReader = { forOpening: async () => new Map() };

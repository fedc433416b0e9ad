import type { ConditionsDocument } from '../documents/rules.ts';
import { toList, type WrittenConditions } from '../schema/values.ts';

/** Conditions with every value as a list of text: `7` is "7", `true` is "true", as IAM has it. */
export function normalizeConditions(written: WrittenConditions): ConditionsDocument {
  return mapMembers(written, (keys) =>
    mapMembers(keys, (values) => toList<string | number | boolean>(values).map(String)),
  );
}

function mapMembers<A, B>(members: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, change(value)]));
}

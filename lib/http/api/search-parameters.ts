import { accept, type Outcome } from '../../outcome.ts';
import { givenOnce, invalidParameter } from '../parameters.ts';
import type { RouteRequest } from '../route.ts';

/**
 * A search of the query, by the names that are `known`; each at most once. A name that is not known is refused: left
 * out in silence, it would show more than was asked for.
 */
export function readSearch<Name extends string>(
  { query }: RouteRequest,
  known: readonly Name[],
): Outcome<Partial<Record<Name, string>>> {
  const once = givenOnce(query);
  if (!once.ok) return once;
  if (!query.names().every((name) => known.some((one) => one === name))) {
    return invalidParameter(`A parameter is not known here. Known: ${known.join(', ')}.`);
  }
  const search: Partial<Record<Name, string>> = {};
  for (const name of known) if (query.has(name)) search[name] = query.one(name) ?? '';
  return accept(search);
}

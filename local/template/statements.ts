import { Pair, Scalar, type YAMLMap } from 'yaml';
import { entriesOf, mapAt } from './nodes.ts';

/** A statement as it stands in a role: Sid, `Effect: Allow`, and the rest as the catalogue has it. */
function statementOf(sid: string, body: YAMLMap): YAMLMap {
  const statement = body.clone() as YAMLMap;
  statement.items = [
    new Pair(new Scalar('Sid'), new Scalar(sid)),
    new Pair(new Scalar('Effect'), new Scalar('Allow')),
    ...statement.items,
  ];
  return statement;
}

/** Names of statements that `may` means, groups laid open, in the catalogue's order and each once. */
function namesOf(may: readonly string[], groups: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  return new Set(may.flatMap((name) => (groups.has(name) ? [...namesOf(groups.get(name) ?? [], groups)] : [name])));
}

/** `statements(may)` for the catalogue of `template/statements.yaml`. Throws where `may` names what is not in it. */
export function statementCatalogue(catalogue: YAMLMap): (may: readonly string[]) => readonly YAMLMap[] {
  const groups = new Map(Object.entries(mapAt(catalogue, 'groups').toJSON() as Record<string, readonly string[]>));
  const statements = new Map<string, YAMLMap>();
  for (const [name] of entriesOf(catalogue)) {
    if (name !== 'groups') statements.set(name, statementOf(name, mapAt(catalogue, name)));
  }
  return (may) => {
    const names = namesOf(may, groups);
    const unknown = [...names].find((name) => !statements.has(name));
    if (unknown !== undefined) throw new Error(`template/statements.yaml: has no ${unknown}`);
    return [...statements].flatMap(([name, statement]) => (names.has(name) ? [statement.clone() as YAMLMap] : []));
  };
}

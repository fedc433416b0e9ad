import type { Atom, Test } from './atoms.ts';

/** What two atoms may differ in and still be told in one sentence: a place, and what stands there. */
type Places = Readonly<Record<string, readonly string[]>>;

/** Atoms in words, as few sentences as it takes: those that differ in one place only are told together. */
export function whoAre(atoms: readonly Atom[]): readonly string[] {
  let rows = atoms.map(placesOf);
  for (const place of new Set(rows.flatMap((row) => Object.keys(row)))) rows = mergeAt(rows, place);
  return [...new Set(rows.map(sentence))];
}

/** What atoms demand beyond others, in words: `claims.environment is prod or test`. */
export function demandsOf(atoms: readonly Atom[]): string {
  let rows = atoms.map(placesOf);
  for (const place of new Set(rows.flatMap((row) => Object.keys(row)))) rows = mergeAt(rows, place);
  return [...new Set(rows.map((row) => demandText(row)))].join(', or ');
}

function demandText({
  connection,
  client,
  'actor.connection': by,
  'actor.client': byClient,
  actor,
  ...tests
}: Places): string {
  return [
    ...(connection === undefined ? [] : [`it comes from ${list(connection)}`]),
    ...(client === undefined ? [] : [`the client ${list(client)} takes part`]),
    ...(by === undefined ? [] : [`somebody from ${list(by)} acts`]),
    ...(byClient === undefined ? [] : [`the client ${list(byClient)} acts`]),
    ...(actor === undefined ? [] : ['somebody acts']),
    ...Object.entries(tests).map(([place, values]) => condition(place, values)),
  ].join(' and ');
}

function placesOf({ connection, client, actor, tests }: Atom): Places {
  const places: Record<string, readonly string[]> = {};
  const name = (place: string, value: string | null | undefined) => {
    if (value !== null && value !== undefined) places[place] = [value];
  };
  name('connection', connection);
  name('client', client);
  name('actor.connection', actor?.connection);
  name('actor.client', actor?.client);
  if (actor?.connection === null && actor.client === null) places['actor'] = [];
  for (const [index, { operator, key, values }] of sorted(tests).entries()) {
    places[JSON.stringify([operator, key, index])] = values;
  }
  return places;
}

const sorted = (tests: readonly Test[]): readonly Test[] =>
  tests.toSorted((a, b) => (`${a.key} ${a.operator}` < `${b.key} ${b.operator}` ? -1 : 1));

function mergeAt(rows: readonly Places[], place: string): Places[] {
  const groups = new Map<string, Places>();
  for (const row of rows) {
    const rest = Object.entries(row).filter(([name]) => name !== place);
    const key = JSON.stringify([place in row, rest]);
    const merged = [...new Set([...(groups.get(key)?.[place] ?? []), ...(row[place] ?? [])])];
    groups.set(key, place in row ? { ...row, [place]: merged } : row);
  }
  return [...groups.values()];
}

const list = (values: readonly string[]): string =>
  values.length < 2 ? values.join('') : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;

const VERBS: Readonly<Record<string, string>> = {
  StringEquals: 'is',
  StringNotEquals: 'is not',
  StringEqualsIgnoreCase: 'is, in any case,',
  StringNotEqualsIgnoreCase: 'is not, in any case,',
  StringLike: 'is like',
  StringNotLike: 'is not like',
  Bool: 'is',
  NumericEquals: 'is',
  NumericNotEquals: 'is not',
  NumericLessThan: 'is below',
  NumericLessThanEquals: 'is at most',
  NumericGreaterThan: 'is above',
  NumericGreaterThanEquals: 'is at least',
  DateEquals: 'is',
  DateNotEquals: 'is not',
  DateLessThan: 'is before',
  DateLessThanEquals: 'is at the latest',
  DateGreaterThan: 'is after',
  DateGreaterThanEquals: 'is at the earliest',
  IpAddress: 'is in',
  NotIpAddress: 'is not in',
};

function sentence(places: Places): string {
  const { connection, client, 'actor.connection': by, 'actor.client': byClient, actor, ...tests } = places;
  const conditions = Object.entries(tests).map(([place, values]) => condition(place, values));
  const where = conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`;
  const anybody = actor === undefined ? '' : ', with somebody acting,';
  return `${subject(connection, client)}${acting(by, byClient)}${anybody}${where}`;
}

function subject(connection: readonly string[] | undefined, client: readonly string[] | undefined): string {
  if (connection === undefined) return client === undefined ? 'whoever comes' : `the client ${list(client)}`;
  return `whoever comes from ${list(connection)}${client === undefined ? '' : ` through the client ${list(client)}`}`;
}

function acting(connection: readonly string[] | undefined, client: readonly string[] | undefined): string {
  if (connection === undefined) return client === undefined ? '' : `, with the client ${list(client)} acting,`;
  return `, with somebody from ${list(connection)} acting${client === undefined ? '' : ` through ${list(client)}`},`;
}

/** A condition in words: `claims.ref is refs/heads/main or refs/heads/release`. */
function condition(place: string, values: readonly string[]): string {
  const [operator = '', key = ''] = (JSON.parse(place) as unknown[]).map(String);
  if (operator === 'Null') return `${key} is ${values.includes('true') ? 'absent' : 'there'}`;
  const [, quantifier = '', base = '', ifExists = ''] =
    /^(ForAnyValue:|ForAllValues:)?(.*?)(IfExists)?$/.exec(operator) ?? [];
  const subjectOf = { 'ForAnyValue:': `one of ${key}`, 'ForAllValues:': `each of ${key}` }[quantifier] ?? key;
  const unless = ifExists === '' ? '' : ' (or absent)';
  return `${subjectOf} ${VERBS[base] ?? base} ${list(values.map(shown))}${unless}`;
}

/** Numbers, names and paths as they are; what has blanks or nothing in it, in quotes. */
const shown = (value: string): string => (/^[^\s"',]+$/.test(value) ? value : JSON.stringify(value));

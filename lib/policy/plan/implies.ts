import { parseRange } from '../address.ts';
import { readOperatorName } from '../iam/condition.ts';
import { covers, readTokens } from '../iam/pattern.ts';
import { OPERATORS } from '../operators.ts';
import { foldAscii, readText } from '../string-values.ts';
import type { Atom, Test } from './atoms.ts';

/**
 * True where whoever is of `narrow` is of `wide` too. Never true otherwise; it may be false where only arithmetic that
 * is not done here would tell.
 */
export function isWithin(narrow: Atom, wide: Atom, place: 'allow' | 'deny'): boolean {
  const named = (one: string | null, other: string | null) => one === other || (place === 'deny' && other === null);
  if (!named(narrow.connection, wide.connection) || !named(narrow.client, wide.client)) return false;
  if (wide.actor === null && narrow.actor !== null && place === 'allow') return false;
  if (wide.actor !== null) {
    if (narrow.actor === null) return false;
    const { connection, client } = wide.actor;
    if (!named(narrow.actor.connection, connection) || !named(narrow.actor.client, client)) return false;
  }
  return wide.tests.every((test) => narrow.tests.some((own) => own.key === test.key && implies(own, test)));
}

/** What a part of `whole` is narrower by: the names and tests that whoever is of `whole` need not meet. */
export function narrowerBy(part: Atom, whole: Atom): Atom {
  const isTold = (test: Test) => whole.tests.some((own) => own.key === test.key && implies(own, test));
  return {
    connection: whole.connection === null ? part.connection : null,
    client: whole.client === null ? part.client : null,
    actor: narrowerActor(part.actor, whole.actor),
    tests: part.tests.filter((test) => !isTold(test)),
  };
}

function narrowerActor(part: Atom['actor'], whole: Atom['actor']): Atom['actor'] {
  if (part === null || whole === null) return part;
  const connection = whole.connection === null ? part.connection : null;
  const client = whole.client === null ? part.client : null;
  return connection === null && client === null ? null : { connection, client };
}

const isNegated = (base: string): boolean => base.includes('Not');

type Name = NonNullable<ReturnType<typeof readOperatorName>>;

/** Whether it holds where the key has no value. */
const holdsForMissing = ({ quantifier, base, ifExists }: Name): boolean =>
  quantifier === 'all' || (quantifier === 'one' && (isNegated(base) || ifExists));

/** Whether a request for which `one` holds is one for which `other` does, both of one key. */
function implies(one: Test, other: Test): boolean {
  const [a, b] = [readOperatorName(one.operator), readOperatorName(other.operator)];
  if (a === null || b === null) return false;
  if (a.base === 'Null' || b.base === 'Null') return impliesByPresence(a, one, b, other);
  if (holdsForMissing(a) && !holdsForMissing(b)) return false;
  if (a.quantifier !== b.quantifier && a.quantifier !== 'one') return false;
  return impliesValue(a.base, one.values, b.base, other.values);
}

const wants = ({ values }: Test, presence: 'true' | 'false'): boolean =>
  values.every((value) => value.toLowerCase() === presence);

function impliesByPresence(a: Name, one: Test, b: Name, other: Test): boolean {
  if (a.base === 'Null' && b.base === 'Null') return one.values.every((value) => other.values.includes(value));
  if (a.base === 'Null') return wants(one, 'true') && holdsForMissing(b);
  return wants(other, 'false') && !holdsForMissing(a);
}

/** Operators whose values are single ones: what holds for each is asked of the other operator itself. */
const SINGLE: ReadonlySet<string> = new Set(['StringEquals', 'NumericEquals', 'DateEquals', 'Bool']);

function impliesValue(a: string, values: readonly string[], b: string, others: readonly string[]): boolean {
  if (SINGLE.has(a)) {
    const compiled = OPERATORS.get(b)?.compile(others);
    if (compiled === undefined || 'unreadable' in compiled) return false;
    return values.every((value) => compiled.test(a === 'StringEquals' ? (readText(value) ?? value) : value) === true);
  }
  if (a !== b) return false;
  const within = RELATIONS.get(a.replace('Not', '')) ?? ((narrow, wide) => narrow === wide);
  if (isNegated(a)) return others.every((out) => values.some((own) => within(out, own)));
  return values.every((own) => others.some((out) => within(own, out)));
}

type Relation = (narrow: string, wide: string) => boolean;

/** An instant as a number: epoch seconds, or ISO 8601. */
const instant = (text: string): number => (/^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text));
const least =
  (read: (text: string) => number): Relation =>
  (narrow, wide) =>
    read(narrow) <= read(wide);
const most =
  (read: (text: string) => number): Relation =>
  (narrow, wide) =>
    read(narrow) >= read(wide);

/** When the values of one value of an operator are all among those of another. */
const RELATIONS: ReadonlyMap<string, Relation> = new Map<string, Relation>([
  ['StringLike', (narrow, wide) => covers(readTokens(wide), readTokens(narrow), 'exact')],
  ['StringEqualsIgnoreCase', (narrow, wide) => foldAscii(narrow) === foldAscii(wide)],
  ['IpAddress', isRangeWithin],
  ...(['Numeric', 'Date'] as const).flatMap((family): [string, Relation][] => {
    const read = family === 'Date' ? instant : Number;
    return [
      [`${family}LessThan`, least(read)],
      [`${family}LessThanEquals`, least(read)],
      [`${family}GreaterThan`, most(read)],
      [`${family}GreaterThanEquals`, most(read)],
    ];
  }),
]);

function isRangeWithin(narrow: string, wide: string): boolean {
  const [inner, outer] = [parseRange(narrow), parseRange(wide)];
  if (inner === null || outer === null || inner.family !== outer.family || inner.hostBits > outer.hostBits)
    return false;
  return inner.network >> (outer.hostBits - inner.hostBits) === outer.network;
}

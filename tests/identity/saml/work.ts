/**
 * How much work a piece of code makes of its input, as a number that does not depend on the machine: calls of the
 * language's own collections, patterns and copies, those that walk something counted by what they walk.
 */

type Method = (this: unknown, ...args: never[]) => unknown;
type Prototype = Record<string, Method>;

const lengthOf = (value: unknown): number => {
  if (typeof value === 'string' || Array.isArray(value)) return value.length;
  return value instanceof Map || value instanceof Set ? value.size : 0;
};

const STEPS: readonly (readonly [object, readonly string[]])[] = [
  [Map.prototype, ['get', 'set', 'has', 'delete']],
  [Set.prototype, ['add', 'has']],
  [RegExp.prototype, ['exec']],
  [Array.prototype, ['push']],
];

const WALKS: readonly (readonly [object, readonly string[]])[] = [
  [Array.prototype, ['slice', 'indexOf', 'includes', 'forEach', 'find', 'some', 'filter', 'map', 'flatMap', 'sort']],
  [String.prototype, ['replace', 'split', 'trim', 'search']],
];

/** Runs `work` and returns its outcome with the number of operations. */
export async function counted<T>(work: () => Promise<T>): Promise<{ readonly value: T; readonly operations: number }> {
  let operations = 0;
  const restore = [
    ...counting(STEPS, () => {
      operations += 1;
    }),
    ...counting(WALKS, (target) => {
      operations += 1 + lengthOf(target);
    }),
  ];
  try {
    return { value: await work(), operations };
  } finally {
    for (const each of restore) each();
  }
}

function counting(places: typeof STEPS, count: (target: unknown) => void): (() => void)[] {
  return places.flatMap(([object, names]) =>
    names.map((name) => {
      const prototype = object as Prototype;
      const original = prototype[name] as Method;
      prototype[name] = function counter(this: unknown, ...args: never[]): unknown {
        count(this);
        return Reflect.apply(original, this, args);
      };
      return () => {
        prototype[name] = original;
      };
    }),
  );
}

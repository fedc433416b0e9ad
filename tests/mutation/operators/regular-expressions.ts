/**
 * Variations of one regular expression, as literals: an anchor less, a repetition's bounds moved, a set of characters
 * turned round, a flag less. Those that do not compile are left out.
 */
export function regularExpressions(pattern: string, flags: string): readonly string[] {
  const patterns = [
    pattern.replace(/^\^/, ''),
    pattern.replace(/(?<!\\)\$$/, ''),
    ...eachMatch(pattern, /\{(\d+)\}/g, ([, count]) => `{${Number(count) + 1}}`),
    ...eachMatch(pattern, /\{(\d+),(\d*)\}/g, ([, least, most]) => `{${Number(least) + 1},${most}}`),
    ...eachMatch(pattern, /\{(\d+),(\d+)\}/g, ([, least, most]) => `{${least},${Number(most) + 1}}`),
    ...eachMatch(pattern, /(?<=[^\\(?*+[])\+/g, () => '*'),
    ...eachMatch(pattern, /(?<!\\)\[\^?/g, ([set]) => (set === '[^' ? '[' : '[^')),
    ...eachMatch(pattern, /\\[dwsDWS]/g, ([kind]) =>
      kind === kind.toLowerCase() ? kind.toUpperCase() : kind.toLowerCase(),
    ),
  ];
  const lessFlags = [...flags]
    .filter((flag) => flag !== 'g')
    .map((flag) => [pattern, flags.replace(flag, '')] as const);
  const all = [...patterns.map((each) => [each, flags] as const), ...lessFlags];
  return all
    .filter(([each, with_]) => each !== '' && compiles(each, with_))
    .map(([each, with_]) => `/${each}/${with_}`);
}

function eachMatch(pattern: string, what: RegExp, replace: (match: RegExpExecArray) => string): readonly string[] {
  return [...pattern.matchAll(what)].map(
    (match) => pattern.slice(0, match.index) + replace(match) + pattern.slice(match.index + match[0].length),
  );
}

function compiles(pattern: string, flags: string): boolean {
  try {
    new RegExp(pattern, flags);
    return true;
  } catch {
    return false;
  }
}

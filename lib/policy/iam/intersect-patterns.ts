import { ANY, STAR } from '../glob.ts';
import { type Effort, Inexpressible } from './inexpressible.ts';
import { alike, covers, type Letters, type Token, type Tokens } from './pattern.ts';
import type { ArnPattern, ResourcePattern } from './resource.ts';

/** More patterns than a session policy has room for. */
const MOST_PATTERNS = 32;

/**
 * The patterns whose texts together are exactly those of both: none where no text is. Throws `Inexpressible` where that
 * hangs on what a variable will be, or takes more patterns than a policy has room for.
 */
export function intersectTokens(a: Tokens, b: Tokens, letters: Letters, effort: Effort): readonly Tokens[] {
  effort.spend(1);
  const start = sharedStart(a, b, letters);
  if (start === a.length && start === b.length) return [a];
  if (isText(a[start]) && isText(b[start])) return [];
  effort.spend(a.length + b.length);
  const [one, other] = [a.slice(start), b.slice(start)];
  effort.spend(one.length * other.length);
  if (covers(one, other, letters)) return [b];
  if (covers(other, one, letters)) return [a];
  const shared = a.slice(0, start);
  return meet(one, other, letters, effort).map((rest) => [...shared, ...rest]);
}

/** A character, or the end: where two differ, nothing that follows can be alike. */
const isText = (token: Token | undefined): boolean =>
  token === undefined || (typeof token === 'number' && token !== STAR && token !== ANY);

/** How many characters both begin with: whatever follows, they are no part of the question. */
function sharedStart(a: Tokens, b: Tokens, letters: Letters): number {
  let at = 0;
  while (at < a.length && a[at] !== STAR && a[at] !== ANY && alike(a[at], b[at], letters)) at += 1;
  return at;
}

function meet(a: Tokens, b: Tokens, letters: Letters, effort: Effort): readonly Tokens[] {
  const known = new Map<string, readonly Tokens[]>();
  const end = literalEnd(a, b, letters);
  const at = (i: number, j: number): readonly Tokens[] => {
    if (end === 'differs') return [];
    const place = `${i} ${j}`;
    const before = known.get(place);
    if (before !== undefined) return before;
    const found = unique(step(i, j));
    if (found.length > MOST_PATTERNS) throw new Inexpressible('patterns overlap in too many ways');
    effort.spend(found.reduce((sum, pattern) => sum + pattern.length, 1));
    known.set(place, found);
    return found;
  };
  const step = (i: number, j: number): readonly Tokens[] => {
    const [one, other] = [a[i], b[j]];
    if (one === undefined && other === undefined) return [[]];
    if (one === STAR && other === STAR) return after(STAR, [...at(i + 1, j), ...at(i, j + 1)]);
    if (one === STAR) return [...at(i + 1, j), ...(other === undefined ? [] : after(other, at(i, j + 1)))];
    if (other === STAR) return [...at(i, j + 1), ...(one === undefined ? [] : after(one, at(i + 1, j)))];
    if (one === undefined || other === undefined) return [];
    const both = meetTokens(one, other, letters);
    return both === null ? [] : after(both, at(i + 1, j + 1));
  };
  return withoutCovered(at(0, 0), (wide, narrow) => covers(wide, narrow, letters));
}

/** Two texts that end in different characters are never alike. */
function literalEnd(a: Tokens, b: Tokens, letters: Letters): 'differs' | 'may meet' {
  const [one, other] = [a.at(-1), b.at(-1)];
  return isText(one) && isText(other) && !alike(one, other, letters) ? 'differs' : 'may meet';
}

/** Patterns have no two stars in a row (`readTokens`), so that what follows a star of both begins with none. */
const after = (token: Token, rests: readonly Tokens[]): readonly Tokens[] => rests.map((rest) => [token, ...rest]);

function meetTokens(one: Token, other: Token, letters: Letters): Token | null {
  if (alike(one, other, letters)) return one;
  if (typeof one === 'string' || typeof other === 'string') {
    throw new Inexpressible(`what both allow depends on ${typeof one === 'string' ? one : other}`);
  }
  if (one === ANY) return other;
  return other === ANY ? one : null;
}

function unique(patterns: readonly Tokens[]): readonly Tokens[] {
  if (patterns.length < 2) return patterns;
  return [...new Map(patterns.map((pattern) => [pattern.join(), pattern])).values()];
}

/** Without those that another one covers; of two that cover each other the first stays. */
export function withoutCovered<T>(patterns: readonly T[], covered: (wide: T, narrow: T) => boolean): readonly T[] {
  return patterns.filter(
    (pattern, at) =>
      !patterns.some((other, place) => {
        if (place === at || !covered(other, pattern)) return false;
        return place < at || !covered(pattern, other);
      }),
  );
}

/** The patterns that match exactly what both match. Throws `Inexpressible`. */
export function intersectResources(a: ResourcePattern, b: ResourcePattern, effort: Effort): readonly ResourcePattern[] {
  if (a.kind === 'any') return [b];
  if (b.kind === 'any') return [a];
  return intersectArns(a, b, effort);
}

/** As `coversResource`, without compiling what is compared once. */
export function coversByPattern(wide: ResourcePattern, narrow: ResourcePattern): boolean {
  if (wide.kind === 'any') return true;
  return narrow.kind !== 'any' && wide.parts.every((part, at) => covers(part, narrow.parts[at] ?? [], 'exact'));
}

/** As `intersectResources`, of ARNs: part by part, and every choice of the parts. */
export function intersectArns(a: ArnPattern, b: ArnPattern, effort: Effort): readonly ArnPattern[] {
  let found: readonly (readonly Tokens[])[] = [[]];
  for (const [at, part] of a.parts.entries()) {
    if (found.length === 0) return [];
    const met = intersectTokens(part, b.parts[at] ?? [], 'exact', effort);
    if (met.length * found.length > MOST_PATTERNS) throw new Inexpressible('resources overlap in too many ways');
    found = found.flatMap((parts) => met.map((tokens) => [...parts, tokens]));
  }
  const arns = found.flatMap(([p0, p1, p2, p3, p4, p5]): ArnPattern[] =>
    p0 && p1 && p2 && p3 && p4 && p5 ? [{ kind: 'arn', parts: [p0, p1, p2, p3, p4, p5] }] : [],
  );
  return withoutCovered(arns, coversByPattern);
}

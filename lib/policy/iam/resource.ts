import { codePoints, STAR } from '../glob.ts';
import { Malformed } from './malformed.ts';
import { COLON, matchesTokens, overlaps, putVariables, readTokens, splitAtColons, type Tokens } from './pattern.ts';
import type { RequestContext } from './variables.ts';

/**
 * A pattern of ARNs: each of the six parts is a pattern of its own, because a wildcard does not reach across a colon
 * but in the last part (IAM JSON policy elements: Resource).
 */
export interface ArnPattern {
  readonly kind: 'arn';
  readonly parts: readonly [Tokens, Tokens, Tokens, Tokens, Tokens, Tokens];
}

/** `any`: `*` alone, which is also what actions without a resource have. */
export type ResourcePattern = { readonly kind: 'any' } | ArnPattern;

const ANY_RESOURCE: ResourcePattern = { kind: 'any' };
const PARTS = 6;

/**
 * Reads an element of `Resource`. Parts that are left out at the end stand for any, as at AWS. Throws `Malformed` for
 * what is neither `*` nor an ARN.
 */
export function readResource(text: string): ResourcePattern {
  if (/^\*+$/.test(text)) return ANY_RESOURCE;
  const pieces = splitAtColons(readTokens(text));
  if (!text.startsWith('arn:')) throw new Malformed(`the resource ${text} is neither * nor an ARN`);
  return arnOf(pieces);
}

/** An ARN's pattern where the text has all six parts; else null. */
export function readArn(text: string): ArnPattern | null {
  if (!text.startsWith('arn:') || text.lastIndexOf('${') > text.lastIndexOf('}')) return null;
  const pieces = splitAtColons(readTokens(text));
  return pieces.length < PARTS ? null : arnOf(pieces);
}

function arnOf(pieces: readonly Tokens[]): ArnPattern {
  const [a, b, c, d, e, ...rest] = pieces;
  const part = (tokens: Tokens | undefined): Tokens => tokens ?? [STAR];
  const last = rest.flatMap((piece, at): Tokens => (at === 0 ? piece : [COLON, ...piece]));
  return { kind: 'arn', parts: [part(a), part(b), part(c), part(d), part(e), rest.length === 0 ? [STAR] : last] };
}

/** The six parts of an ARN; null where it has fewer. The last keeps its colons. */
export function splitArn(text: string): readonly string[] | null {
  const pieces = text.split(':');
  if (pieces[0] !== 'arn' || pieces.length < PARTS) return null;
  return [...pieces.slice(0, PARTS - 1), pieces.slice(PARTS - 1).join(':')];
}

/** As `covers` of patterns: true only where every ARN of `narrow` is one of `wide`. */
export function coversResource(wide: ResourcePattern, narrow: ResourcePattern): boolean {
  if (wide.kind === 'any') return true;
  if (narrow.kind === 'any') return false;
  return everyPart(wide.parts, narrow.parts, matchesTokens);
}

/** True where an ARN may match both. */
export function overlapsResource(a: ResourcePattern, b: ResourcePattern): boolean {
  if (a.kind === 'any' || b.kind === 'any') return true;
  return everyPart(a.parts, b.parts, overlaps);
}

/** Letters count in every part of an ARN. A part that is not there is empty. */
const everyPart = (a: ArnPattern['parts'], b: readonly Tokens[], holds: typeof overlaps): boolean =>
  a.every((part, at) => holds(part, b[at] ?? [], 'exact'));

/** Puts a request's values in for variables. Not `whole`: a part with one that has no value is any, in its place. */
export function putIntoResource(
  pattern: ResourcePattern,
  context: RequestContext,
): { readonly put: ResourcePattern; readonly whole: boolean } {
  if (pattern.kind === 'any') return { put: pattern, whole: true };
  const read = pattern.parts.map((part) => putVariables(part, context));
  const [a, b, c, d, e, f] = read;
  const part = (tokens: Tokens | null | undefined): Tokens => tokens ?? [STAR];
  return {
    put: { ...pattern, parts: [part(a), part(b), part(c), part(d), part(e), part(f)] },
    whole: !read.includes(null),
  };
}

/** Where nobody knows a variable's text, nor whether it has one: a part with one may be any. */
export function withAnyVariable(pattern: ResourcePattern): ResourcePattern {
  if (pattern.kind === 'any') return pattern;
  const part = (tokens: Tokens): Tokens => (tokens.some((token) => typeof token === 'string') ? [STAR] : tokens);
  const [a, b, c, d, e, f] = pattern.parts;
  return { ...pattern, parts: [part(a), part(b), part(c), part(d), part(e), part(f)] };
}

/** Whether an ARN, in its parts, matches. */
export const matchesArn = (pattern: ArnPattern, parts: readonly string[]): boolean =>
  everyPart(pattern.parts, parts.map(codePoints), matchesTokens);

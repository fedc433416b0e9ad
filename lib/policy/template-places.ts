import { PRINTABLE } from '../printable.ts';
import type { Reason } from '../refusals/registry.ts';
import { isConditionKey, subjectClaim } from './condition-keys.ts';
import { parameterOf } from './parameters.ts';

/** A place that templates may stand in, and what it takes. Lengths are UTF-16 code units. */
export interface TemplatePlace {
  /** For messages: "the value of a tag". */
  readonly name: string;
  /** Whether the place is IAM's, so that its variables and escapes go on as they are. */
  readonly variables: 'iam' | 'none';
  /** A value that stands among other text: it cannot widen or restructure what is around it. */
  readonly value: RegExp;
  /** A value that is the whole text, or a whole word of a `scope`. */
  readonly whole: RegExp;
  /** The text around templates. */
  readonly literal: RegExp;
  /** Of the rendered text. */
  readonly maxLength: number;
  readonly reason: Reason;
  takes(key: string): boolean;
}

const SEGMENT = /^[A-Za-z0-9_.@=+-]+$/;
const UNRESERVED = /^[A-Za-z0-9_.~@=+-]+$/;
/** RFC 6749 section 3.3, scope-token. */
const SCOPE_TOKEN = /^[\x21\x23-\x5B\x5D-\x7E]+$/;
const VISIBLE = /^[\x21-\x7E]+$/;
/** AWS STS API Reference, Tag. */
const TAG = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]+$/u;
const WELL_FORMED = /^\P{Cs}+$/u;
const orEmpty = (pattern: RegExp): RegExp => new RegExp(`^(?:${pattern.source})?$`, pattern.flags);

const place = (name: string, value: RegExp, maxLength: number, more: Partial<TemplatePlace> = {}): TemplatePlace => ({
  name,
  variables: 'none',
  value,
  whole: value,
  literal: orEmpty(value),
  maxLength,
  reason: 'template_value',
  takes: (key) => isConditionKey(key) || parameterOf(key) !== null,
  ...more,
});

/**
 * `Resource` and condition values of a session policy; the length of the whole policy is bounded when it is rendered.
 */
export const POLICY = place('a session policy', SEGMENT, 2048, { variables: 'iam', literal: /^/ });
export const TAG_VALUE = place('the value of a tag', TAG, 256);
export const TOKEN_CLAIM = place('a claim of a broker token', WELL_FORMED, 4096);
export const DOWNSTREAM_SCOPE = place('`scope`', UNRESERVED, 1024, {
  whole: SCOPE_TOKEN,
  literal: /^[\x20\x21\x23-\x5B\x5D-\x7E]*$/,
});
export const DOWNSTREAM_AUDIENCE = place('`audience`', UNRESERVED, 1024, { whole: VISIBLE, literal: orEmpty(VISIBLE) });
export const DOWNSTREAM_SUBJECT = place('`subject`', UNRESERVED, 256, { whole: VISIBLE, literal: orEmpty(VISIBLE) });
/**
 * As long as a subject may be, whose text it is by default. Rendered before there is a principal: it sees the proof's
 * claims and the connection.
 */
export const PRINCIPAL_LABEL = place('`principal`', PRINTABLE, 1024, {
  reason: 'principal_invalid',
  takes: (key) => key === 'connection' || subjectClaim(key) !== null,
});

/** As `isPath`, of `${path:param.X}`: a final slash may stand, because a scope says which values there are. */
export const isPathOfParameter = (text: string): boolean => isPath(text.endsWith('/') ? text.slice(0, -1) : text);

/** The value of `${path:key}` in a policy: segments of the plain characters, none of them empty, `.` or `..`. */
export const isPath = (text: string): boolean =>
  text.split('/').every((segment) => SEGMENT.test(segment) && segment !== '.' && segment !== '..');

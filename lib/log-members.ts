/**
 * What a log line may say. A name that is not here does not compile in a refusal or a log call, and is dropped where it
 * comes at run time: so a secret has no way in by accident, and what was found wrong is not lost for want of an entry.
 */

/**
 * What every line of a route says of its request and answer. A refusal's own members never have these names, so that
 * they cannot hide them.
 */
export const REQUEST_MEMBERS = [
  'requestId',
  'traceId',
  'route',
  'status',
  'reason',
  'sourceIp',
  'userAgent',
  'latencyMs',
  'grant',
] as const;

/**
 * What a refusal may add: names, sizes, codes and places, and of an unproven token its public ones (issuer, audience,
 * algorithm, kid); never a proof, a secret or any other claim's value.
 */
export const REFUSAL_MEMBERS = [
  'issuance',
  'connection',
  'check',
  'key',
  'place',
  'secret',
  'kid',
  'algorithm',
  'host',
  'problem',
  'providerError',
  'errorCode',
  'httpStatus',
  'awsRequestId',
  // What was found instead, in words of ours; which condition of `require` was missed; how large or how many.
  'found',
  'missed',
  'characters',
  'bytes',
  'audiences',
  'matching',
  'tooLong',
  'validUntil',
] as const;

/** Of the rotation function. */
const ROTATION_MEMBERS = ['stage'] as const;

/** Of the archive function: how many records came, and how many were new to the log. */
const ARCHIVE_MEMBERS = ['records', 'added'] as const;

/** Of the probe: what it looked at, how it was found (ok, soon, broken), and how many of each there were. */
const PROBE_MEMBERS = ['scope', 'finding', 'ok', 'soon', 'broken'] as const;

export const LOG_MEMBERS = [
  ...REQUEST_MEMBERS,
  ...REFUSAL_MEMBERS,
  ...ROTATION_MEMBERS,
  ...ARCHIVE_MEMBERS,
  ...PROBE_MEMBERS,
] as const;

/**
 * Anything else, an object above all, could carry more than its name says. Texts are cut and made printable when they
 * are written.
 */
export type LogValue = string | number | boolean | null | undefined;

export type LogMembers = Readonly<Partial<Record<(typeof LOG_MEMBERS)[number], LogValue>>>;
export type RefusalLog = Readonly<Partial<Record<(typeof REFUSAL_MEMBERS)[number], LogValue>>>;

/**
 * A `RefusalLog` that was not written out in place and has no other member either, which the compiler would let pass.
 */
export type NothingElse<L extends RefusalLog> = L & {
  readonly [Other in Exclude<keyof L, keyof RefusalLog>]: never;
};

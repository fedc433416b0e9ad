/** A trace that somebody else began, and whether they record it. */
export interface TraceParent {
  /** 32 and 16 lower-case hex characters, not all zero. */
  readonly traceId: string;
  readonly spanId: string;
  readonly isSampled: boolean;
}

/** Of version 00; later versions may have more behind it. */
const LENGTH = 55;
const MOST_CHARACTERS = 256;
const FIELDS = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-|$)/;
const ZEROS = /^0+$/;
const SAMPLED = 1;

/**
 * Reads the header `traceparent` (W3C Trace Context, section 3.2). null: there is none, or none that is valid, and then
 * a trace of its own begins. It names a trace and decides nothing.
 */
export function readTraceParent(header: string | undefined): TraceParent | null {
  if (header === undefined || header.length > MOST_CHARACTERS) return null;
  const [, version, traceId = '', spanId = '', flags = ''] = FIELDS.exec(header) ?? [];
  if (version === undefined || version === 'ff' || ZEROS.test(traceId) || ZEROS.test(spanId)) return null;
  if (version === '00' && header.length !== LENGTH) return null;
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & SAMPLED) === SAMPLED };
}

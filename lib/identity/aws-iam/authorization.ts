import { RFC_3339, readDateTime } from '../../date-time.ts';
import { type EpochSeconds, epochSeconds } from '../../time.ts';

/** The Authorization header and X-Amz-Date of Signature Version 4, read and not yet believed. */
export interface SignatureV4 {
  readonly accessKeyId: string;
  readonly region: string;
  /** Lower-case names, in the order in which they were signed. */
  readonly signedHeaders: readonly string[];
  /** 64 lower-case hex digits. */
  readonly signature: string;
  readonly signedAt: EpochSeconds;
}

// AWS General Reference, "Elements of an AWS API request signature", Authorization header.
const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([A-Z0-9]{16,128})\/([0-9]{8})\/([a-z0-9-]{2,32})\/sts\/aws4_request, ?SignedHeaders=([a-z0-9-]+(?:;[a-z0-9-]+)*), ?Signature=([0-9a-f]{64})$/;
const AMZ_DATE = /^([0-9]{4})([0-9]{2})([0-9]{2})T([0-9]{2})([0-9]{2})([0-9]{2})Z$/;

/**
 * Reads a signature of the service `sts` in the one spelling that signers write, so that one signature is one replay
 * id. The credential scope's day is that of `X-Amz-Date`, and no header is signed twice. Returns null for anything
 * else.
 */
export function parseSignatureV4(authorization: string, amzDate: string): SignatureV4 | null {
  const [, accessKeyId, day, region, names, signature] = AUTHORIZATION.exec(authorization) ?? [];
  // One match has all of them.
  if (accessKeyId == null || day == null || region == null || names == null || signature == null) return null;
  const signedAt = parseAmzDate(amzDate);
  if (signedAt === null || !amzDate.startsWith(day)) return null;
  const signedHeaders = names.split(';');
  if (new Set(signedHeaders).size !== signedHeaders.length) return null;
  return { accessKeyId, region, signedHeaders, signature, signedAt };
}

/** ISO 8601 basic format in UTC; null for a day or time that does not exist. */
function parseAmzDate(text: string): EpochSeconds | null {
  if (!AMZ_DATE.test(text)) return null;
  const read = readDateTime(text.replace(AMZ_DATE, '$1-$2-$3T$4:$5:$6Z'), RFC_3339);
  return read === null ? null : epochSeconds(read.seconds);
}

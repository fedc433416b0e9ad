import { createHash } from 'node:crypto';
import type { IssuanceFilter } from './filter.ts';
import { parseIssuanceId } from './id.ts';

/**
 * Where a page ended: the place in time of the last record that was looked at, and a digest of the filter. Not a secret
 * and not a permission: the filter is applied to every record of the next page too, so a forged place shows nothing
 * that the filter would not.
 */
const VERSION = '1';

/** The members in one order, whatever order they were given in. */
function digest(filter: IssuanceFilter): string {
  const members = Object.entries(filter).sort();
  return createHash('sha256').update(JSON.stringify(members)).digest('base64url').slice(0, 22);
}

/** The cursor of the page after `place` (an id-like text, see `id.ts`). URL-safe. */
export const writeCursor = (filter: IssuanceFilter, place: string): string =>
  Buffer.from(`${VERSION}.${place}.${digest(filter)}`).toString('base64url');

/** The place that a cursor names, or null where it is none of ours or belongs to another filter. */
export function readCursor(filter: IssuanceFilter, cursor: string): string | null {
  const text = Buffer.from(cursor, 'base64url').toString('latin1');
  const [version, place = '', of, ...rest] = text.split('.');
  const whole = rest.length === 0 && version === VERSION && parseIssuanceId(place) !== null && of === digest(filter);
  // One spelling only: what decodes to the same bytes but reads otherwise was not written here.
  return whole && writeCursor(filter, place) === cursor ? place : null;
}

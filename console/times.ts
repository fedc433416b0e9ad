/** Times are said in UTC, as the ledger, CloudTrail and everybody else's log have them. */
const two = (value: number): string => String(value).padStart(2, '0');

export interface SaidTime {
  /** `2026-11-25` */
  readonly day: string;
  /** `20:41:03` */
  readonly clock: string;
}

/** An RFC 3339 time, or milliseconds since the epoch; null where it is none. */
export function sayTime(time: string | number): SaidTime | null {
  const at = new Date(time);
  if (Number.isNaN(at.getTime())) return null;
  const day = `${at.getUTCFullYear()}-${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())}`;
  return { day, clock: `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}` };
}

/** `2026-11-25 20:41:03 UTC`; what is no time is said as it came. */
export function sayInstant(time: string | number): string {
  const said = sayTime(time);
  return said === null ? String(time) : `${said.day} ${said.clock} UTC`;
}

const UNITS = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
  [1, 's'],
] as const;

/** `45 s`, `14 min`, `2 h 5 min`: the two largest units. */
export function sayDuration(seconds: number): string {
  let left = Math.max(0, Math.round(seconds));
  const parts: string[] = [];
  for (const [size, unit] of UNITS) {
    const count = Math.floor(left / size);
    if (count > 0 && parts.length < 2) parts.push(`${count} ${unit}`);
    if (parts.length < 2) left -= count * size;
  }
  return parts.length === 0 ? '0 s' : parts.join(' ');
}

declare const unit: unique symbol;

/** Seconds since 1970-01-01T00:00:00Z, without leap seconds (RFC 7519 NumericDate); may have a fraction. */
export type EpochSeconds = number & { readonly [unit]: 'epoch-seconds' };

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMilliseconds = number & { readonly [unit]: 'epoch-milliseconds' };

/** A length of time in seconds. */
export type Seconds = number & { readonly [unit]: 'seconds' };

/** A length of time in milliseconds. */
export type Milliseconds = number & { readonly [unit]: 'milliseconds' };

export const epochSeconds = (value: number): EpochSeconds => value as EpochSeconds;
export const epochMilliseconds = (value: number): EpochMilliseconds => value as EpochMilliseconds;
export const seconds = (value: number): Seconds => value as Seconds;
export const milliseconds = (value: number): Milliseconds => value as Milliseconds;

/** The whole second that a clock reading falls in. */
export const toEpochSeconds = (time: EpochMilliseconds): EpochSeconds => epochSeconds(Math.floor(time / 1000));

/** The last instant of year 9999: later times are refused, never computed with. */
export const END_OF_TIME = epochSeconds(253_402_300_799);

/** RFC 3339 in UTC with whole seconds, as AWS writes `Expiration`: `2026-11-21T09:00:00Z`. */
export function toRfc3339(time: EpochSeconds): string {
  return `${new Date(Math.floor(time) * 1000).toISOString().slice(0, 19)}Z`;
}

const UNIT_SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/**
 * Reads a duration as the configuration writes it: `90s`, `15m`, `12h`, `1d` (a whole number, one unit, no sign, no
 * blanks). Returns null for anything else.
 */
export function parseDuration(text: string): Seconds | null {
  const match = /^(0|[1-9][0-9]{0,8})([smhd])$/.exec(text);
  if (match === null) return null;
  const count = Number(match[1]);
  const scale = UNIT_SECONDS[match[2] as keyof typeof UNIT_SECONDS];
  return seconds(count * scale);
}

/** One measured thing beside its budget. Times of one run are only compared with others of that run. */
export interface Figure {
  readonly name: string;
  /** The measurement, with its unit. */
  readonly measured: string;
  /** What it may be; null: reported only. */
  readonly budget: string | null;
  readonly held: boolean;
}

/** A figure that may be at most `most`. */
export const atMost = (name: string, value: number, most: number, unit: string): Figure => ({
  name,
  measured: `${rounded(value)} ${unit}`,
  budget: `at most ${rounded(most)} ${unit}`,
  held: value <= most,
});

/** A figure that must be at least `least`. */
export const atLeast = (name: string, value: number, least: number, unit: string): Figure => ({
  name,
  measured: `${rounded(value)} ${unit}`,
  budget: `at least ${rounded(least)} ${unit}`,
  held: value >= least,
});

export const reported = (name: string, value: number, unit: string): Figure => ({
  name,
  measured: `${rounded(value)} ${unit}`,
  budget: null,
  held: true,
});

const rounded = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 2 : 1 });

/**
 * The middle of the values; the mean of the two in the middle where their number is even. Throws where there are none.
 */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  if (low === undefined || high === undefined) throw new TypeError('no values');
  return (low + high) / 2;
}

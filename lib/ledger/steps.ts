import { type EpochMilliseconds, epochMilliseconds, type Seconds, seconds } from '../time.ts';

/** Times of a range in steps of one length, which begin where clocks in UTC do. */
export interface Steps {
  readonly length: Seconds;
  readonly count: number;
  /** Of a time within the range. */
  indexOf(time: EpochMilliseconds): number;
  /** The beginning of a step; that of the first may be before the range. */
  startOf(index: number): EpochMilliseconds;
}

const DAY = 86_400;
const WEEK = 7 * DAY;
/** 1970-01-05 was a Monday (ISO 8601: weeks begin on it). */
const FIRST_MONDAY_MS = 4 * DAY * 1000;

export const NAMED_STEPS: ReadonlyMap<string, Seconds> = new Map(
  Object.entries({ minute: 60, hour: 3_600, day: DAY, week: WEEK }).map(([name, length]) => [name, seconds(length)]),
);

/** The steps of `length` that hold `from` to `to`, both inclusive. Steps of a week begin on Monday. */
export function stepsOf(from: EpochMilliseconds, to: EpochMilliseconds, length: Seconds): Steps {
  const lengthMs = length * 1000;
  const shift = length === WEEK ? FIRST_MONDAY_MS : 0;
  const numberOf = (time: EpochMilliseconds): number => Math.floor((time - shift) / lengthMs);
  const first = numberOf(from);
  return {
    length,
    count: numberOf(to) - first + 1,
    indexOf: (time) => numberOf(time) - first,
    startOf: (index) => epochMilliseconds(shift + (first + index) * lengthMs),
  };
}

const MINUTES = [1, 5, 15, 60, 180, 360, 1_440, 10_080];
const FOUR_WEEKS = 40_320;
/** As many as a chart shows well. */
const FEW = 120;

/** The shortest usual step with which a range has at most 120 of them; four weeks where none is long enough. */
export function usualStep(from: EpochMilliseconds, to: EpochMilliseconds): Seconds {
  const length = MINUTES.find((minutes) => (to - from) / (minutes * 60_000) <= FEW) ?? FOUR_WEEKS;
  return seconds(length * 60);
}

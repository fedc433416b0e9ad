import type { Terminal } from './command.ts';

/** How far something long has come, on one line of a terminal; nothing where nobody reads it, or it is done soon. */
export interface ProgressLine {
  at(done: number, all: number): void;
  /** Takes the line away again. */
  end(): void;
}

/** A folder of fewer files is done before anybody could read the line. */
const MANY = 1_000;
const STEP = 250;

export function progressOn({ err, isInteractive }: Terminal, verb: string): ProgressLine {
  let isShown = false;
  return {
    at: (done, all) => {
      if (isInteractive !== true || all < MANY || done % STEP !== 0) return;
      isShown = true;
      err(`\r${verb} ${done} of ${all} files\u001b[K`);
    },
    end: () => {
      if (isShown) err('\r\u001b[K');
    },
  };
}

const RECORDS_STEP = 5_000;

/** How many records something long has come past, on one line of a terminal; nothing where nobody reads it. */
export function recordsProgress(
  { err, isInteractive }: Terminal,
  verb: string,
): {
  past(records: number): void;
  end(): void;
} {
  let past = 0;
  let shown = 0;
  return {
    past: (records) => {
      past += records;
      if (isInteractive !== true || past - shown < RECORDS_STEP) return;
      shown = past;
      err(`\r${verb} ${past} records\u001b[K`);
    },
    end: () => {
      if (shown > 0) err('\r\u001b[K');
    },
  };
}

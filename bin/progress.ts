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

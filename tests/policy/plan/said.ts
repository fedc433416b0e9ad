import type { Said } from '../../../lib/policy/plan/change.ts';

/** What is said, a line each: the effect, whom it is about where that is somebody, and what. */
export const linesOf = (said: readonly Said[]): readonly string[] =>
  said.map(({ effect, who, what }) => [effect, ...(who === null ? [] : [who]), what].join(' | '));

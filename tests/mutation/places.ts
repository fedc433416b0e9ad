import { globSync } from 'node:fs';
import { ROOT } from '../modules/root.ts';

/** The rooms whose tests are measured: what they decide, nobody else looks at again. Paths from the root. */
export const ROOMS = [
  'lib/identity',
  'lib/policy',
  'lib/issuance',
  'lib/issue.ts',
  'lib/credential',
  'lib/ledger',
] as const;

export type Room = (typeof ROOMS)[number];

export const roomOf = (path: string): Room | undefined =>
  ROOMS.find((room) => path === room || path.startsWith(`${room}/`));

/** Sources of the rooms, sorted. */
export function roomFiles(): readonly string[] {
  return globSync('lib/**/*.ts', { cwd: ROOT })
    .filter((path) => roomOf(path) !== undefined && !path.endsWith('.d.ts'))
    .sort();
}

/**
 * Tests that can kill a mutant, sorted: those that load the sources themselves. The others run the bundles, other
 * people's data or this runner, or start processes.
 */
export function testFiles(): readonly string[] {
  const elsewhere =
    /^tests\/(e2e|conformance|local|mutation|template|docs|lint|bin|fuzz|editor|examples|clients|deploy|bench|runtime)\//;
  return globSync('tests/**/*.test.ts', { cwd: ROOT })
    .filter((path) => !elsewhere.test(path))
    .sort();
}

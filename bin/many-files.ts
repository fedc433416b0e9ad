import { setFlagsFromString } from 'node:v8';

/**
 * Reading files by the thousand makes trees that are dropped at once: with a larger young generation they are seldom
 * copied, which saves a fifth of the time. For a process that does little else, before it begins.
 */
export function expectManyFiles(): void {
  setFlagsFromString('--max-semi-space-size=32');
  setFlagsFromString('--min-semi-space-size=16');
}

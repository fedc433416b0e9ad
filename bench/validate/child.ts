/** One validation as a process of its own, as `policy validate` runs it. */
import { once } from 'node:events';
import { expectManyFiles } from '../../bin/many-files.ts';
import { validateFolder } from '../../lib/configuration/lints/validate.ts';
import { epochSeconds } from '../../lib/time.ts';
import { ISSUER } from './documents.ts';

export interface ValidateResult {
  readonly problems: number;
  readonly ms: number;
  /** Of the process, user and system. */
  readonly cpuMs: number;
  /** Most that was resident. */
  readonly megabytes: number;
}

const [{ input }] = await once(process, 'message');
expectManyFiles();
const began = performance.now();
const { problems } = validateFolder(String(input), {
  deployment: { issuer: ISSUER, now: epochSeconds(1_800_014_400) },
});
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
const result: ValidateResult = {
  problems: problems.length,
  ms: performance.now() - began,
  cpuMs: (userCPUTime + systemCPUTime) / 1000,
  megabytes: maxRSS / 1024,
};
process.send?.(result);

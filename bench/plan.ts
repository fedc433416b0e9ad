import { rmSync } from 'node:fs';
import { firstMessage } from './child.ts';
import { atMost, type Figure, reported } from './figure.ts';
import type { PlanResult } from './plan/child.ts';
import { manyDocuments } from './validate/documents.ts';

const MANY = 10_000;

/** 10,000 documents, nine tenths of which differ in who may and in what, are planned in 10 s. */
export async function benchPlan(): Promise<readonly Figure[]> {
  const folder = manyDocuments(MANY);
  try {
    const result = (await firstMessage('./plan/child.ts', folder)) as PlanResult;
    return [
      atMost(`policy plan of ${MANY} documents`, result.ms / 1000, 10, 's'),
      reported('  processor time', result.cpuMs / 1000, 's'),
      reported('  documents that differ', result.differing, ''),
      reported('  changes that it tells', result.changes, ''),
      atMost('  what comparing adds to what is resident', result.comparingMegabytes, 100, 'MB'),
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

import { rmSync } from 'node:fs';
import { firstMessage } from './child.ts';
import { atMost, type Figure, reported } from './figure.ts';
import type { ValidateResult } from './validate/child.ts';
import { manyDocuments } from './validate/documents.ts';

const FEW = 1_000;
const MANY = 10_000;

/** 10,000 documents are validated in 5 s, and what is resident grows by no more than the documents themselves. */
export async function benchValidate(): Promise<readonly Figure[]> {
  const few = await measure(FEW);
  const many = await measure(MANY);
  const perThousand = ((many.megabytes - few.megabytes) * 1000) / (MANY - FEW);
  return [
    atMost(`policy validate of ${MANY} documents`, many.ms / 1000, 5, 's'),
    reported('  processor time, compilation included', many.cpuMs / 1000, 's'),
    atMost('  what is resident, for each further 1,000 documents', perThousand, 20, 'MB'),
    reported('  resident at most', many.megabytes, 'MB'),
    atMost('  problems', many.problems, 0, ''),
  ];
}

async function measure(count: number): Promise<ValidateResult> {
  const folder = manyDocuments(count);
  try {
    return (await firstMessage('./validate/child.ts', folder)) as ValidateResult;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

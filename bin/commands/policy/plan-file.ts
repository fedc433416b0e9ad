import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve, sep } from 'node:path';
import * as z from 'zod';
import { hashOfIndex, indexOf } from '../../../lib/aws/dynamodb/stored-folder.ts';
import { configurationItems } from '../../../lib/configuration/items.ts';
import { type LoadedConfiguration, loadConfiguration } from '../../../lib/configuration/load.ts';
import { deployedAs } from './folder.ts';

const shape = z.strictObject({
  tokenBrokerPlan: z.literal(1),
  issuer: z.string(),
  /** What was in force when it was planned; null: nothing. */
  base: z.strictObject({ version: z.number(), appliedAt: z.number() }).nullable(),
  /** Of the documents that the files make. */
  hash: z.string(),
  commit: z.string().nullable(),
  /** What it changes, in words, for whoever approves it. */
  changes: z.array(z.unknown()),
  files: z.array(z.strictObject({ name: z.string(), text: z.string() })),
  /** SHA-256 of all of the above but the commit: one folder on one base is one plan. */
  digest: z.string(),
});

export type PlanFile = z.infer<typeof shape>;

/** True where the argument of `apply` is a file and no folder. */
export const isPlanFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true;

/** Writes a plan for `apply FILE`; returns its digest, which names it. */
export function writePlan(path: string, plan: Omit<PlanFile, 'digest' | 'tokenBrokerPlan'>): string {
  const whole = { tokenBrokerPlan: 1 as const, ...plan };
  const digest = digestOf(whole);
  writeFileSync(path, `${JSON.stringify({ ...whole, digest }, null, 1)}\n`);
  return digest;
}

/** Reads a plan. Throws an error for people where it is none, or is not as it was written. */
export function readPlan(path: string, expected: string | undefined): PlanFile {
  const { digest, ...whole } = parsed(path);
  if (digest !== digestOf(whole)) throw new Error(`${path} is not as \`policy plan --out\` wrote it`);
  if (expected !== undefined && expected !== digest) throw new Error(`${path} is another plan than ${expected}`);
  return { ...whole, digest };
}

function parsed(path: string): PlanFile {
  try {
    const read = shape.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    if (read.success) return read.data;
  } catch {
    // Told below: whatever is no JSON is no plan.
  }
  throw new Error(`${path} is no plan: \`policy plan DIR --out FILE\` writes one`);
}

function digestOf({ tokenBrokerPlan, issuer, base, hash, changes, files }: Omit<PlanFile, 'digest'>): string {
  const place = base === null ? null : [base.version, base.appliedAt];
  const texts = files.map(({ name, text }) => [name, text]);
  const whole = JSON.stringify([tokenBrokerPlan, issuer, place, hash, changes, texts]);
  return createHash('sha256').update(whole).digest('hex');
}

/**
 * The configuration of a plan, made of its files again by this release. Throws where it is not the one that was
 * planned.
 */
export async function loadPlan({ files, issuer, hash }: PlanFile): Promise<LoadedConfiguration> {
  const folder = mkdtempSync(join(tmpdir(), 'token-broker-plan-'));
  try {
    for (const { name, text } of files) {
      const path = resolve(folder, name);
      if (!path.startsWith(folder + sep)) throw new Error(`${name} is outside of the folder`);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
    const loaded = await loadConfiguration(folder, deployedAs(issuer));
    const made = 'problems' in loaded ? null : hashOfIndex(indexOf(configurationItems(loaded.documents)));
    if ('problems' in loaded || made !== hash) {
      throw new Error(
        'the files of the plan do not make the configuration that was planned: plan again with this release',
      );
    }
    return loaded;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

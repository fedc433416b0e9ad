import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { readBeside } from '../../../lib/configuration/folder.ts';
import { formatField, type Problem, problemOfFile } from '../../../lib/configuration/problem.ts';
import { validateWritten } from '../../../lib/configuration/validate-file.ts';
import { readYaml } from '../../../lib/configuration/yaml-file.ts';
import { isReason } from '../../../lib/refusals/registry.ts';

const text = z.string().min(1, 'is empty');
const members = z.record(z.string(), z.json());
/** A document that is written out, or the name of a JSON file beside the tests. */
const document = z.union([members, text]);

/** Who comes: claims of a connection, a token's file, a client as itself, or the record of an issuance in a file. */
const proof = z
  .strictObject({
    connection: text.optional(),
    claims: members.optional(),
    token: text.optional(),
    client: text.optional(),
    issuance: text.optional(),
  })
  .refine(
    ({ connection, token, client, issuance }) =>
      [connection, token, client, issuance].filter((given) => given !== undefined).length === 1,
    'takes one of connection (with claims), token, client and issuance',
  )
  .refine(({ connection, claims }) => claims === undefined || connection !== undefined, 'has claims of no connection');

const access = z.union([
  text,
  z.strictObject({
    action: text,
    resource: text.optional(),
    context: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional(),
  }),
]);

const reason = z
  .string()
  .refine((value) => value === 'allowed' || isReason(value), 'is neither `allowed` nor a reason of docs/refusals.md');

/** What is expected: `allowed`, a reason, or both in detail. */
const expectation = z.union([
  reason,
  z.strictObject({
    allowed: z.boolean().optional(),
    reason: reason.optional(),
    /** Index of the `allow` rule that decided. */
    rule: z.int().min(0).optional(),
    principal: text.optional(),
    role: text.optional(),
    policy: z.union([members, z.null()]).optional(),
    tags: z.record(z.string(), z.string()).optional(),
    claims: members.optional(),
    can: z.array(access).optional(),
    cannot: z.array(access).optional(),
  }),
]);

const testCase = z
  .strictObject({
    name: text,
    proof: proof.optional(),
    token: text.optional(),
    issuance: text.optional(),
    client: text.optional(),
    actor: proof.optional(),
    scope: text,
    time: z.iso.datetime({ offset: true, message: 'must be a time such as 2026-11-21T09:00:00Z' }).optional(),
    sourceIp: z.union([z.ipv4(), z.ipv6()], 'must be an IPv4 or IPv6 address').optional(),
    intent: z.string().max(256, 'has more than 256 characters').optional(),
    duration: z
      .union([z.string().regex(/^[1-9][0-9]{0,8}[smh]$/, 'must be a duration such as 15m'), z.int().min(1)])
      .optional(),
    policy: document.optional(),
    parameters: z.record(z.string(), z.string('must be text')).optional(),
    rolePolicy: z.union([document, z.array(document)]).optional(),
    expect: expectation,
  })
  .refine(
    ({ proof: given, token, issuance, client }) =>
      [given, token, issuance].filter((one) => one !== undefined).length === 1 ||
      (client !== undefined && given === undefined && token === undefined && issuance === undefined),
    'takes one of proof, token and issuance, or a client that comes as itself',
  );

const testFile = z.array(testCase, 'must be a list of tests');

export type WrittenProof = z.infer<typeof proof>;
export type WrittenTest = z.infer<typeof testCase>;
export type WrittenAccess = z.infer<typeof access>;
export type Expectation = Exclude<z.infer<typeof expectation>, string>;

/** A test and where it stands. */
export interface TestCase {
  readonly file: string;
  readonly line: number;
  readonly written: WrittenTest;
  readonly expect: Expectation;
}

/** `allowed` and a reason in their long forms. */
function inDetail(written: WrittenTest['expect']): Expectation {
  if (typeof written !== 'string') return written;
  return written === 'allowed' ? { allowed: true } : { allowed: false, reason: written };
}

/** Reads `tests/*.yaml` of a configuration folder: every test, or everything that is wrong with them. */
export function readTests(directory: string): {
  readonly cases: readonly TestCase[];
  readonly problems: readonly Problem[];
} {
  const files = testFiles(directory).map((name) => readTestFile(directory, `tests/${name}`));
  return { cases: files.flatMap(({ cases }) => cases), problems: files.flatMap(({ problems }) => problems) };
}

function testFiles(directory: string): readonly string[] {
  try {
    return readdirSync(join(directory, 'tests'))
      .filter((name) => name.endsWith('.yaml') && !name.startsWith('.'))
      .sort();
  } catch {
    return [];
  }
}

function readTestFile(directory: string, file: string): ReturnType<typeof readTests> {
  const read = readBeside(directory, 'tests.yaml', file);
  const at = (place: { line: number; column: number }, field: string, message: string): Problem => ({
    ...problemOfFile(file, message, 'bad-value'),
    ...{ line: place.line, column: place.column, field },
  });
  if (!read.ok) return { cases: [], problems: [at({ line: 1, column: 1 }, '', read.problem)] };
  const yaml = readYaml(read.text);
  const faults = yaml.faults.map(({ path, message, ...place }) => ({
    ...at(place, formatField(path), message),
    code: 'bad-yaml' as const,
  }));
  if (yaml.value === undefined) return { cases: [], problems: faults };
  const { problems, written } = validateWritten(testFile, yaml.value);
  const found = problems.map(({ path, message, code, fix }) => ({
    ...at(yaml.positionOf(path), formatField(path), message),
    ...{ code, fix },
  }));
  const whole = problems.length === 0 && written !== null ? written : [];
  const cases = whole.map((each, index) => ({
    ...{ file, line: yaml.positionOf([index]).line, written: each, expect: inDetail(each.expect) },
  }));
  return { cases, problems: [...faults, ...found] };
}

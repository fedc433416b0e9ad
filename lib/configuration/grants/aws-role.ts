import * as z from 'zod';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json.ts';
import { readPolicyDocument } from '../../policy/iam/document.ts';
import { type Seconds, seconds } from '../../time.ts';
import type { Report } from '../problem.ts';
import { toSeconds } from '../schema/values.ts';

/** boto asks again on every call while fewer than 15 minutes are left: shorter sessions than this hardly help it. */
const POLLING_SECONDS = 20 * 60;

/** Partitions are not listed: AWS adds some. The account and the name are what matters. */
const roleArn = z
  .string()
  .max(2048, 'has more than 2048 characters')
  .regex(
    /^arn:aws[a-z-]*:iam::[0-9]{12}:role\/([\x21-\x23\x25-\x7e]+\/)?[\w+=,.@-]{1,64}$/,
    'must be the ARN of an IAM role (templates cannot stand here)',
  );
const policyArn = z
  .string()
  .regex(/^arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy\/[\w+=,.@/-]+$/, 'must be the ARN of an IAM policy');

/** What every grant of an AWS role has, however the role is had. */
export const roleFields = {
  roleArn,
  policy: z.record(z.string(), z.json(), 'must be an IAM policy document').optional(),
  policyArns: z.array(policyArn).max(10, 'has more than 10 policies').optional(),
};

type WrittenRole = z.infer<z.ZodObject<typeof roleFields>> & {
  readonly duration?: string | undefined;
  readonly maxDuration?: string | undefined;
};

/** A role with its defaults: an hour, or `maxDuration` if that is less. */
export function normalizeRole(written: WrittenRole, report: Report) {
  checkPolicies(written, report);
  return {
    roleArn: written.roleArn,
    ...normalizeDurations(written, report),
    policy: written.policy ?? null,
    policyArns: written.policyArns ?? [],
  };
}

export const accountOf = (arn: string): string => arn.split(':')[4] ?? '';

function normalizeDurations(
  written: WrittenRole,
  report: Report,
): { readonly duration: Seconds; readonly maxDuration: Seconds } {
  const given = written.duration === undefined ? null : toSeconds(written.duration);
  const maxDuration = toSeconds(written.maxDuration ?? '1h');
  const duration = given ?? seconds(Math.min(3600, maxDuration));
  if (duration > maxDuration) {
    report(['duration'], `is longer than maxDuration${written.maxDuration === undefined ? ' (1h unless given)' : ''}`);
  }
  if (duration < POLLING_SECONDS) {
    report(
      [given === null ? 'maxDuration' : 'duration'],
      'under 20m, SDKs that refresh 15 minutes ahead ask again on nearly every call',
      'short-session',
    );
  }
  return { duration, maxDuration };
}

function checkPolicies(written: WrittenRole, report: Report): void {
  if (written.policy !== undefined) checkPolicy(written.policy, report);
  written.policyArns?.forEach((arn, index) => {
    const account = accountOf(arn);
    if (account !== 'aws' && account !== accountOf(written.roleArn)) {
      report(['policyArns', index], 'is in another account than the role');
    }
  });
}

function checkPolicy(policy: JsonObject, report: Report): void {
  if (/[^\t\n\r\x20-\xff]/.test(JSON.stringify(policy)))
    report(['policy'], 'has characters beyond U+00FF, which AWS STS refuses');
  if (policy['Version'] === undefined)
    report(['policy'], 'has no Version: say Version: "2012-10-17"', 'policy-version');
  else if (policy['Version'] !== '2012-10-17') report(['policy', 'Version'], 'must be 2012-10-17');
  const found = grammarFault(policy);
  if (found !== null) report(['policy'], `AWS STS would refuse it: ${found}`);
}

/**
 * What IAM's grammar does not have, which STS would refuse at each request; null: nothing, or what the compiler says at
 * its place. A template stands for one word.
 */
function grammarFault(policy: JsonObject): string | null {
  const statements = [policy['Statement']].flat();
  if (!statements.every((each) => isJsonObject(each) && ['Allow', 'Deny'].includes(String(each['Effect']))))
    return null;
  const words = { ...policy, Version: '2012-10-17', Statement: statements.map((each) => withWords(each ?? null)) };
  const reading = readPolicyDocument(words);
  return reading.ok ? null : reading.problem;
}

const TEMPLATE = /\$\{(?:path:)?(?:actor\.)?(?:claims|param|principal|connection|client|request)[^}]*\}/g;

/** Conditions with a template are left to the request: a number or a date is not known before. */
function withWords(statement: JsonValue): JsonValue {
  if (!isJsonObject(statement)) return statement;
  const { Condition: condition, ...rest } = statement;
  const isFixed = condition !== undefined && JSON.stringify(condition).search(TEMPLATE) === -1;
  return JSON.parse(JSON.stringify({ ...rest, ...(isFixed ? { Condition: condition } : {}) }).replace(TEMPLATE, 'x'));
}

import * as z from 'zod';
import type { JsonObject } from '../../json.ts';
import { type Seconds, seconds } from '../../time.ts';
import type { Report } from '../problem.ts';
import { toSeconds } from '../schema/values.ts';
import { grammarFault } from './policy-grammar.ts';

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
  const fault = grammarFault(policy);
  if (fault !== null) report(['policy', ...fault.path], `AWS STS would refuse it: ${fault.problem}`);
}

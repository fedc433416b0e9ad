import type { JsonObject } from '../../json.ts';
import type { AwsFederatedGrant } from '../../policy/grants/aws-federated.ts';
import type { AwsSessionGrant } from '../../policy/grants/aws-session.ts';
import { type Seconds, seconds } from '../../time.ts';
import type { Report } from '../problem.ts';
import type { WrittenAwsFederatedGrant, WrittenAwsSessionGrant } from '../schema/grant.ts';
import { toSeconds } from '../schema/values.ts';

const MAX_TAGS = 50;
/** token-broker:issuance, token-broker:scope and token-broker:actor. */
const OWN_TAGS = 3;
/** boto asks again on every call while fewer than 15 minutes are left: shorter sessions than this hardly help it. */
const POLLING_SECONDS = 20 * 60;

const TAG_TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** An AssumeRole grant with defaults: an hour, or `maxDuration` if that is less. */
export function normalizeAwsSessionGrant(written: WrittenAwsSessionGrant, report: Report): AwsSessionGrant {
  checkPolicies(written, report);
  return {
    type: 'aws-session',
    roleArn: written.roleArn,
    externalId: written.externalId ?? null,
    ...normalizeDurations(written, report),
    policy: written.policy ?? null,
    policyArns: written.policyArns ?? [],
    tags: normalizeTags(written.tags ?? {}, report),
    sourceIdentity: written.sourceIdentity ?? 'required',
  };
}

export function normalizeAwsFederatedGrant(written: WrittenAwsFederatedGrant, report: Report): AwsFederatedGrant {
  checkPolicies(written, report);
  if (written.via === 'saml' && written.principalArn === undefined)
    report(['principalArn'], 'is required with via: saml');
  if (written.via !== 'saml' && written.principalArn !== undefined)
    report(['principalArn'], 'goes with via: saml only');
  if (written.principalArn !== undefined && accountOf(written.principalArn) !== accountOf(written.roleArn)) {
    report(['principalArn'], 'is in another account than the role');
  }
  const base = {
    type: 'aws-federated',
    roleArn: written.roleArn,
    ...normalizeDurations(written, report),
    policy: written.policy ?? null,
    policyArns: written.policyArns ?? [],
  } as const;
  // Empty only where an error was reported, so that the rest of a grant is still checked.
  return written.via === 'saml'
    ? { ...base, via: 'saml', principalArn: written.principalArn ?? '' }
    : { ...base, via: 'web-identity', principalArn: null };
}

const accountOf = (arn: string): string => arn.split(':')[4] ?? '';

function normalizeDurations(
  written: { readonly duration?: string | undefined; readonly maxDuration?: string | undefined },
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
      'warning',
    );
  }
  return { duration, maxDuration };
}

function checkPolicies(
  written: {
    readonly roleArn: string;
    readonly policy?: JsonObject | undefined;
    readonly policyArns?: readonly string[] | undefined;
  },
  report: Report,
): void {
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
  if (policy['Version'] === undefined) report(['policy'], 'has no Version: say Version: "2012-10-17"', 'warning');
  else if (policy['Version'] !== '2012-10-17') report(['policy', 'Version'], 'must be 2012-10-17');
}

/** Session tags of AWS STS: 1 to 128 characters of name; names differ by more than case. What values take is the template compiler's business. */
function normalizeTags(
  written: Readonly<Record<string, string | number | boolean>>,
  report: Report,
): Readonly<Record<string, string>> {
  const names = Object.keys(written);
  if (names.length > MAX_TAGS - OWN_TAGS) report(['tags'], `has more than ${MAX_TAGS - OWN_TAGS} tags`);
  const seen = new Set<string>();
  for (const name of names) {
    const problem = tagProblem(name);
    if (problem !== null) report(['tags', name], problem);
    if (seen.has(name.toLowerCase())) report(['tags', name], 'differs from another tag by case only');
    seen.add(name.toLowerCase());
  }
  return Object.fromEntries(Object.entries(written).map(([name, value]) => [name, String(value)]));
}

function tagProblem(name: string): string | null {
  const lower = name.toLowerCase();
  if (lower.startsWith('token-broker:')) return 'names that begin with token-broker: are set by the broker';
  if (lower.startsWith('aws:')) return 'names that begin with aws: are reserved by AWS';
  if (name.length === 0 || name.length > 128 || !TAG_TEXT.test(name)) return 'is not the name of a session tag';
  return null;
}

import type { RevocationPolicies } from '../../revocation/ports.ts';
import type { Sts, StsResult } from '../sts/client.ts';
import { type Iam, type IamAnswer, iamClient } from './client.ts';

export interface RevocationPoliciesOptions {
  readonly sts: Sts;
  readonly region: string;
  readonly externalId: string;
  /**
   * Begins the name of the role and of the policy in each target account: `<prefix>-revoker`, `<prefix>-revocations`.
   */
  readonly prefix: string;
}

/** AWS IAM quotas: versions of a managed policy. */
const MOST_VERSIONS = 5;
const SESSION_SECONDS = 900;
/** STS answers these where the role is not there or does not trust this broker, IAM where the policy is not there. */
const ABSENT: ReadonlySet<string> = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'NoSuchEntity',
  'NoSuchEntityException',
]);

/**
 * The managed policy `<prefix>-revocations` of each target account, rewritten as the role `<prefix>-revoker` there
 * (`examples/target-role.yaml`). AWS IAM API reference, CreatePolicyVersion: the new version is the default at once,
 * and the oldest other one makes room for it. Throws where AWS cannot be asked.
 */
export function revocationPolicies(options: RevocationPoliciesOptions): RevocationPolicies {
  return {
    write: async (account, document, signal) => {
      const arn = policyArn(options, account);
      const text = JSON.stringify(document);
      return (await asRevoker(options, account, signal, (iam) => rewrite(iam, arn, text, signal))) ?? 'absent';
    },
    carriers: async (account, roles, signal) => {
      const arn = policyArn(options, account);
      const carry = async (iam: Iam) => {
        const found: string[] = [];
        for (const role of roles) if (await carries(iam, role, arn, signal)) found.push(role);
        return found;
      };
      return (await asRevoker(options, account, signal, carry)) ?? [];
    },
  };
}

const policyArn = ({ prefix }: RevocationPoliciesOptions, account: string): string =>
  `arn:${account.replace(':', ':iam::')}:policy/${prefix}-revocations`;

/** null: nobody is there who may. */
async function asRevoker<T>(
  { sts, region, externalId, prefix }: RevocationPoliciesOptions,
  account: string,
  signal: AbortSignal,
  use: (iam: Iam) => Promise<T>,
): Promise<T | null> {
  try {
    const answer = await sts.call(
      'AssumeRole',
      {
        RoleArn: `arn:${account.replace(':', ':iam::')}:role/${prefix}-revoker`,
        RoleSessionName: `${prefix}-revocations`,
        ExternalId: externalId,
        DurationSeconds: SESSION_SECONDS,
      },
      signal,
    );
    return await use(iamClient(region, credentialsOf(answer)));
  } catch (error) {
    if (error instanceof Error && ABSENT.has(error.name)) return null;
    throw error;
  }
}

function credentialsOf(answer: StsResult) {
  const [accessKeyId, secretAccessKey, sessionToken] = ['AccessKeyId', 'SecretAccessKey', 'SessionToken'].map((name) =>
    answer.text('Credentials', name),
  );
  if (!accessKeyId || !secretAccessKey || !sessionToken) throw new TypeError('STS answered no session');
  return { accessKeyId, secretAccessKey, sessionToken };
}

async function rewrite(iam: Iam, PolicyArn: string, text: string, signal: AbortSignal): Promise<'written'> {
  const versions = (await iam.call('ListPolicyVersions', { PolicyArn }, signal)).list('Versions');
  const current = versions.find((version) => version.text('IsDefaultVersion') === 'true')?.text('VersionId');
  if (current && (await documentOf(iam, PolicyArn, current, signal)) === text) return 'written';
  const oldest = versions.length < MOST_VERSIONS ? null : oldestOf(versions);
  if (oldest !== null) await iam.call('DeletePolicyVersion', { PolicyArn, VersionId: oldest }, signal);
  await iam.call('CreatePolicyVersion', { PolicyArn, PolicyDocument: text, SetAsDefault: 'true' }, signal);
  return 'written';
}

/** IAM answers the document percent-encoded (RFC 3986). */
async function documentOf(iam: Iam, PolicyArn: string, VersionId: string, signal: AbortSignal): Promise<string> {
  const answer = await iam.call('GetPolicyVersion', { PolicyArn, VersionId }, signal);
  return decodeURIComponent(answer.within('PolicyVersion').text('Document') ?? '');
}

/** Of the versions that are not in force, by their time (RFC 3339 in UTC, which sorts as text). */
const oldestOf = (versions: readonly IamAnswer[]): string | null =>
  versions
    .filter((version) => version.text('IsDefaultVersion') !== 'true')
    .sort((one, other) => ((one.text('CreateDate') ?? '') < (other.text('CreateDate') ?? '') ? -1 : 1))
    .at(0)
    ?.text('VersionId') ?? null;

async function carries(iam: Iam, role: string, arn: string, signal: AbortSignal): Promise<boolean> {
  const RoleName = role.slice(role.lastIndexOf('/') + 1);
  let marker: string | null = null;
  do {
    const given: Readonly<Record<string, string>> = marker === null ? { RoleName } : { RoleName, Marker: marker };
    const page = await iam.call('ListAttachedRolePolicies', given, signal);
    if (page.list('AttachedPolicies').some((policy) => policy.text('PolicyArn') === arn)) return true;
    marker = page.text('IsTruncated') === 'true' ? page.text('Marker') : null;
  } while (marker !== null);
  return false;
}

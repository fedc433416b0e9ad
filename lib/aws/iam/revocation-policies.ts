import {
  CreatePolicyVersionCommand,
  DeletePolicyVersionCommand,
  GetPolicyVersionCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListPolicyVersionsCommand,
  type PolicyVersion,
} from '@aws-sdk/client-iam';
import type { RevocationPolicies } from '../../revocation/ports.ts';
import type { Sts, StsResult } from '../sts/client.ts';

export interface RevocationPoliciesOptions {
  readonly sts: Sts;
  readonly region: string;
  readonly externalId: string;
  /** Begins the name of the role and of the policy in each target account: `<prefix>-revoker`, `<prefix>-revocations`. */
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
      const carry = async (iam: IAMClient) => {
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
  use: (iam: IAMClient) => Promise<T>,
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
    const iam = new IAMClient({ region, credentials: credentialsOf(answer) });
    try {
      return await use(iam);
    } finally {
      iam.destroy();
    }
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

async function rewrite(iam: IAMClient, PolicyArn: string, text: string, abortSignal: AbortSignal): Promise<'written'> {
  const { Versions = [] } = await iam.send(new ListPolicyVersionsCommand({ PolicyArn }), { abortSignal });
  const VersionId = Versions.find(({ IsDefaultVersion }) => IsDefaultVersion === true)?.VersionId;
  if (VersionId !== undefined) {
    const { PolicyVersion: current } = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId }), {
      abortSignal,
    });
    if (isSame(current?.Document, text)) return 'written';
  }
  if (Versions.length >= MOST_VERSIONS) {
    const oldest = oldestOf(Versions);
    await iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: oldest }), { abortSignal });
  }
  await iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: text, SetAsDefault: true }), {
    abortSignal,
  });
  return 'written';
}

/** IAM answers the document percent-encoded (RFC 3986). */
const isSame = (document: string | undefined, text: string): boolean =>
  document !== undefined && decodeURIComponent(document) === text;

const oldestOf = (versions: readonly PolicyVersion[]): string | undefined =>
  versions
    .filter(({ IsDefaultVersion }) => IsDefaultVersion !== true)
    .sort((one, other) => Number(one.CreateDate ?? 0) - Number(other.CreateDate ?? 0))
    .at(0)?.VersionId;

async function carries(iam: IAMClient, role: string, arn: string, abortSignal: AbortSignal): Promise<boolean> {
  const RoleName = role.slice(role.lastIndexOf('/') + 1);
  let Marker: string | undefined;
  do {
    const page = await iam.send(
      new ListAttachedRolePoliciesCommand({ RoleName, ...(Marker === undefined ? {} : { Marker }) }),
      { abortSignal },
    );
    if (page.AttachedPolicies?.some(({ PolicyArn }) => PolicyArn === arn) === true) return true;
    Marker = page.IsTruncated === true ? page.Marker : undefined;
  } while (Marker !== undefined);
  return false;
}

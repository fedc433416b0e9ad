import { type AwsService, actionPrefixes, actionsOfPrefix } from '../../lib/aws-services.ts';
import { didYouMean } from '../../lib/nearest.ts';
import { ANY, codePoints, compilePattern, type Pattern, STAR } from '../../lib/policy/glob.ts';
import { UsageError } from '../command.ts';
import type { Asked } from './actions.ts';

/** One `--allow`. */
interface Rule {
  action(text: string): boolean;
  resource(text: string): boolean;
}

/** What requests may ask for; null: whatever the session may. */
export interface Allowed {
  /** What to add, where it is refused; null: it is allowed. */
  missing(asked: readonly Asked[] | null, services: readonly Giving[]): string | null;
}

/** Calls whose answers hold keys: one has to name them, since what comes back is in the program's hands. */
const GIVE_KEYS = new Set([
  'cloudwatch:GetSpaceCredentialsForOrganization',
  'cloudwatch:GetSpaceDataAccess',
  'codepipeline:GetJobDetails',
  'codepipeline:GetThirdPartyJobDetails',
  'codepipeline:PollForJobs',
  'cognito-identity:GetCredentialsForIdentity',
  'datazone:GetConnection',
  'datazone:GetEnvironmentCredentials',
  'deadline:AssumeFleetRoleForRead',
  'deadline:AssumeFleetRoleForWorker',
  'deadline:AssumeQueueRoleForRead',
  'deadline:AssumeQueueRoleForUser',
  'deadline:AssumeQueueRoleForWorker',
  'eks-auth:AssumeRoleForPodIdentity',
  'gamelift:CreateBuild',
  'gamelift:GetComputeAccess',
  'gamelift:GetInstanceAccess',
  'gamelift:RequestUploadCredentials',
  'iam:CreateAccessKey',
  'iam:CreateServiceSpecificCredential',
  'iam:ResetServiceSpecificCredential',
  'lakeformation:AssumeDecoratedRoleWithSAML',
  'lakeformation:GetTemporaryDataLocationCredentials',
  'lakeformation:GetTemporaryGlueFunctionCredentials',
  'lakeformation:GetTemporaryGluePartitionCredentials',
  'lakeformation:GetTemporaryGlueTableCredentials',
  'lightsail:CreateBucketAccessKey',
  's3:GetDataAccess',
  's3express:CreateSession',
  'signin:CreateOAuth2Token',
  'ssm:GetAccessToken',
  'sts:AssumeRole',
  'sts:AssumeRoleWithSAML',
  'sts:AssumeRoleWithWebIdentity',
  'sts:AssumeRoot',
  'sts:GetDelegatedAccessToken',
  'sts:GetFederationToken',
  'sts:GetScopedCredentials',
  'sts:GetSessionToken',
  'sts:GetWebIdentityToken',
]);

type Giving = Pick<AwsService, 'iam' | 'calls'>;

/** Whether a request to it that cannot be told from such a call may be one, with or without `--allow`. */
const isGiver = ({ iam, calls }: Giving): boolean =>
  calls.split('\n').some((line) => {
    const [name = ''] = line.replace('~', '').split(/[ >]/);
    const prefix = iam === 's3' && name === 'CreateSession' ? 's3express' : iam;
    return GIVE_KEYS.has(`${prefix}:${name}`);
  });

const RULE = /^(\*|[a-z0-9-]+:[A-Za-z0-9*?]+)(?: +on +(\*|arn:\S{1,1000}))?$/;

/**
 * `s3:Get*`, or `s3:GetObject on arn:aws:s3:::reports/*`. UsageError for anything else, and for what allows nothing.
 */
export function allowedBy(texts: readonly string[]): Allowed {
  const rules = texts.map((text): Rule => {
    const [, action, resource = '*'] = RULE.exec(text) ?? [];
    if (action === undefined) {
      throw new UsageError(
        `--allow takes 's3:Get*' or 's3:GetObject on arn:aws:s3:::bucket/*' (the service in small letters, a resource by its ARN), not '${text}'`,
      );
    }
    const [isAction, isResource] = [glob(action.toLowerCase()), glob(resource)];
    if (action !== '*') checkAction(action, isAction);
    return { action: (name) => isAction(name.toLowerCase()), resource: isResource };
  });
  const named = new Set(texts.map((text) => text.split(' ')[0]));
  const missing: Allowed['missing'] = (asked, services) => {
    if (asked === null && services.some(isGiver)) return UNTOLD;
    if (asked === null) return rules.length === 0 ? null : UNKNOWN;
    const key = asked.find(({ action }) => GIVE_KEYS.has(action) && !named.has(action));
    if (key !== undefined) return `its answer holds keys: --allow '${key.action}' (written out) lets it through`;
    if (rules.length === 0) return null;
    const first = asked.find(
      ({ action, resource }) => !rules.some((rule) => rule.action(action) && rule.resource(resource)),
    );
    if (first === undefined) return null;
    const place = first.resource === '*' ? '' : ` on ${first.resource}`;
    return `--allow '${first.action}${place}' would let it through`;
  };
  return { missing };
}

/** A misspelt action would let nothing through, and the refusals would name one that looks as if it were there. */
function checkAction(action: string, matches: (value: string) => boolean): void {
  const [prefix = '', name = ''] = action.split(':');
  const known = new Set(actionPrefixes);
  for (const giver of GIVE_KEYS) known.add(giver.slice(0, giver.indexOf(':')));
  if (!known.has(prefix)) {
    const hint = didYouMean(prefix, known);
    throw new UsageError(`--allow '${action}': AWS has no actions of ${prefix}${hint === null ? '' : `; ${hint}`}`);
  }
  const actions = actionsOfPrefix(prefix);
  if (GIVE_KEYS.has(action) || actions.has(name.toLowerCase())) return;
  const names = [...actions.values()].map((each) => each.name);
  if (names.some((each) => matches(`${prefix}:${each}`.toLowerCase()))) return;
  const hint = didYouMean(name, names);
  throw new UsageError(`--allow '${action}': ${prefix} has no such action${hint === null ? '' : `; ${hint}`}`);
}

const UNTOLD = 'which action it asks for is not known, and calls of this service can give keys';
const UNKNOWN = 'which action it asks for is not known, and --allow lets through what is known alone';

function glob(text: string): (value: string) => boolean {
  const pattern: Pattern = Array.from(text, (each) =>
    each === '*' ? STAR : each === '?' ? ANY : (each.codePointAt(0) ?? 0),
  );
  const matches = compilePattern(pattern);
  return (value) => matches(codePoints(value));
}

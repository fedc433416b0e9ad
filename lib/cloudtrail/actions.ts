/** Which IAM action a call asks for, and which actions CloudTrail tells of at all. */
import { actionPrefixes, actionsOfPrefix } from '../aws-services.ts';
import { isDataAction } from './data-events.ts';

/** Where the first part of `eventSource` is not the prefix of the service's actions. */
const PREFIX_OF: Readonly<Record<string, string>> = {
  monitoring: 'cloudwatch',
  email: 'ses',
  tagging: 'tag',
  rdsdataapi: 'rds-data',
  'runtime.sagemaker': 'sagemaker',
};

/** Calls that ask for actions of another name (the services' own references of permissions). */
const ACTIONS_OF: Readonly<Record<string, readonly string[]>> = {
  's3:ListBuckets': ['s3:ListAllMyBuckets'],
  's3:HeadBucket': ['s3:ListBucket'],
  's3:ListObjects': ['s3:ListBucket'],
  's3:ListObjectsV2': ['s3:ListBucket'],
  's3:ListObjectVersions': ['s3:ListBucketVersions'],
  's3:ListMultipartUploads': ['s3:ListBucketMultipartUploads'],
  's3:ListParts': ['s3:ListMultipartUploadParts'],
  's3:HeadObject': ['s3:GetObject'],
  's3:SelectObjectContent': ['s3:GetObject'],
  's3:CopyObject': ['s3:PutObject', 's3:GetObject'],
  's3:UploadPartCopy': ['s3:PutObject', 's3:GetObject'],
  's3:CreateMultipartUpload': ['s3:PutObject'],
  's3:UploadPart': ['s3:PutObject'],
  's3:CompleteMultipartUpload': ['s3:PutObject'],
  's3:DeleteObjects': ['s3:DeleteObject'],
  's3:GetBucketEncryption': ['s3:GetEncryptionConfiguration'],
  's3:PutBucketEncryption': ['s3:PutEncryptionConfiguration'],
  's3:DeleteBucketEncryption': ['s3:PutEncryptionConfiguration'],
  's3:GetBucketLifecycle': ['s3:GetLifecycleConfiguration'],
  's3:PutBucketLifecycle': ['s3:PutLifecycleConfiguration'],
  's3:DeleteBucketLifecycle': ['s3:PutLifecycleConfiguration'],
  's3:GetBucketReplication': ['s3:GetReplicationConfiguration'],
  's3:PutBucketReplication': ['s3:PutReplicationConfiguration'],
  's3:DeleteBucketReplication': ['s3:PutReplicationConfiguration'],
  's3:DeleteBucketCors': ['s3:PutBucketCORS'],
  's3:DeleteBucketTagging': ['s3:PutBucketTagging'],
  'lambda:Invoke': ['lambda:InvokeFunction'],
  'kms:ReEncrypt': ['kms:ReEncryptFrom', 'kms:ReEncryptTo'],
};

/** Some services put the version of their API behind a name: `ListFunctions20150331`, `GetFunction20150331v2`. */
const API_VERSION = /_?(?:20\d{2}_?\d{2}_?\d{2})(?:v\d+)?$/;

/** `ecs` of `ecs.amazonaws.com`: the prefix of the service's actions. */
export function servicePrefix(source: string): string {
  const service = source.replace(/\.amazonaws\.com(?:\.cn)?$/, '').toLowerCase();
  return Object.hasOwn(PREFIX_OF, service) ? (PREFIX_OF[service] ?? service) : service;
}

/**
 * The IAM actions that a call asked for, `service:Name` as AWS writes them. null: that cannot be told, since AWS's
 * reference knows no action of that name. Nothing is guessed.
 */
export function actionsOfEvent({ source, name }: { readonly source: string; readonly name: string }) {
  const prefix = servicePrefix(source);
  const call = `${prefix}:${name.replace(API_VERSION, '')}`;
  if (Object.hasOwn(ACTIONS_OF, call)) return ACTIONS_OF[call] ?? null;
  const action = actionsOfPrefix(prefix).get(call.slice(prefix.length + 1).toLowerCase());
  return action === undefined ? null : [`${prefix}:${action.name}`];
}

/** Every action that is known, or those of one service. */
export function knownActions(prefix?: string): readonly string[] {
  const prefixes = prefix === undefined ? actionPrefixes : [prefix];
  return prefixes.flatMap((each) => {
    const listed = lists.get(each) ?? [...actionsOfPrefix(each).values()].map(({ name }) => `${each}:${name}`);
    lists.set(each, listed);
    return listed;
  });
}
const lists = new Map<string, readonly string[]>();

/** Why CloudTrail may say nothing of an action that was used. null: a trail of management events has its calls. */
export type Unlogged = 'data-event' | 'no-call-of-its-name';

/** `logged`: services whose data events the trail has, all of them; `all`: of every service. */
export function unloggedBecause(action: string, logged: ReadonlySet<string>): Unlogged | null {
  const [prefix = '', name = ''] = action.split(':');
  if (isDataAction(prefix, name)) return logged.has(prefix) || logged.has('all') ? null : 'data-event';
  if (reachable.has(action)) return null;
  return actionsOfPrefix(prefix).get(name.toLowerCase())?.isCall === true ? null : 'no-call-of-its-name';
}

/** Actions that calls of other names ask for: those calls are logged. */
const reachable: ReadonlySet<string> = new Set(Object.values(ACTIONS_OF).flat());

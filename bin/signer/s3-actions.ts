import type { Asked } from './actions.ts';
import type { RawRequest } from './signature.ts';

/** Operations of S3 that ask for actions of another name (AWS's service authorization reference). */
const S3_ACTIONS: Readonly<Record<string, readonly string[]>> = {
  ListBuckets: ['ListAllMyBuckets'],
  CreateSession: ['s3express:CreateSession'],
  WriteGetObjectResponse: ['s3-object-lambda:WriteGetObjectResponse'],
  HeadBucket: ['ListBucket'],
  ListObjects: ['ListBucket'],
  ListObjectsV2: ['ListBucket'],
  ListObjectVersions: ['ListBucketVersions'],
  ListMultipartUploads: ['ListBucketMultipartUploads'],
  ListParts: ['ListMultipartUploadParts'],
  HeadObject: ['GetObject'],
  SelectObjectContent: ['GetObject'],
  CopyObject: ['PutObject'],
  UploadPart: ['PutObject'],
  UploadPartCopy: ['PutObject'],
  CreateMultipartUpload: ['PutObject'],
  CompleteMultipartUpload: ['PutObject'],
  // Its body may name versions.
  DeleteObjects: ['DeleteObject', 'DeleteObjectVersion'],
  GetBucketCors: ['GetBucketCORS'],
  PutBucketCors: ['PutBucketCORS'],
  DeleteBucketCors: ['PutBucketCORS'],
  DeleteBucketTagging: ['PutBucketTagging'],
  GetBucketEncryption: ['GetEncryptionConfiguration'],
  PutBucketEncryption: ['PutEncryptionConfiguration'],
  DeleteBucketEncryption: ['PutEncryptionConfiguration'],
  GetBucketLifecycle: ['GetLifecycleConfiguration'],
  GetBucketLifecycleConfiguration: ['GetLifecycleConfiguration'],
  PutBucketLifecycle: ['PutLifecycleConfiguration'],
  PutBucketLifecycleConfiguration: ['PutLifecycleConfiguration'],
  DeleteBucketLifecycle: ['PutLifecycleConfiguration'],
  GetBucketNotificationConfiguration: ['GetBucketNotification'],
  PutBucketNotificationConfiguration: ['PutBucketNotification'],
  GetPublicAccessBlock: ['GetBucketPublicAccessBlock'],
  PutPublicAccessBlock: ['PutBucketPublicAccessBlock'],
  DeletePublicAccessBlock: ['PutBucketPublicAccessBlock'],
  GetObjectLockConfiguration: ['GetBucketObjectLockConfiguration'],
  PutObjectLockConfiguration: ['PutBucketObjectLockConfiguration'],
  GetBucketReplication: ['GetReplicationConfiguration'],
  PutBucketReplication: ['PutReplicationConfiguration'],
  DeleteBucketReplication: ['PutReplicationConfiguration'],
  DeleteBucketOwnershipControls: ['PutBucketOwnershipControls'],
  GetBucketAccelerateConfiguration: ['GetAccelerateConfiguration'],
  PutBucketAccelerateConfiguration: ['PutAccelerateConfiguration'],
  GetBucketAnalyticsConfiguration: ['GetAnalyticsConfiguration'],
  ListBucketAnalyticsConfigurations: ['GetAnalyticsConfiguration'],
  PutBucketAnalyticsConfiguration: ['PutAnalyticsConfiguration'],
  DeleteBucketAnalyticsConfiguration: ['PutAnalyticsConfiguration'],
  GetBucketIntelligentTieringConfiguration: ['GetIntelligentTieringConfiguration'],
  ListBucketIntelligentTieringConfigurations: ['GetIntelligentTieringConfiguration'],
  PutBucketIntelligentTieringConfiguration: ['PutIntelligentTieringConfiguration'],
  DeleteBucketIntelligentTieringConfiguration: ['PutIntelligentTieringConfiguration'],
  GetBucketInventoryConfiguration: ['GetInventoryConfiguration'],
  ListBucketInventoryConfigurations: ['GetInventoryConfiguration'],
  PutBucketInventoryConfiguration: ['PutInventoryConfiguration'],
  DeleteBucketInventoryConfiguration: ['PutInventoryConfiguration'],
  GetBucketMetricsConfiguration: ['GetMetricsConfiguration'],
  ListBucketMetricsConfigurations: ['GetMetricsConfiguration'],
  PutBucketMetricsConfiguration: ['PutMetricsConfiguration'],
  DeleteBucketMetricsConfiguration: ['PutMetricsConfiguration'],
  GetBucketMetadataConfiguration: ['GetBucketMetadataTableConfiguration'],
  CreateBucketMetadataConfiguration: ['CreateBucketMetadataTableConfiguration'],
  DeleteBucketMetadataConfiguration: ['DeleteBucketMetadataTableConfiguration'],
};

/** Actions that one version of an object has of its own, asked for by `versionId`. */
const OF_VERSIONS: Readonly<Record<string, string>> = {
  GetObject: 'GetObjectVersion',
  DeleteObject: 'DeleteObjectVersion',
  GetObjectAcl: 'GetObjectVersionAcl',
  PutObjectAcl: 'PutObjectVersionAcl',
  GetObjectTagging: 'GetObjectVersionTagging',
  PutObjectTagging: 'PutObjectVersionTagging',
  DeleteObjectTagging: 'DeleteObjectVersionTagging',
  GetObjectAttributes: 'GetObjectVersionAttributes',
};

/** What a header makes of an operation. */
const COPIES: Readonly<Record<string, string>> = { PutObject: 'CopyObject', UploadPart: 'UploadPartCopy' };

/** Of other hosts than S3's own: a request like it that comes here is another operation. */
const ELSEWHERE = new Set(['ListDirectoryBuckets', 'UploadPartCopy', 'CopyObject']);

/** Headers that ask for an action beside the operation's own, where it writes an object (or a bucket: its ACL). */
const BESIDE: readonly (readonly [RegExp, string])[] = [
  [/^x-amz-(?:acl|grant-.*)$/, 'PutObjectAcl'],
  [/^x-amz-tagging$/, 'PutObjectTagging'],
  [/^x-amz-object-lock-(?:mode|retain-until-date)$/, 'PutObjectRetention'],
  [/^x-amz-object-lock-legal-hold$/, 'PutObjectLegalHold'],
  [/^x-amz-bypass-governance-retention$/, 'BypassGovernanceRetention'],
  [/^x-amz-object-ownership$/, 'PutBucketOwnershipControls'],
  [/^x-amz-bucket-object-lock-enabled$/, 'PutBucketObjectLockConfiguration'],
  [/^x-amz-bucket-object-lock-enabled$/, 'PutBucketVersioning'],
];
const OF_ITSELF = new Set(['PutObjectAcl', 'PutBucketAcl', 'PutObjectRetention', 'PutObjectLegalHold']);

/**
 * Of the operations of S3 that a request may be: what they ask for. `~` before a name: no action is called so. null: it
 * is none of these, or they ask for different things.
 */
export function s3Actions(found: readonly string[], request: RawRequest, partition: string): readonly Asked[] | null {
  const { path, query } = request;
  const parts = amzParts(request);
  const [source, ...otherSources] = parts.filter(([name]) => name === 'x-amz-copy-source').map(([, value]) => value);
  const place = decodedPath(path);
  const operations = found
    .filter((each) => !ELSEWHERE.has(each.replace('~', '')))
    .map((each) => (source === undefined ? each : `~${COPIES[each.replace('~', '')] ?? ''}`));
  const meant = operations.map((each) => actionsOfOperation(each));
  const [first] = meant;
  const [name = ''] = operations.map((each) => each.replace('~', ''));
  // A name of before and the one of today are routed alike, and ask for the same.
  const isOne = meant.every((each) => each.join() === first?.join());
  if (first === undefined || first.length === 0 || !isOne || place === null || otherSources.length > 0) return null;
  const isOfVersion = new URLSearchParams(query).has('versionId');
  const resource =
    name === 'ListBuckets' ? '*' : `arn:${partition}:s3:::${place}${name === 'DeleteObjects' ? '/*' : ''}`;
  const asked = [...first.map((each) => (isOfVersion ? (OF_VERSIONS[each] ?? each) : each)), ...beside(name, parts)]
    .map((each) => (each.includes(':') ? each : `s3:${each}`))
    .map((action) => ({ action, resource }));
  if (source === undefined) return asked;
  const [fromPath = '', fromVersion] = source.replace(/^\//, '').split('?');
  const from = decodedPath(`/${fromPath}`);
  const reading = fromVersion === undefined ? 's3:GetObject' : 's3:GetObjectVersion';
  return from === null ? null : [...asked, { action: reading, resource: `arn:${partition}:s3:::${from}` }];
}

type AmzParts = readonly (readonly [name: string, value: string])[];

/** S3 takes them out of the query too: presigners put them there. */
const amzParts = ({ headers, query }: RawRequest): AmzParts =>
  [...headers, ...[...new URLSearchParams(query)].map(([name, value]) => [name.toLowerCase(), value] as const)].filter(
    ([name]) => name.startsWith('x-amz-'),
  );

const actionsOfOperation = (name: string): readonly string[] =>
  S3_ACTIONS[name.replace('~', '')] ?? (name.startsWith('~') ? [] : [name]);

function beside(name: string, parts: AmzParts): readonly string[] {
  const named = parts.flatMap(([header]) => BESIDE.filter(([pattern]) => pattern.test(header)));
  const actions = OF_ITSELF.has(name) ? [] : [...new Set(named.map(([, action]) => action))];
  return name === 'CreateBucket' ? actions.map((each) => each.replace('PutObjectAcl', 'PutBucketAcl')) : actions;
}

/** `bucket/key` of a path; null: it cannot be decoded, or what is its bucket depends on who decodes it. */
function decodedPath(path: string): string | null {
  if (!/^\/(?:[\w.-]+(?:\/.*)?)?$/s.test(path)) return null;
  try {
    return decodeURIComponent(path.slice(1)).replace(/^([^/]*)\/$/, '$1');
  } catch {
    return null;
  }
}

import { parseStrictJson } from '../../lib/identity/strict-json.ts';
import type { JsonObject } from '../../lib/json.ts';
import { partitionOf } from './services.ts';
import { isForm, type RawRequest } from './signature.ts';

/** A request whose operation is known. */
export interface Told {
  readonly request: RawRequest;
  /** null: it was not read. */
  readonly body: Buffer | null;
  readonly region: string;
  readonly account: string | null;
  /** What named its operation. */
  readonly by: 'parameter' | 'header' | 'path' | 'route';
}

/** What the request says of a resource, and how an ARN of its service is written. */
interface Said {
  readonly operation: string;
  /** A member of the input; undefined: it has none. */
  input(name: string): unknown;
  /** `arn:aws:<service>:<region>:<account>:<rest>`. */
  arn(rest: string, account?: string): string;
  /** The text where it is an ARN of that service already. */
  given(text: unknown): text is string;
  readonly request: RawRequest;
}

/** ARNs, or null: the request does not tell, or not for certain. */
type Resources = (said: Said) => readonly string[] | null;

/** By the prefix of the actions (AWS's service authorization reference, "Resource types"). */
const RESOURCES: Readonly<Record<string, Resources>> = {
  dynamodb: tables,
  sqs: queues,
  lambda: functions,
  secretsmanager: secrets,
  ssm: parameters,
  sns: topics,
  kms: keys,
};

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

/**
 * The operations whose input has to have the member that is looked at (AWS's API descriptions). What another operation
 * has under that name its service does not read: it may be a name that is allowed, beside one that is meant.
 */
const READERS: Readonly<Record<string, ReadonlySet<string>>> = {
  dynamodb: words(`BatchGetItem BatchWriteItem TransactGetItems TransactWriteItems GetItem PutItem UpdateItem DeleteItem
    Query Scan CreateTable UpdateTable DeleteTable DescribeTable CreateBackup DescribeTimeToLive UpdateTimeToLive
    DescribeContinuousBackups UpdateContinuousBackups DescribeContributorInsights UpdateContributorInsights
    DescribeKinesisStreamingDestination EnableKinesisStreamingDestination DisableKinesisStreamingDestination
    UpdateKinesisStreamingDestination DescribeTableReplicaAutoScaling UpdateTableReplicaAutoScaling`),
  sqs: words(`CreateQueue GetQueueUrl AddPermission RemovePermission ChangeMessageVisibility ChangeMessageVisibilityBatch
    DeleteMessage DeleteMessageBatch DeleteQueue GetQueueAttributes SetQueueAttributes ListDeadLetterSourceQueues
    ListQueueTags TagQueue UntagQueue PurgeQueue ReceiveMessage SendMessage SendMessageBatch`),
  secretsmanager:
    words(`CreateSecret CancelRotateSecret DeleteResourcePolicy DeleteSecret DescribeSecret GetResourcePolicy
    GetSecretValue ListSecretVersionIds PutResourcePolicy PutSecretValue RemoveRegionsFromReplication
    ReplicateSecretToRegions RestoreSecret RotateSecret StopReplicationToReplica TagResource UntagResource UpdateSecret
    UpdateSecretVersionStage`),
  ssm: words(`GetParameter GetParameters GetParameterHistory PutParameter DeleteParameter DeleteParameters
    LabelParameterVersion UnlabelParameterVersion`),
  sns: words(`CreateTopic DeleteTopic Publish PublishBatch Subscribe ConfirmSubscription ListSubscriptionsByTopic
    GetTopicAttributes SetTopicAttributes AddPermission RemovePermission`),
  // Of Decrypt it may be left out, and counts where it is not.
  kms: words(`Decrypt Encrypt Sign Verify GenerateMac VerifyMac GenerateDataKey GenerateDataKeyWithoutPlaintext
    GenerateDataKeyPair GenerateDataKeyPairWithoutPlaintext DeriveSharedSecret Encapsulate Decapsulate GetPublicKey
    DescribeKey EnableKey DisableKey EnableKeyRotation DisableKeyRotation GetKeyRotationStatus RotateKeyOnDemand
    ListKeyRotations GetKeyPolicy PutKeyPolicy ListKeyPolicies CreateGrant ListGrants RevokeGrant TagResource
    UntagResource ListResourceTags ScheduleKeyDeletion CancelKeyDeletion UpdateKeyDescription ReplicateKey
    UpdatePrimaryRegion GetParametersForImport ImportKeyMaterial DeleteImportedKeyMaterial GetKeyLastUsage`),
};

const LONGEST = 64 * 1024 * 1024;

/** The resources of a request: ARNs, or `*` alone, which no ARN in `--allow` matches. */
export function resourcesOf(service: string, operation: string, told: Told): readonly string[] {
  const { request, region, account } = told;
  const resources = Object.hasOwn(RESOURCES, service) ? RESOURCES[service] : undefined;
  if (resources === undefined || account === null || READERS[service]?.has(operation) === false) return ANY;
  const input = inputOf(told);
  if (input === null) return ANY;
  const begin = `arn:${partitionOf(region).name}:${service}:${region}`;
  const found = resources({
    ...{ operation, request, input },
    arn: (rest, owner = account) => `${begin}:${owner}:${rest}`,
    given: (text): text is string => typeof text === 'string' && GIVEN.exec(text)?.[1] === service,
  });
  return found === null || found.length === 0 ? ANY : [...new Set(found)];
}
const ANY = ['*'];
const GIVEN = /^arn:aws[a-z-]*:([a-z]+):[a-z0-9-]*:\d{12}:[\x21-\x7e]+$/;

/** Members of the input as every reader finds them. null: there is none that all do. */
function inputOf({ request, body, by }: Told): Said['input'] | null {
  const { headers, path } = request;
  if (by === 'route') return () => undefined;
  if (by === 'path' || headers.has('content-encoding') || body === null) return null;
  if (by === 'header') {
    const input: JsonObject | null = parseStrictJson(body, { maxBytes: LONGEST });
    const isOnce = input !== null && areDistinct(Object.keys(input).map((name) => name.toLowerCase()));
    return isOnce ? (name) => (Object.hasOwn(input, name) ? input[name] : undefined) : null;
  }
  if (path !== '/' || request.query !== '' || !isForm(headers)) return null;
  const form = new URLSearchParams(body.toString('utf8'));
  return areDistinct([...form.keys()]) ? (name) => form.get(name) ?? undefined : null;
}

const areDistinct = (names: readonly string[]): boolean => new Set(names).size === names.length;

const NAME = /^[\w.-]{1,255}$/;
const isName = (text: unknown): text is string => typeof text === 'string' && NAME.test(text);

function tables({ operation, input, arn, given }: Said): readonly string[] | null {
  const table = (name: unknown) => (given(name) ? name : isName(name) ? arn(`table/${name}`) : null);
  const all = (names: readonly unknown[]) => whole(names.map(table));
  if (operation === 'BatchGetItem' || operation === 'BatchWriteItem')
    return all(Object.keys(Object(input('RequestItems'))));
  if (operation.startsWith('Transact')) {
    const items = input('TransactItems');
    const asked = Array.isArray(items) ? items.flatMap((item) => Object.values(Object(item))) : [];
    return all(asked.map((each) => Object(each)['TableName']));
  }
  // A replica of another table has what that one has.
  if (input('GlobalTableSourceArn') !== undefined) return null;
  const [name, index] = [table(input('TableName')), input('IndexName')];
  if (name === null || index === undefined) return name === null ? null : [name];
  return isName(index) ? [`${name}/index/${index}`] : null;
}

function queues({ operation, input, arn }: Said): readonly string[] | null {
  const [name, owner] = [input('QueueName'), input('QueueOwnerAWSAccountId')];
  if (operation === 'CreateQueue' || operation === 'GetQueueUrl') {
    const isOwner = typeof owner === 'string' && /^\d{12}$/.test(owner);
    return isName(name) && (owner === undefined || isOwner) ? [arn(name, isOwner ? owner : undefined)] : null;
  }
  const [, account, queue] = /^https?:\/\/[^/?#\s]+\/(\d{12})\/([\w.-]{1,80})$/.exec(String(input('QueueUrl'))) ?? [];
  return queue === undefined ? null : [arn(queue, account)];
}

const FUNCTION = /^(?:(?:arn:aws[a-z-]*:lambda:([a-z0-9-]+):)?(\d{12}):function:)?([\w-]{1,64})(?::([\w$-]{1,128}))?$/;

function functions({ request, arn }: Said): readonly string[] | null {
  const [, segment = ''] = /^\/20[0-9-]{8}\/functions\/([^/]+)(?:\/|$)/.exec(request.path) ?? [];
  const [, region, account, name, suffix] = FUNCTION.exec(segment.replaceAll('%3A', ':').replaceAll('%24', '$')) ?? [];
  const qualifiers = new URLSearchParams(request.query).getAll('Qualifier');
  const all = [...qualifiers, ...(suffix === undefined ? [] : [suffix])];
  if (name === undefined || all.length > 1 || !all.every((each) => /^[\w$-]{1,128}$/.test(each))) return null;
  const own = arn(['function', name, ...all].join(':'), account);
  return [region === undefined ? own : own.replace(/^((?:[^:]*:){3})[^:]*/, `$1${region}`)];
}

/** Of a secret the ARN ends in six characters that its name does not tell: as many `?`, which only wildcards match. */
function secrets({ operation, input, arn, given }: Said): readonly string[] | null {
  const id = operation === 'CreateSecret' ? input('Name') : input('SecretId');
  // Of an ARN those characters may be left out: it may be meant either way.
  if (given(id)) return [id, `${id}-??????`];
  return typeof id === 'string' && /^[\w/+=.@-]{1,512}$/.test(id) ? [arn(`secret:${id}-??????`)] : null;
}

function parameters({ operation, input, arn, given }: Said): readonly string[] | null {
  const parameter = (name: unknown) => {
    if (given(name)) return name;
    const [, path] = /^\/?([\w.-][\w./-]{0,1010})(?::[\w.-]{1,100})?$/.exec(typeof name === 'string' ? name : '') ?? [];
    return path === undefined ? null : arn(`parameter/${path}`);
  };
  const names = input('Names');
  if (OF_PARAMETERS.has(operation)) return Array.isArray(names) ? whole(names.map(parameter)) : null;
  return whole([parameter(input('Name'))]);
}
const OF_PARAMETERS = words('GetParameters DeleteParameters');

function topics({ operation, input, arn, given }: Said): readonly string[] | null {
  const name = input('Name');
  if (operation === 'CreateTopic') return isName(name) ? [arn(name)] : null;
  const said = ['TopicArn', 'TargetArn', 'PhoneNumber'].map(input).filter((each) => each !== undefined);
  return whole(said.map((each) => (given(each) ? each : null)));
}

/** An alias does not tell which key it is of. */
function keys({ input, arn, given }: Said): readonly string[] | null {
  const id = input('KeyId');
  if (given(id)) return /:key\/[\w-]+$/.test(id) ? [id] : null;
  return typeof id === 'string' && /^(?:mrk-)?[0-9a-f-]{32,36}$/.test(id) ? [arn(`key/${id}`)] : null;
}

/** All of them, or null. */
const whole = (each: readonly (string | null)[]): readonly string[] | null =>
  each.some((one) => one === null) ? null : each.flatMap((one) => (one === null ? [] : [one]));

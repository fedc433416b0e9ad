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

const LONGEST = 64 * 1024 * 1024;

/** The resources of a request: ARNs, or `*` alone, which no ARN in `--allow` matches. */
export function resourcesOf(service: string, operation: string, told: Told): readonly string[] {
  const { request, region, account } = told;
  const resources = Object.hasOwn(RESOURCES, service) ? RESOURCES[service] : undefined;
  if (resources === undefined || account === null) return ANY;
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
  return OF_A_PARAMETER.has(operation) ? whole([parameter(input('Name'))]) : null;
}
const OF_PARAMETERS = new Set(['GetParameters', 'DeleteParameters']);
const OF_A_PARAMETER = new Set([
  ...['GetParameter', 'GetParameterHistory', 'PutParameter', 'DeleteParameter'],
  ...['LabelParameterVersion', 'UnlabelParameterVersion'],
]);

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

import type { AwsService } from '../../lib/aws-services.ts';
import { resourcesOf } from './resources.ts';
import { s3Actions } from './s3-actions.ts';
import { partitionOf } from './services.ts';
import { hasBody, isForm, type RawRequest } from './signature.ts';

/** What a request asks for, as IAM calls it. */
export interface Asked {
  /** `s3:GetObject`. */
  readonly action: string;
  /** An ARN, or `*` where the request does not tell. */
  readonly resource: string;
}

/** What is looked at. */
export interface Asking {
  readonly request: RawRequest;
  /** null: it was not read, and names no operation. */
  readonly body: Buffer | null;
  readonly region: string;
  /** Twelve digits: whose session it is; null: that is not known. */
  readonly account: string | null;
}

/** Its names of actions, without the service's prefix. */
interface Operation {
  readonly name: string;
  readonly actions: readonly string[];
}

interface Route extends Operation {
  readonly method: string;
  readonly segments: readonly string[];
  /** `acl`, `list-type=2`. */
  readonly query: readonly string[];
}

/** Octets that nobody has to encode: whoever decodes a path finds another one than whoever does not. */
const NEEDLESS = /%(?:2[de]|3\d|4[1-9a-f]|5[\daf]|6[1-9a-f]|7[\dae])/i;

const routes = new Map<string, readonly Route[]>();
const names = new Map<string, ReadonlyMap<string, Operation>>();

/**
 * The actions that a request to one of `services` (those of one host) asks for. null: that is not known, or the request
 * says two things.
 */
export function actionsOf(services: readonly AwsService[], asking: Asking): readonly Asked[] | null {
  const { request, body } = asking;
  // A `;` parts parameters for some.
  if (request.query.includes(';')) return null;
  const called = namedIn(services, request, body);
  const matching = services.flatMap((service) => routed(service, request).map((route) => ({ service, route })));
  if (called === 'unclear' || (called !== null && matching.length > 0)) return null;
  if (called !== null) {
    const { name, by } = called;
    const service = services.find((each) => namesOf(each).has(name));
    const operation = service === undefined ? undefined : namesOf(service).get(name);
    // What a service does not read says nothing: it may find another name where it does.
    const isRead = service?.protocol === 'json' || (service?.protocol === 'query' && by === 'parameter');
    if (service === undefined || operation === undefined || !isRead) return null;
    return allOf(service, operation, resourcesOf(service.iam, name, { ...asking, by }));
  }
  const most = Math.max(...matching.map(({ route }) => weight(route)));
  const [match, ...others] = matching.filter(({ route }) => weight(route) === most);
  if (match === undefined) return null;
  const { service, route } = match;
  if (service.id === 'S3') {
    const found = [match, ...others].map((each) => each.route.name);
    return s3Actions(found, request, partitionOf(asking.region).name);
  }
  if (others.length > 0 || route.name.startsWith('~')) return null;
  return allOf(service, route, resourcesOf(service.iam, route.name, { ...asking, by: 'route' }));
}

/** Each action on each resource: more than is asked for, where an operation does one here and another there. */
const allOf = ({ iam }: AwsService, { actions }: Operation, resources: readonly string[]): readonly Asked[] =>
  resources.flatMap((resource) => actions.map((action) => ({ action: `${iam}:${action}`, resource })));

interface Called {
  readonly name: string;
  readonly by: 'parameter' | 'header' | 'path';
}

/** Whether one of `services` looks for parameters in a body of that type: what is stored may have any. */
export const isFormTo = (services: readonly AwsService[], headers: RawRequest['headers']): boolean =>
  isForm(headers) && services.some(({ protocol }) => protocol !== 'rest');

/** The operation that the request names (JSON, CBOR and query protocols). null: none. */
function namedIn(services: readonly AwsService[], request: RawRequest, body: Buffer | null): Called | 'unclear' | null {
  const { headers, path, query } = request;
  const target = headers.get('x-amz-target')?.split('.').at(-1);
  const [, rpc] = /^\/service\/\w+\/operation\/(\w+)$/.exec(path) ?? [];
  const isInBody = isFormTo(services, headers);
  const form = isInBody ? (body?.toString('utf8') ?? '') : '';
  if (isInBody && !isPlainForm(headers, form)) return 'unclear';
  const asked = new URLSearchParams(query);
  const forms = [...asked.getAll('Action'), ...new URLSearchParams(form).getAll('Action')];
  if (rpc === undefined && headers.has('smithy-protocol')) return 'unclear';
  if ([...asked.keys()].some((name) => name.toLowerCase() === 'x-amz-target')) return 'unclear';
  // Parameters in a body of no type, or of another one, may be read all the same; so may an operation in the path.
  if (forms.length > 0 && ((hasBody(request) && !isInBody) || /operation\/|%/i.test(path))) return 'unclear';
  const all: readonly Called[] = [
    ...(target === undefined ? [] : [{ name: target, by: 'header' } as const]),
    ...(rpc === undefined ? [] : [{ name: rpc, by: 'path' } as const]),
    ...forms.map((name) => ({ name, by: 'parameter' }) as const),
  ];
  if (all.length > 1 || (target !== undefined && (isInBody || path !== '/'))) return 'unclear';
  return all[0] ?? null;
}

/** Whether every reader of a form finds the same in it: it is not packed, in UTF-8, and `;` parts nothing. */
function isPlainForm(headers: RawRequest['headers'], body: string): boolean {
  const [, charset = 'utf-8'] = /charset\s*=\s*"?([^";\s]*)/i.exec(headers.get('content-type') ?? '') ?? [];
  return !headers.has('content-encoding') && /^utf-8$/i.test(charset) && !body.includes(';');
}

function namesOf({ id, calls }: AwsService): ReadonlyMap<string, Operation> {
  const known =
    names.get(id) ??
    new Map(
      calls
        .split('\n')
        .map(operationOf)
        .map((each) => [each.name, each]),
    );
  names.set(id, known);
  return known;
}

/** `Invoke>InvokeFunction POST /…`: what a line of the table says. */
function operationOf(line: string): Operation {
  const [name = '', actions = name] = (line.split(' ')[0] ?? '').split('>');
  return { name, actions: actions.split(',') };
}

function routesOf({ id, calls }: AwsService): readonly Route[] {
  const known =
    routes.get(id) ??
    calls.split('\n').flatMap((line): Route[] => {
      const [, method, uri] = line.split(' ');
      if (method === undefined || uri === undefined) return [];
      const [path = '', ...query] = uri.split('?');
      return [{ ...operationOf(line), method, segments: path.split('/').slice(1), query }];
    });
  routes.set(id, known);
  return known;
}

/**
 * A name of the query that chooses an operation of this method and path (S3: of this method), and that the route does
 * not have: it is another's.
 */
function routed(service: AwsService, { method, path, query }: RawRequest): readonly Route[] {
  // Of S3 a route is not told by the names in a path, and its keys are what they are decoded.
  if (service.id !== 'S3' && NEEDLESS.test(path)) return [];
  const own = routesOf(service).filter((route) => route.method === method);
  const given = new URLSearchParams(query);
  const segments = path.split('/').slice(1);
  const atEnd = service.id === 'S3' && segments.length === 2 && segments[1] === '' ? segments.slice(0, 1) : segments;
  const fitting = own.filter((route) => fits(route.segments, atEnd));
  const rivals = service.id === 'S3' ? own : fitting;
  const choosing = new Set(rivals.flatMap((route) => route.query.map((each) => each.split('=')[0] ?? '')));
  const chosen = [...given.keys()].filter((name) => choosing.has(name) && name !== 'id');
  return fitting.filter(
    (route) =>
      route.query.every((each) => {
        const [name = '', value] = each.split('=');
        return given.getAll(name).length === 1 && (value === undefined || given.get(name) === value);
      }) && chosen.every((name) => route.query.some((each) => each.split('=')[0] === name)),
  );
}

function fits(pattern: readonly string[], segments: readonly string[]): boolean {
  const greedy = pattern.indexOf('**');
  const more = segments.length - pattern.length;
  if (greedy === -1 ? more !== 0 : more < 0) return false;
  return pattern.every((part, at) => {
    if (at === greedy) return segments.slice(at, at + more + 1).join('/') !== '';
    const segment = segments[greedy !== -1 && at > greedy ? at + more : at];
    return part === '*' ? segment !== '' : segment === part;
  });
}

const weight = ({ segments, query }: Route): number =>
  segments.filter((part) => !part.startsWith('*')).length * 100 + query.length;

import type { AwsService } from '../../lib/aws-services.ts';
import { s3Actions } from './s3-actions.ts';
import { hasBody, isForm, type RawRequest } from './signature.ts';

/** What a request asks for, as IAM calls it. */
export interface Asked {
  /** `s3:GetObject`. */
  readonly action: string;
  /** An ARN, or `*` where the request does not tell. */
  readonly resource: string;
}

interface Route {
  readonly name: string;
  readonly method: string;
  readonly segments: readonly string[];
  /** `acl`, `list-type=2`. */
  readonly query: readonly string[];
}

/** Octets that nobody has to encode: whoever decodes a path finds another one than whoever does not. */
const NEEDLESS = /%(?:2[de]|3\d|4[1-9a-f]|5[\daf]|6[1-9a-f]|7[\dae])/i;

const routes = new Map<string, readonly Route[]>();
const names = new Map<string, ReadonlySet<string>>();

/**
 * The actions that a request to one of `services` (those of one host) asks for. null: that is not known, or the request
 * says two things. `body` is that of a form, else empty.
 */
export function actionsOf(services: readonly AwsService[], request: RawRequest, body: string): readonly Asked[] | null {
  const [first] = services;
  if (first === undefined) return null;
  // A `;` parts parameters for some.
  if (request.query.includes(';')) return null;
  const called = namedIn(services, request, body);
  const matching = services.flatMap((service) => routed(service, request).map((route) => ({ service, route })));
  if (called === 'unclear' || (called !== null && matching.length > 0)) return null;
  if (called !== null) {
    const { name, by } = called;
    const service = services.find((each) => namesOf(each).has(name));
    // What a service does not read says nothing: it may find another name where it does.
    const isRead = service?.protocol === 'json' || (service?.protocol === 'query' && by === 'parameter');
    return service === undefined || !isRead ? null : [{ action: `${service.iam}:${name}`, resource: '*' }];
  }
  const most = Math.max(...matching.map(({ route }) => weight(route)));
  const [match, ...others] = matching.filter(({ route }) => weight(route) === most);
  if (match === undefined) return null;
  if (match.service.id === 'S3')
    return s3Actions(
      [match, ...others].map(({ route }) => route.name),
      request,
    );
  const isTold = others.length === 0 && !match.route.name.startsWith('~');
  return isTold ? [{ action: `${match.service.iam}:${match.route.name}`, resource: '*' }] : null;
}

interface Called {
  readonly name: string;
  readonly by: 'parameter' | 'header' | 'path';
}

/** Whether one of `services` looks for parameters in a body of that type: what is stored may have any. */
export const isFormTo = (services: readonly AwsService[], headers: RawRequest['headers']): boolean =>
  isForm(headers) && services.some(({ protocol }) => protocol !== 'rest');

/** The operation that the request names (JSON, CBOR and query protocols). null: none. */
function namedIn(services: readonly AwsService[], request: RawRequest, body: string): Called | 'unclear' | null {
  const { headers, path, query } = request;
  const target = headers.get('x-amz-target')?.split('.').at(-1);
  const [, rpc] = /^\/service\/\w+\/operation\/(\w+)$/.exec(path) ?? [];
  const isInBody = isFormTo(services, headers);
  if (isInBody && !isPlainForm(headers, body)) return 'unclear';
  const asked = new URLSearchParams(query);
  const forms = [...asked.getAll('Action'), ...new URLSearchParams(isInBody ? body : '').getAll('Action')];
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

function namesOf({ id, calls }: AwsService): ReadonlySet<string> {
  const known = names.get(id) ?? new Set(calls.split('\n').map((line) => line.split(' ')[0] ?? ''));
  names.set(id, known);
  return known;
}

function routesOf({ id, calls }: AwsService): readonly Route[] {
  const known =
    routes.get(id) ??
    calls.split('\n').flatMap((line): Route[] => {
      const [name = '', method, uri] = line.split(' ');
      if (method === undefined || uri === undefined) return [];
      const [path = '', ...query] = uri.split('?');
      return [{ name, method, segments: path.split('/').slice(1), query }];
    });
  routes.set(id, known);
  return known;
}

/** A name of the query that chooses an operation of this method, and that the route does not have: it is another's. */
function routed(service: AwsService, { method, path, query }: RawRequest): readonly Route[] {
  // Of S3 a route is not told by the names in a path, and its keys are what they are decoded.
  if (service.id !== 'S3' && NEEDLESS.test(path)) return [];
  const own = routesOf(service).filter((route) => route.method === method);
  const given = new URLSearchParams(query);
  const choosing = new Set(own.flatMap((route) => route.query.map((each) => each.split('=')[0] ?? '')));
  const chosen = [...given.keys()].filter((name) => choosing.has(name) && name !== 'id');
  const segments = path.split('/').slice(1);
  const atEnd = service.id === 'S3' && segments.length === 2 && segments[1] === '' ? segments.slice(0, 1) : segments;
  return own.filter(
    (route) =>
      fits(route.segments, atEnd) &&
      route.query.every((each) => {
        const [name = '', value] = each.split('=');
        return given.getAll(name).length === 1 && (value === undefined || given.get(name) === value);
      }) &&
      chosen.every((name) => route.query.some((each) => each.split('=')[0] === name)),
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

import { uriEncoded } from '../../lib/aws/wire/sign-request.ts';
import type { RawRequest, Scope } from './signature.ts';

/** Whether it is signed for as S3 is: a path as it stands, a hash in a header (botocore's `S3SigV4Auth`). */
export const isS3 = (service: string): boolean => S3.has(service);
const S3 = new Set(['s3', 's3express', 's3-outposts', 's3-object-lambda']);

/** What is signed of a request (AWS IAM User Guide, "Create a signed AWS API request"). */
export function canonicalRequest(
  { method, path, query, headers }: RawRequest,
  { service, signedHeaders }: Pick<Scope, 'service' | 'signedHeaders'>,
  payload: string,
): string {
  const lines = signedHeaders.map((name) => `${name}:${(headers.get(name) ?? '').trim().replace(/ +/g, ' ')}\n`);
  const target = `${method}\n${canonicalPath(path, service)}\n${canonicalQuery(query)}`;
  return `${target}\n${lines.join('')}\n${signedHeaders.join(';')}\n${payload}`;
}

/** S3 takes a path as it was sent; every other service one without dot segments, encoded once more. */
function canonicalPath(path: string, service: string): string {
  if (isS3(service)) return path;
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(uriEncoded(segment));
  }
  return `/${kept.join('/')}${kept.length > 0 && path.endsWith('/') ? '/' : ''}`;
}

function canonicalQuery(query: string): string {
  if (query === '') return '';
  const pairs = query.split('&').map((pair) => {
    const [name = '', value = ''] = pair.split(/=(.*)/s);
    return [again(name), again(value)] as const;
  });
  return pairs
    .sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/** Decoded where it can be, and encoded as signatures have it. */
const again = (text: string): string => uriEncoded(decoded(text));

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The query as it stands, without those parameters, however they are written. */
export const withoutParameters = (query: string, names: readonly string[]): string =>
  query
    .split('&')
    .filter((pair) => !names.some((name) => name.toLowerCase() === decoded(pair.split('=')[0] ?? '').toLowerCase()))
    .join('&');

import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { type Endpoint, serve } from './server.ts';

interface Kept {
  readonly body: Buffer;
  readonly etag: string;
  /** `content-type`, and the `x-amz-meta-…` that it was written with. */
  readonly headers: Readonly<Record<string, string>>;
  /** Epoch milliseconds. */
  readonly lockedUntil: number;
}

/** An answer that is no object. */
interface Said {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const fault = (status: number, code: string): Said => ({
  status,
  body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${code}</Message></Error>`,
});

type Bucket = Map<string, Kept>;

/** S3 keeps versions, so that a locked one is never overwritten for good. Here there is one of each. */
function put(bucket: Bucket, key: string, body: Buffer, headers: IncomingHttpHeaders): Said {
  const there = bucket.get(key);
  if (headers['if-none-match'] === '*' && there !== undefined) return fault(412, 'PreconditionFailed');
  if (headers['if-match'] !== undefined) {
    if (there === undefined) return fault(404, 'NoSuchKey');
    if (there.etag !== headers['if-match']) return fault(412, 'PreconditionFailed');
  }
  const sum = headers['x-amz-checksum-sha256'];
  if (sum !== undefined && sum !== createHash('sha256').update(body).digest('base64')) return fault(400, 'BadDigest');
  const etag = `"${createHash('md5').update(body).digest('hex')}"`;
  const until = headers['x-amz-object-lock-retain-until-date'];
  if (until !== undefined && headers['content-md5'] === undefined) return fault(400, 'InvalidRequest');
  bucket.set(key, {
    ...{ body, etag, headers: kept(headers) },
    lockedUntil: typeof until === 'string' ? Date.parse(until) : 0,
  });
  return { status: 200, headers: { etag } };
}

const kept = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      (name === 'content-type' || name.startsWith('x-amz-meta-')) && typeof value === 'string' ? [[name, value]] : [],
    ),
  );

function remove(bucket: Bucket, key: string): Said {
  if ((bucket.get(key)?.lockedUntil ?? 0) > Date.now()) return fault(403, 'AccessDenied');
  bucket.delete(key);
  return { status: 204 };
}

const PAGE = 1_000;

/** ListObjectsV2: the last key of a page is the token of the next one. */
function list(bucket: Bucket, name: string, query: URLSearchParams): Said {
  const prefix = query.get('prefix') ?? '';
  const after = query.get('continuation-token') ?? query.get('start-after') ?? '';
  const keys = [...bucket.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
  const page = keys.slice(0, PAGE);
  const more = keys.length > PAGE ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : '';
  const contents = page.map(
    (key) => `<Contents><Key>${key}</Key><Size>${bucket.get(key)?.body.length}</Size></Contents>`,
  );
  return {
    status: 200,
    body: `<ListBucketResult><Name>${name}</Name><IsTruncated>${more !== ''}</IsTruncated>${more}${contents.join('')}</ListBucketResult>`,
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function answer(buckets: Map<string, Bucket>, request: IncomingMessage): Promise<Said | Kept> {
  const url = new URL(request.url ?? '/', 'http://s3.local');
  const [name = '', ...rest] = url.pathname.slice(1).split('/').map(decodeURIComponent);
  const key = rest.join('/');
  const { method } = request;
  const body = await bodyOf(request);
  if (name === '') return { status: 200, body: `<Buckets>${[...buckets.keys()].join(' ')}</Buckets>` };
  if (key === '' && method === 'PUT') {
    if (buckets.has(name)) return fault(409, 'BucketAlreadyOwnedByYou');
    buckets.set(name, new Map());
    return { status: 200 };
  }
  const bucket = buckets.get(name);
  if (bucket === undefined) return fault(404, 'NoSuchBucket');
  if (key === '') return method === 'GET' ? list(bucket, name, url.searchParams) : { status: 200 };
  if (method === 'PUT') return put(bucket, key, body, request.headers);
  if (method === 'DELETE') return remove(bucket, key);
  return bucket.get(key) ?? fault(404, 'NoSuchKey');
}

function send(said: Said | Kept, method: string | undefined, response: ServerResponse): void {
  const status = 'status' in said ? said.status : 200;
  const type = 'status' in said ? { 'content-type': 'application/xml' } : { etag: said.etag };
  response.writeHead(status, { ...type, ...said.headers }).end(method === 'HEAD' ? '' : (said.body ?? ''));
}

/** Amazon S3 in memory, by path: objects, conditions and locks, no signatures, no versions. Empty at every start. */
export async function startS3(preferredPort: number): Promise<Endpoint> {
  const buckets = new Map<string, Bucket>();
  return serve(preferredPort, async (request, response) => {
    send(await answer(buckets, request), request.method, response);
  });
}

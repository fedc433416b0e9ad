import { createHash } from 'node:crypto';
import { request as requestHttp } from 'node:http';
import { basicTime } from '../../lib/aws/wire/sign-request.ts';
import { type Keys, signed } from './signature.ts';

/** One request, as a model asks for it. */
export interface AwsRequest {
  readonly service: string;
  readonly region: string;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface AwsAnswer {
  readonly status: number;
  readonly type: string;
  /** At most `LONGEST` octets of it. */
  readonly body: string;
  readonly isWhole: boolean;
}

/** What a model can read of an answer. */
const LONGEST = 64 * 1024;
const TIMEOUT_MS = 60_000;

/** Sends it through the proxy at `url`, signed by the placeholder: the proxy decides, signs anew and logs. */
export function sendThrough(url: string, keys: Keys, asked: AwsRequest): Promise<AwsAnswer> {
  const { service, region, method, path, query, body } = asked;
  const { host, hostname, port } = new URL(url);
  const time = basicTime(Date.now());
  const payload = createHash('sha256').update(body).digest('hex');
  const own = { host, 'x-amz-date': time, 'x-amz-content-sha256': payload };
  const lower = Object.entries(asked.headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  const headers = new Map(Object.entries({ ...Object.fromEntries(lower), ...own }));
  headers.set('content-length', String(Buffer.byteLength(body)));
  const signedHeaders = [...headers.keys()].filter((name) => name === 'host' || name.startsWith('x-amz-')).sort();
  const scope = { day: time.slice(0, 8), region, service, signedHeaders, time };
  headers.set('authorization', signed(keys, scope, { method, path, query, headers }, payload).authorization);
  const target = query === '' ? path : `${path}?${query}`;
  return new Promise((done, failed) => {
    const options = { hostname, port, method, path: target, headers: Object.fromEntries(headers) };
    const request = requestHttp({ ...options, signal: AbortSignal.timeout(TIMEOUT_MS) }, (answer) => {
      const chunks: Buffer[] = [];
      let length = 0;
      const end = () => {
        const octets = Buffer.concat(chunks).subarray(0, LONGEST);
        const type = answer.headers['content-type'] ?? '';
        done({ status: answer.statusCode ?? 0, type, body: octets.toString('utf8'), isWhole: length <= LONGEST });
      };
      answer.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        length += chunk.length;
        if (length > LONGEST) {
          end();
          answer.destroy();
        }
      });
      answer.on('end', end).on('error', failed);
    });
    request.on('error', failed).end(body);
  });
}

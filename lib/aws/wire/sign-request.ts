import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';
import type { AwsCredentialIdentity } from '@smithy/types';
import type { EpochMilliseconds } from '../../time.ts';

type Headers = Readonly<Record<string, string>>;

/** A request, all but its signature. */
export interface UnsignedRequest {
  readonly method: string;
  /** With its port, where that is not the scheme's own. */
  readonly host: string;
  /** In canonical form: of S3 encoded once, of every other service twice (`canonicalPath`). */
  readonly path: string;
  /** In canonical form (`canonicalQuery`). */
  readonly query: string;
  /** Names in lower case; each is signed. */
  readonly headers: Headers;
  readonly body: string | Uint8Array;
}

/** The request's headers with those that sign it. */
export type RequestSigner = (
  request: UnsignedRequest,
  credentials: AwsCredentialIdentity,
  at: EpochMilliseconds,
) => Record<string, string>;

const ALGORITHM = 'AWS4-HMAC-SHA256';

/** The key of a day (UTC). */
interface SigningKey {
  readonly day: string;
  readonly secret: string;
  readonly key: KeyObject;
}

/**
 * Signs requests to one service of a Region (AWS IAM User Guide, "Create a signed AWS API request"). The key, which is
 * derived from the credentials' secret by the day, is kept until either is another.
 */
export function requestSigner(service: string, region: string): RequestSigner {
  let kept: SigningKey | null = null;
  return ({ method, host, path, query, headers, body }, { accessKeyId, secretAccessKey: secret, sessionToken }, at) => {
    const time = basicTime(at);
    const day = time.slice(0, 8);
    if (kept?.day !== day || kept.secret !== secret)
      kept = { day, secret, key: derivedKey(secret, day, region, service) };
    const all: Record<string, string> = {
      ...headers,
      host,
      'x-amz-date': time,
      ...(sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken }),
    };
    const { lines, names } = canonicalHeaders(all);
    const canonical = `${method}\n${path}\n${query}\n${lines}\n${names}\n${hash('sha256', body, 'hex')}`;
    const scope = `${day}/${region}/${service}/aws4_request`;
    const signature = createHmac('sha256', kept.key)
      .update(`${ALGORITHM}\n${time}\n${scope}\n${hash('sha256', canonical, 'hex')}`)
      .digest('hex');
    all['authorization'] =
      `${ALGORITHM} Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
    return all;
  };
}

/** `20261126T003000Z`, of milliseconds since the epoch. */
export const basicTime = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;

/**
 * The key of a day, a Region and a service. As a key object: of octets Node.js makes one anew for each signature, which
 * takes five times as long as signing.
 */
export function derivedKey(secret: string, ...scope: readonly string[]): KeyObject {
  const octets = [...scope, 'aws4_request'].reduce<string | Buffer>(
    (key, part) => createHmac('sha256', key).update(part).digest(),
    `AWS4${secret}`,
  );
  return createSecretKey(Buffer.from(octets));
}

/** In the order of their names, values without the space around and with one for each run of it. */
function canonicalHeaders(headers: Headers): { readonly lines: string; readonly names: string } {
  const names = Object.keys(headers).sort();
  const lines = names.map((name) => `${name}:${headers[name]?.trim().replace(/\s+/g, ' ')}\n`).join('');
  return { lines, names: names.join(';') };
}

/** Of a URL's path: each segment, encoded already as it stands there, encoded once more (every service but S3). */
export const canonicalPath = (pathname: string): string => pathname.split('/').map(uriEncoded).join('/');

/** Parameters in the order of their names; a request is sent with the very same text. */
export const canonicalQuery = (parameters: Readonly<Record<string, string>>): string =>
  Object.entries(parameters)
    .map(([name, value]) => [uriEncoded(name), uriEncoded(value)] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map((parameter) => parameter.join('='))
    .join('&');

/** All but RFC 3986's unreserved characters. */
export const uriEncoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

import { createHmac, hash, type KeyObject, timingSafeEqual } from 'node:crypto';
import { derivedKey } from '../../lib/aws/wire/sign-request.ts';
import { canonicalRequest, withoutParameters } from './canonical.ts';

/** What signs: AWS credentials, or the placeholder of a run. Secret. */
export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** A request as it came, nothing normalized. */
export interface RawRequest {
  readonly method: string;
  /** As on the request line. */
  readonly path: string;
  /** Without `?`. */
  readonly query: string;
  /** Names in lower case; one value each. */
  readonly headers: ReadonlyMap<string, string>;
}

/** What a request says of its signature (AWS IAM User Guide, "Signature Version 4"). */
export interface Signature {
  readonly keyId: string;
  /** `20261126`. */
  readonly day: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** `20261126T003000Z`. */
  readonly time: string;
  /** Of a presigned URL: how long it is good for. null: signed by its header. */
  readonly seconds: number | null;
}

/** Whether the parameters are in the body: whatever the case of its type, as services read it. */
export const isForm = (headers: RawRequest['headers']): boolean =>
  /^\s*application\/x-www-form-urlencoded\b/i.test(headers.get('content-type') ?? '');

export const hasBody = ({ headers }: Pick<RawRequest, 'headers'>): boolean =>
  headers.has('transfer-encoding') || Number(headers.get('content-length') ?? 0) > 0;

/** A header that services act upon and that nobody signed; null: there is none. S3 refuses such a request itself. */
export const unsignedHeader = ({ headers }: RawRequest, { signedHeaders }: Signature): string | null =>
  [...headers.keys()].find((name) => name.startsWith('x-amz-') && !signedHeaders.includes(name)) ?? null;

const ALGORITHM = 'AWS4-HMAC-SHA256';
const HEADER =
  /^AWS4-HMAC-SHA256 +Credential=([\w-]+)\/(\d{8})\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request, *SignedHeaders=([\w;-]+), *Signature=([0-9a-f]{64})$/i;
/** Clocks of one machine; a request that waited longer is signed anew by whoever sends it. */
const LATEST_MS = 15 * 60_000;

/** What signs the request: its header, or its URL. null: neither does, both do, or it is not Signature Version 4. */
export function signatureOf({ headers, query }: RawRequest): Signature | null {
  const header = headers.get('authorization');
  const presigned = new URLSearchParams(query);
  if (header !== undefined) {
    const [, keyId = '', day = '', region = '', service = '', names = '', signature = ''] = HEADER.exec(header) ?? [];
    if (signature === '' || presigned.has('X-Amz-Signature')) return null;
    const time = headers.get('x-amz-date') ?? '';
    return { keyId, day, region, service, signedHeaders: names.split(';'), signature, time, seconds: null };
  }
  const one = (name: string) => (presigned.getAll(name).length === 1 ? (presigned.get(name) ?? '') : '');
  const [, keyId = '', day = '', region = '', service = ''] =
    /^([\w-]+)\/(\d{8})\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request$/.exec(one('X-Amz-Credential')) ?? [];
  if (one('X-Amz-Algorithm') !== ALGORITHM || service === '') return null;
  const [signedHeaders, seconds] = [one('X-Amz-SignedHeaders').split(';'), Number(one('X-Amz-Expires'))];
  return {
    ...{ keyId, day, region, service, signedHeaders, seconds },
    signature: one('X-Amz-Signature'),
    time: one('X-Amz-Date'),
  };
}

/**
 * Whether that signature says it is by these keys, over its host, and has not ended: what can be told before there is a
 * body. `now` in milliseconds.
 */
export function isSaidBy(keys: Keys, { keyId, day, time, seconds, signedHeaders }: Signature, now: number): boolean {
  const at = timeOf(time);
  if (keyId !== keys.accessKeyId || at === null || time.slice(0, 8) !== day) return false;
  const until = seconds === null ? at + LATEST_MS : at + Math.min(seconds, 604_800) * 1000;
  return signedHeaders.includes('host') && now >= at - LATEST_MS && now <= until;
}

/** Whether the keys made that signature over that request. In constant time of the signature. */
export function isSignedBy(keys: Keys, said: Signature, request: RawRequest, payloadHash: string): boolean {
  const query = said.seconds === null ? request.query : withoutParameters(request.query, ['X-Amz-Signature']);
  const expected = sign(keys, said, { ...request, query }, payloadHash);
  const given = Buffer.from(said.signature.toLowerCase(), 'hex');
  return given.length === 32 && timingSafeEqual(given, Buffer.from(expected, 'hex'));
}

/** What a signature is for, beside a request. */
export type Scope = Pick<Signature, 'day' | 'region' | 'service' | 'signedHeaders' | 'time'>;

/** The signature of a request, and the value of `Authorization` with it; `signedHeaders` names its headers. */
export function signed(keys: Keys, scope: Scope, request: RawRequest, payloadHash: string) {
  const { day, region, service, signedHeaders } = scope;
  const signature = sign(keys, scope, request, payloadHash);
  const credential = `${keys.accessKeyId}/${day}/${region}/${service}/aws4_request`;
  const names = signedHeaders.join(';');
  return {
    signature,
    authorization: `${ALGORITHM} Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`,
  };
}

/** Signs what follows a request, each over the signature before. */
export interface ChunkSigner {
  /** The signature, in hexadecimal. `digests`: lines of SHA-256 in hexadecimal, as the kind has them. */
  next(kind: 'PAYLOAD' | 'TRAILER', digests: string): string;
}

/** A chain that begins with the signature of a request. */
export function chunkSigner(keys: Keys, scope: Omit<Scope, 'signedHeaders'>, seed: string): ChunkSigner {
  let before = seed;
  return {
    next: (kind, digests) => {
      before = signedText(keys, scope, `${ALGORITHM}-${kind}`, `${before}\n${digests}`);
      return before;
    },
  };
}

function signedText(
  keys: Keys,
  { day, region, service, time }: Omit<Scope, 'signedHeaders'>,
  what: string,
  text: string,
) {
  return createHmac('sha256', signingKey(keys, day, region, service))
    .update(`${what}\n${time}\n${day}/${region}/${service}/aws4_request\n${text}`)
    .digest('hex');
}

function sign(keys: Keys, scope: Scope, request: RawRequest, payload: string): string {
  // Headers come off the wire and go on it as octets, whatever they are in: signers sign those.
  const octets = Buffer.from(canonicalRequest(request, scope, payload), 'latin1');
  return signedText(keys, scope, ALGORITHM, hash('sha256', octets, 'hex'));
}

/** The key of a day, kept while it is the last that was used of its keys: most requests go to one service. */
const derived = new WeakMap<Keys, { readonly scope: string; readonly key: KeyObject }>();

function signingKey(keys: Keys, ...scope: readonly string[]): KeyObject {
  const kept = derived.get(keys);
  if (kept?.scope === scope.join('/')) return kept.key;
  const key = derivedKey(keys.secretAccessKey, ...scope);
  derived.set(keys, { scope: scope.join('/'), key });
  return key;
}

function timeOf(text: string): number | null {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? [];
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(at) ? null : at;
}

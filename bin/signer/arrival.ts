import type { IncomingMessage } from 'node:http';
import { untagged } from './endpoints.ts';
import type { RawRequest } from './signature.ts';

/** A request as it came. */
export interface Arrival {
  readonly raw: RawRequest;
  /** The service that its path is tagged with; null: it is not. */
  readonly id: string | null;
  /** What two readers could understand in two ways, or what is not for this proxy. null: nothing. */
  readonly problem: string | null;
}

/** What `Connection` may name: all that is dropped anyway, and nothing that was signed or tells an action. */
const OPTIONS = /^(?:close|keep-alive|te|upgrade|http2-settings)$/;
/** Of the query, in lower case: what would sign, or says who signed, beside the one signature that is looked at. */
const SIGNING = new Set([
  ...['algorithm', 'credential', 'date', 'expires', 'signedheaders', 'signature'].map((name) => `x-amz-${name}`),
]);
/** Credentials of another kind: sessions of the program's own, and Signature Version 2. */
const CREDENTIALS = new Set(['x-amz-security-token', 'x-amz-s3session-token', 'awsaccesskeyid', 'securitytoken']);
/** Also between slashes that only some decode. */
const DOTS = /(?:[/\\]|%2f|%5c)(?:\.|%2e){1,2}(?:[/\\]|%2f|%5c|$)/i;
/** What makes another method of a request, where somebody reads it. */
const METHOD = /^x-(?:http-)?method(?:-override)?$/;

/**
 * Reads a request off the wire, and the first thing in it that the endpoint, or somebody between, could read in another
 * way than this proxy (RFC 9112 sections 3.2 and 11.2). Node.js's own parser has refused two lengths, folded lines and
 * bare line feeds by then.
 */
export function arrivalOf(request: IncomingMessage): Arrival {
  const headers = new Map<string, string>();
  let twice: string | null = null;
  for (let at = 0; at < request.rawHeaders.length; at += 2) {
    const name = (request.rawHeaders[at] ?? '').toLowerCase();
    if (headers.has(name)) twice = name;
    headers.set(name, request.rawHeaders[at + 1] ?? '');
  }
  const target = request.url ?? '';
  const [path = '', query = ''] = target.split(/\?(.*)/s);
  const raw = { method: request.method ?? '', path, query, headers };
  const problem = twice === null ? problemOf(request, raw, target) : `${twice.slice(0, 100)} is there twice`;
  return { raw, id: untagged(path).id, problem };
}

function problemOf(request: IncomingMessage, { path, query, headers }: RawRequest, target: string): string | null {
  const { localPort } = request.socket;
  const [host = '', coding, named = ''] = ['host', 'transfer-encoding', 'connection'].map((name) => headers.get(name));
  if (request.httpVersion !== '1.1') return 'it is not HTTP/1.1';
  if (!/^\/[\x21-\x22\x24-\x7e]*$/.test(target)) return 'its target is no path';
  if (DOTS.test(path)) return 'its path has dot segments';
  if (host !== `127.0.0.1:${localPort}` && host !== `localhost:${localPort}`) return 'it is for another host';
  if (coding !== undefined && headers.has('content-length')) return 'its length is said twice';
  if (coding !== undefined && coding.trim().toLowerCase() !== 'chunked') return 'its transfer encoding is not chunked';
  if (!named.split(',').every((each) => each.trim() === '' || OPTIONS.test(each.trim().toLowerCase())))
    return 'its Connection header takes another header away';
  const names = [...new URLSearchParams(query).keys()].map((name) => name.toLowerCase());
  if ([...headers.keys()].some((name) => METHOD.test(name))) return 'it says two methods';
  if (headers.has('authorization') && names.some((name) => SIGNING.has(name))) return 'it is signed twice';
  if ([...headers.keys(), ...names].some((name) => CREDENTIALS.has(name)))
    return 'it has credentials of its own beside its signature';
  return null;
}

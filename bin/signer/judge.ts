import { hash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CredentialDocument } from '../caller/credential-document.ts';
import { type Asked, actionsOf, isFormTo } from './actions.ts';
import type { Allowed } from './allowed.ts';
import { denied, type Refused } from './answer.ts';
import type { Arrival } from './arrival.ts';
import { HASH, type ReadWhole } from './body.ts';
import { isS3, withoutParameters } from './canonical.ts';
import { isSignedByChunks } from './chunks.ts';
import { type Endpoints, type Place, untagged } from './endpoints.ts';
import type { Sent } from './forward.ts';
import type { Log } from './log.ts';
import {
  hasBody,
  isSaidBy,
  isSignedBy,
  type Keys,
  type RawRequest,
  type Signature,
  signatureOf,
  unsignedHeader,
} from './signature.ts';

/** What a request is judged by. */
export interface Judging {
  /** What the program signs with. Secret to the run: it keeps other processes of this machine out. */
  readonly placeholder: Keys;
  /** The session, renewed as time goes on. Secret. */
  credentials(): CredentialDocument;
  readonly endpoints: Endpoints;
  readonly allowed: Allowed;
  readonly streaming: 'allowed' | 'refused';
  readonly log: Log;
  readonly readWhole: ReadWhole;
}

/** A body may take as long as it is large, and no pause as long as this. */
const PAUSE_MS = 120_000;
const SMALL = 64 * 1024;
const PRESIGNED = ['Algorithm', 'Credential', 'Date', 'Expires', 'SignedHeaders', 'Signature', 'Content-Sha256'];

/** What a request is, and what becomes of it. */
export interface Verdict {
  readonly said: Signature | null;
  readonly asked: readonly Asked[] | null;
  /** `program`: it has the run's keys. */
  readonly from: 'program' | 'stranger';
  readonly fate: { readonly refused: Refused } | { readonly sent: Sent };
}

/** Judges a request by its head, and by its body where that is read whole. The session's keys are not looked at. */
export async function judged(
  judging: Judging,
  request: IncomingMessage,
  response: ServerResponse,
  arrival: Arrival,
): Promise<Verdict> {
  const { placeholder, credentials, allowed, log, readWhole } = judging;
  const { raw } = arrival;
  const known = recognized(judging, arrival);
  const { said } = known;
  const no = (refused: Refused, from: Verdict['from'], asked: Verdict['asked'] = null): Verdict => ({
    ...{ said, asked, from },
    fate: { refused },
  });
  if ('refused' in known) return no(known.refused, known.from);
  const { declared, place } = known;
  const isRead = isFormTo(place.services, raw.headers) || raw.headers.has('x-amz-target');
  // Chunks are signed anew on their way alone: nothing is told by what such a body names.
  const isHeld = declared === null || (!isSignedByChunks(declared) && (isRead || isSmall(raw)));
  if (hasBody(raw)) limitPauses(request);
  if (isHeld && isAsking(request)) response.writeContinue();
  const whole = isHeld ? await readWhole(request, response) : null;
  if (whole !== null && 'status' in whole) return no(whole, declared === null ? 'stranger' : 'program');
  const computed = whole === null ? null : hash('sha256', whole, 'hex');
  const payload = declared ?? computed ?? '';
  if (declared === null && !isSignedBy(placeholder, known.said, raw, payload)) return no(NOT_OURS, 'stranger');
  if (computed !== null && HASH.test(payload) && payload !== computed) return no(ANOTHER_BODY, 'program');
  const inner = { ...raw, path: untagged(raw.path).path, query: withoutPresigned(raw.query, known.said) };
  const { region } = known.said;
  const asked = actionsOf(place.services, { request: inner, body: whole, region, account: accountOf(credentials()) });
  const missing = allowed.missing(asked, place.services);
  if (missing !== null) return no(denied(missing), 'program', asked);
  const unable = log.problem() ?? endOf(credentials());
  if (unable !== null) return no(unavailable(unable), 'program', asked);
  const sent = { url: place.url, raw: inner, said: known.said, by: placeholder, payload, body: whole ?? request };
  return { said, asked, from: 'program', fate: { sent } };
}

interface Recognized {
  readonly said: Signature;
  /** What is signed for its body; null: its hash, that nothing says. */
  readonly declared: string | null;
  readonly place: Place;
}
interface NotRecognized extends Pick<Verdict, 'said' | 'from'> {
  readonly refused: Refused;
}

/** What can be told before there is a body: whoever does not have the run's keys is asked for none. */
function recognized(
  { placeholder, endpoints, streaming }: Judging,
  { raw, id, problem }: Arrival,
): Recognized | NotRecognized {
  if (problem !== null) return { said: null, from: 'stranger', refused: denied(problem, 400) };
  const said = signatureOf(raw);
  const no = (refused: Refused, from: Verdict['from'] = 'stranger'): NotRecognized => ({ said, from, refused });
  if (said === null) return no(denied(unsigned(raw)));
  const declared = payloadOf(raw, said);
  if (!isSaidBy(placeholder, said, Date.now())) return no(NOT_OURS);
  if (declared !== null && !isSignedBy(placeholder, said, raw, declared)) return no(NOT_OURS);
  const from = declared === null ? 'stranger' : 'program';
  const unsignedName = unsignedHeader(raw, said);
  if (unsignedName !== null) return no(denied(`${unsignedName.slice(0, 100)} is not signed`), from);
  const place = endpoints.of(said.service, said.region, id);
  if (place === null)
    return no(denied(`AWS has no service that is signed for as ${said.service} in ${said.region}`), from);
  const payloadProblem = declared === null ? null : problemOfPayload(declared, raw, streaming);
  return payloadProblem === null ? { said, declared, place } : no(denied(payloadProblem), from);
}

const NOT_OURS = denied("it is not signed with this run's keys");
const ANOTHER_BODY = denied('its body is another one');

function unsigned({ headers }: RawRequest): string {
  if (headers.get('authorization')?.startsWith('AWS4-ECDSA-') !== true)
    return 'it is not signed once, by Signature Version 4';
  return 'it is signed by Signature Version 4A, whose keys this run has not: set AWS_AUTH_SCHEME_PREFERENCE=sigv4, and name a Region rather than several';
}

function problemOfPayload(declared: string, { headers }: RawRequest, streaming: Judging['streaming']): string | null {
  if (HASH.test(declared) || declared === 'UNSIGNED-PAYLOAD') return null;
  const isByChunks = isSignedByChunks(declared);
  if (!isByChunks && declared !== 'STREAMING-UNSIGNED-PAYLOAD-TRAILER')
    return `a body signed as ${declared.slice(0, 60)} is not taken`;
  if (streaming === 'refused') return `${declared} is refused: --allow-streaming lets it through`;
  const isMeasured = /^\d{1,15}$/.test(headers.get('x-amz-decoded-content-length') ?? '');
  return isByChunks && !isMeasured ? 'x-amz-decoded-content-length is missing' : null;
}

/** What the signature says of the body; null: nothing, so that its hash is of the body itself. */
function payloadOf({ headers, query }: RawRequest, { seconds, service }: Signature): string | null {
  const header = headers.get('x-amz-content-sha256');
  if (header !== undefined) return header;
  if (seconds === null) return null;
  return new URLSearchParams(query).get('X-Amz-Content-Sha256') ?? (isS3(service) ? 'UNSIGNED-PAYLOAD' : null);
}

const withoutPresigned = (query: string, { seconds }: Signature): string =>
  seconds === null
    ? query
    : withoutParameters(
        query,
        PRESIGNED.map((name) => `X-Amz-${name}`),
      );

/** Whether it costs more to look at a body on its way than to hold it. */
const isSmall = (raw: RawRequest): boolean =>
  !hasBody(raw) || Number(raw.headers.get('content-length') ?? Number.POSITIVE_INFINITY) <= SMALL;

/** Whether the body comes when it is asked for: refused before, it never does. */
export const isAsking = ({ headers }: IncomingMessage): boolean => /\b100-continue\b/i.test(headers.expect ?? '');

function limitPauses(request: IncomingMessage): void {
  const { socket } = request;
  socket.setTimeout(PAUSE_MS);
  request.once('end', () => socket.setTimeout(0));
}

/** Whose session it is. */
function accountOf({ AccountId }: CredentialDocument): string | null {
  return typeof AccountId === 'string' && /^\d{12}$/.test(AccountId) ? AccountId : null;
}

const endOf = ({ Expiration }: CredentialDocument): string | null =>
  Date.parse(Expiration) > Date.now() ? null : 'the session has ended, and there is no other';

const unavailable = (why: string): Refused => ({
  status: 503,
  code: 'ServiceUnavailable',
  message: `token-broker sign: ${why}`,
});

import { createHash } from 'node:crypto';
import { accept, type Outcome, refuse } from '../../outcome.ts';
import type { EpochSeconds } from '../../time.ts';
import { parseSignatureV4, type SignatureV4 } from './authorization.ts';
import { type StsTarget, stsTarget } from './endpoint.ts';
import { type DescribedRequest, parseEnvelope } from './envelope.ts';

/**
 * A request that may be sent to STS: it can be nothing but GetCallerIdentity, for a server that it names under its
 * signature.
 */
export interface SignedRequest {
  readonly target: StsTarget;
  readonly body: string;
  /** What is sent: what the signature covers, Authorization, and nothing else. */
  readonly headers: Readonly<Record<string, string>>;
  readonly serverId: string;
  readonly accessKeyId: string;
  readonly signedAt: EpochSeconds;
  /** SHA-256 of the signature, lower-case hex: one for each signing, however the envelope is spelt. */
  readonly id: string;
}

const BODY = 'Action=GetCallerIdentity&Version=2011-06-15';
const FORM = /^application\/x-www-form-urlencoded(?:; ?charset=utf-8)?$/i;

/**
 * The headers that signers send: what is sent on if it is signed, and what is dropped unless it is (and refused if it
 * is, because it changes how STS answers). Any other header is refused: Project Zero's "Enter the Vault" made STS say
 * somebody else's name through headers and hosts that a server did not expect.
 */
const SENT_ON = new Set([
  'amz-sdk-invocation-id',
  'amz-sdk-request',
  'content-length',
  'content-type',
  'user-agent',
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-security-token',
  'x-amz-user-agent',
  'x-broker-server-id',
]);
const DROPPED = new Set(['accept', 'accept-encoding', 'connection']);
const ALWAYS_SIGNED = ['host', 'x-amz-date', 'x-broker-server-id'];

/**
 * Reads an aws-iam proof into the one request that it may be: a POST of exactly GetCallerIdentity to AWS STS, signed
 * with Signature Version 4 over host, date and the server's name. Nothing is sent anywhere. Refuses with
 * `signed_request_malformed` or `signed_request_not_accepted`.
 */
export function readSignedRequest(envelope: string, configuredEndpoint: string | null): Outcome<SignedRequest> {
  const described = parseEnvelope(envelope);
  if (!described.ok) return described;
  const { url, body, headers } = described.value;
  const signature = parseSignatureV4(headerOf(headers, 'authorization'), headerOf(headers, 'x-amz-date'));
  if (signature === null) {
    const found = 'an Authorization or X-Amz-Date that is none of Signature Version 4 for sts';
    return refuse('signed_request_malformed', { log: { found } });
  }
  const target = stsTarget(url, configuredEndpoint);
  const serverId = headers.get('x-broker-server-id');
  if (target === null) return notAccepted('the url is no endpoint of AWS STS');
  if (serverId === undefined) return notAccepted('no X-Broker-Server-Id');
  if (body !== BODY) return notAccepted(`the body is not ${BODY}`);
  const misfit = misfitOf(described.value, signature, target);
  if (misfit !== null) return notAccepted(misfit);
  return accept({
    target,
    body,
    headers: sentHeaders(headers, signature),
    serverId,
    accessKeyId: signature.accessKeyId,
    signedAt: signature.signedAt,
    id: createHash('sha256').update(signature.signature).digest('hex'),
  });
}

/** Only the operator is told: whoever signs can be anybody. */
const notAccepted = (found: string) => refuse('signed_request_not_accepted', { log: { found } });

/** Empty where there is none: no header may have that value. */
const headerOf = (headers: ReadonlyMap<string, string>, name: string): string => headers.get(name) ?? '';

/**
 * What does not fit; null: all does. Host, Region and headers are all that the signature is about, and all that STS
 * will act on.
 */
function misfitOf(
  { headers, body }: DescribedRequest,
  { signedHeaders, region }: SignatureV4,
  target: StsTarget,
): string | null {
  const signed = new Set(signedHeaders);
  const known = [...headers.keys()].every(
    (name) =>
      name === 'authorization' || name === 'host' || SENT_ON.has(name) || (DROPPED.has(name) && !signed.has(name)),
  );
  const present = signedHeaders.every((name) => name === 'host' || (SENT_ON.has(name) && headers.has(name)));
  // What Amazon reads must be what was signed.
  const amazon = [...headers.keys()].filter((name) => name.startsWith('x-amz-'));
  const covered = [...ALWAYS_SIGNED, ...amazon].every((name) => signed.has(name));
  if (!known) return 'a header that is not expected';
  if (!present) return 'a signed header that is missing or not expected';
  if (!covered) return `a header that is not signed: ${ALWAYS_SIGNED.join(', ')} and every x-amz- one have to be`;
  if (target.region !== null && target.region !== region) return 'signed for another Region than the url has';
  if ((headers.get('host') ?? target.host) !== target.host) return 'a Host that is not that of the url';
  if ((headers.get('content-length') ?? String(body.length)) !== String(body.length)) return 'another Content-Length';
  return FORM.test(headerOf(headers, 'content-type')) ? null : 'a Content-Type that is no form';
}

function sentHeaders(headers: ReadonlyMap<string, string>, { signedHeaders }: SignatureV4): Record<string, string> {
  const sent: Record<string, string> = {
    authorization: headerOf(headers, 'authorization'),
    'content-type': headerOf(headers, 'content-type'),
  };
  for (const name of signedHeaders) {
    const value = headers.get(name);
    // The transport writes host and content-length itself; they are the same.
    if (value !== undefined && name !== 'host' && name !== 'content-length') sent[name] = value;
  }
  return sent;
}

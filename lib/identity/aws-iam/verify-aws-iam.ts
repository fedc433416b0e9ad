import { createHash } from 'node:crypto';
import type { AwsIamConnection } from '../../configuration/documents/connections.ts';
import { accept, Fault, type Outcome, refuse } from '../../outcome.ts';
import { type CompiledConnection, renderPrincipal } from '../../policy/connection.ts';
import type { Configuration } from '../../ports/configuration.ts';
import type { Fetcher } from '../../ports/documents.ts';
import { type EpochSeconds, epochSeconds, type Seconds, seconds } from '../../time.ts';
import { publicText } from '../oidc/public-text.ts';
import type { Principal } from '../principal.ts';
import { checkRequirement } from '../requirement.ts';
import { askWhoSigned } from './ask-sts.ts';
import { callerNames } from './caller-claims.ts';
import type { CallerIdentity } from './caller-identity.ts';
import type { RefusedRequests } from './refused-requests.ts';
import { readSignedRequest, type SignedRequest } from './signed-request.ts';

interface AwsIamContext {
  readonly configuration: Configuration;
  readonly fetcher: Fetcher;
  readonly now: EpochSeconds;
  /** The deployment's own STS endpoint where one is set; null: AWS's, of the Region that the request was signed for. */
  readonly stsEndpoint: string | null;
  /** The deployment's own partition: accounts are of it unless a connection names another. */
  readonly partition: string;
  /** What was refused lately. */
  readonly refused: RefusedRequests;
  /** Where the request came from, as API Gateway says. */
  readonly sourceIp: string;
  readonly signal: AbortSignal;
}

/** How long after its X-Amz-Date a signed request is a proof; STS itself takes it for longer. */
const LIFETIME = seconds(300);

/**
 * Verifies a signed sts:GetCallerIdentity request at `now` and names its principal. First what costs nothing: shape,
 * host, body and headers, the server that it is signed for, its age (at most 300 s, with the connection's tolerance),
 * whether it or too many like it were refused within the last minute. Then STS is asked, which alone can check the
 * signature. Then the account in its partition, `require` and the label. Refuses, in this order, with
 * `signed_request_malformed`, `signed_request_not_accepted`, `server_id_mismatch`, `expired` or `not_yet_valid`,
 * `signed_request_attempts_exceeded`, `signature_invalid`, `caller_identity_unsupported`, `caller_identity_unavailable`
 * (retryable), `account_not_allowed`, `requirement_not_met`, `principal_invalid`. Throws `Fault` where the
 * configuration cannot be read, or where two connections claim one caller.
 */
export async function verifyAwsIam(envelope: string, context: AwsIamContext): Promise<Outcome<Principal>> {
  const read = readSignedRequest(envelope, context.stsEndpoint);
  if (!read.ok) return read;
  const request = read.value;
  const connections = await context.configuration.awsIamServer(request.serverId, context.signal);
  if (connections.length === 0) {
    return refuse('server_id_mismatch', { log: { found: publicText(request.serverId) } });
  }
  const widest = seconds(Math.max(...connections.map(({ clockTolerance }) => clockTolerance)));
  const timely = checkAge(request.signedAt, context.now, widest);
  if (!timely.ok) return timely;
  const from = { sourceIp: context.sourceIp, configVersion: context.configuration.version };
  const known = context.refused.find(request, from);
  if (known !== null) return { ok: false, refusal: known };
  const signer = await askWhoSigned(request, context.fetcher, context.signal);
  const outcome = signer.ok ? admitSigner(envelope, request, signer.value, connections, context) : signer;
  if (outcome.ok) context.refused.accepted(request, from);
  else await context.refused.keep(request, from, outcome.refusal);
  return outcome;
}

/**
 * All that `verifyAwsIam` checks once STS has said who signed. Beside it this is for rehearsals, which hand nothing out
 * (`lib/rehearsal/`).
 */
export function admitSigner(
  envelope: string,
  request: Pick<SignedRequest, 'target' | 'signedAt' | 'id'>,
  signer: CallerIdentity,
  connections: readonly CompiledConnection<AwsIamConnection>[],
  { now, partition }: Pick<AwsIamContext, 'now' | 'partition'>,
): Outcome<Principal> {
  const [connection, ...others] = connections.filter(
    (each) => each.accounts.includes(signer.account) && (each.partition ?? partition) === signer.partition,
  );
  if (connection === undefined) {
    return refuse('account_not_allowed', { log: { found: `${signer.partition} ${signer.account}` } });
  }
  if (others.length > 0) throw new Fault('configuration', 'Two aws-iam connections have one server id and account.');
  const { subject, claims } = callerNames(signer, connection);
  const required = checkRequirement(connection, claims);
  if (!required.ok) return required;
  const timely = checkAge(request.signedAt, now, connection.clockTolerance);
  if (!timely.ok) return refuse(timely.refusal.reason, { detail: explainAge(request.signedAt, now, connection) });
  const label = renderPrincipal(connection, claims);
  if (!label.ok) return label;
  const issuer = `https://${request.target.host}`;
  const expires = epochSeconds(request.signedAt + LIFETIME);
  const { reuse, clockTolerance, record } = connection;
  return accept({
    source: { kind: 'connection', name: connection.connection },
    subject,
    name: label.value,
    claims,
    proof: { kind: 'aws-iam', issuer, tokenId: request.id, sha256: sha256(envelope), expires },
    reuse:
      reuse === 'allow' ? null : { reuse, issuer, tokenId: request.id, until: epochSeconds(expires + clockTolerance) },
    record,
    mayAct: undefined,
    lineage: null,
  });
}

/** The tolerance counts once in each direction. */
function checkAge(signedAt: EpochSeconds, now: EpochSeconds, tolerance: Seconds): Outcome<null> {
  const log = { found: `X-Amz-Date is ${signedAt}; the clock here says ${now}` };
  if (now >= signedAt + LIFETIME + tolerance) return refuse('expired', { log });
  return signedAt > now + tolerance ? refuse('not_yet_valid', { log }) : accept(null);
}

/** For a genuine request that names somebody here. */
const explainAge = (signedAt: EpochSeconds, now: EpochSeconds, { clockTolerance }: AwsIamConnection): string =>
  `X-Amz-Date is ${signedAt} and good for ${LIFETIME} seconds; the clock here says ${now} and the tolerance is ${clockTolerance} seconds.`;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

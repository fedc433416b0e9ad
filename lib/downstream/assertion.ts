import { SignJWT } from 'jose';
import type { JwsAlgorithm } from '../configuration/documents/jws-algorithm.ts';
import type { JsonObject } from '../json.ts';
import { accept, Fault, type Outcome } from '../outcome.ts';
import { type EpochSeconds, epochSeconds, toEpochSeconds } from '../time.ts';
import type { DownstreamPorts } from './downstream-ports.ts';
import type { DownstreamRequest, StepGrant } from './downstream-request.ts';
import type { HeldSecrets } from './held-secrets.ts';
import { readSigningKey } from './private-key.ts';

/** One attempt to get a token: what its parts are made of. */
export interface Attempt {
  readonly ports: DownstreamPorts;
  readonly request: DownstreamRequest<StepGrant>;
  readonly secrets: HeldSecrets;
  readonly signal: AbortSignal;
  /** A `jti` that no other assertion has: the issuance's id and a number. */
  tokenId(): string;
}

/** An assertion is sent at once and need not last: seconds. */
const LIFETIME = 120;

interface PrivateKeyUse {
  /** Name of the secret. */
  readonly secret: string;
  readonly algorithm: JwsAlgorithm | null;
  /** Header parameters that name the key. */
  readonly header: Readonly<Record<string, string>>;
}

/** What the times and the id of an assertion are made of. */
type Timed = Pick<Attempt, 'tokenId'> & { readonly ports: Pick<DownstreamPorts, 'clock'> };

/**
 * `iat`, `nbf`, `exp` and `jti` of an assertion that is made now (RFC 7523 section 3); it ends no later than `endsBy`.
 */
export function assertionTimes(attempt: Timed, endsBy: EpochSeconds | null): JsonObject {
  const now = toEpochSeconds(attempt.ports.clock.now());
  const exp = endsBy === null ? now + LIFETIME : Math.min(now + LIFETIME, Math.floor(endsBy));
  return { iat: now, nbf: now, exp: epochSeconds(exp), jti: attempt.tokenId() };
}

/** Signs with a private key of the broker's at this server, as compact JWS. Refuses with `downstream_key_unusable`. */
export async function signWithSecret(
  { secrets }: Pick<Attempt, 'secrets'>,
  { secret, algorithm, header }: PrivateKeyUse,
  claims: JsonObject,
): Promise<Outcome<string>> {
  const version = secrets.versions.get(secret);
  if (version === undefined) throw new Fault('bug', 'A secret that was not read is asked for.');
  const key = readSigningKey(version.value, algorithm);
  if (!key.ok) return key;
  const signing = new SignJWT({ ...claims }).setProtectedHeader({ ...header, alg: key.value.algorithm, typ: 'JWT' });
  return accept(await signing.sign(key.value.key));
}

/**
 * An assertion of the broker's own about the principal, addressed to that server: `iss` is the broker, `sub` and `act`
 * say who asks and who acts (RFC 7523 section 3, RFC 8693 section 4.1). Its type is not that of a broker token, so that
 * it is none anywhere.
 */
export async function signAsBroker(attempt: Attempt, audience: string | null): Promise<string> {
  const { ports, request, signal } = attempt;
  const { subject, act, endsBy, grant } = request;
  const claims: JsonObject = {
    iss: ports.issuer,
    ...(subject === null ? {} : { sub: subject }),
    aud: audience ?? grant.tokenEndpoint,
    ...(act === undefined ? {} : { act }),
    ...assertionTimes(attempt, endsBy),
  };
  return ports.signer.sign('JWT', claims, signal);
}

import type { OidcConnection, OidcIssuer } from '../../configuration/documents/connections.ts';
import type { JwsAlgorithm } from '../../configuration/documents/jws-algorithm.ts';
import type { JsonObject } from '../../json.ts';
import { accept, Fault, type Outcome, type Refusal, refuse } from '../../outcome.ts';
import type { CompiledConnection } from '../../policy/connection.ts';
import type { Configuration } from '../../ports/configuration.ts';
import type { KeySets } from '../../ports/keys.ts';
import type { Reason } from '../../refusals/registry.ts';
import type { EpochSeconds } from '../../time.ts';
import type { Principal } from '../principal.ts';
import { checkRequirement } from '../requirement.ts';
import { chooseConnection, explainAudience, readAudience } from './audience.ts';
import { checkAuthorizedParty, readAuthorizedParty } from './authorized-party.ts';
import { readBoundKey } from './bound-key.ts';
import { viewClaims } from './claims-view.ts';
import { readIdJag } from './id-jag.ts';
import { type ParsedJwt, parseJwt } from './jwt.ts';
import { checkRoleAccount, readNames } from './names.ts';
import { principalOf } from './principal-of.ts';
import { claimType, publicList, publicText } from './public-text.ts';
import { allowedAlgorithm, verifyWithNewer } from './signature.ts';
import { checkTimes } from './times.ts';
import { checkType, type DeclaredType } from './token-type.ts';

export interface JwtContext {
  readonly configuration: Configuration;
  readonly keySets: KeySets;
  readonly now: EpochSeconds;
  readonly signal: AbortSignal;
  /** What the caller said the token is (RFC 8693 section 3); a token that says otherwise is refused. */
  readonly declaredType: DeclaredType;
}

/**
 * Verifies a JWT of a configured issuer at `now` and names its principal, or returns the first refusal met, in this
 * order: shape and size; issuer; algorithm; key; signature; the connection by audience; `require`; type, authorized
 * party, names, times; label. A refusal says what was expected only once the signature holds and `require` is met;
 * nothing of the token is ever repeated. Keys that can't be had are `keys_unavailable`; a configuration that can't be
 * read, or contradicts itself, throws `Fault`. RFC 7519 section 7.2, RFC 8725 section 3.
 */
export async function verifyJwt(token: string, context: JwtContext): Promise<Outcome<Principal>> {
  const parsed = parseJwt(token);
  if (!parsed.ok) return parsed;
  const issuer = parsed.value.unverified['iss'];
  if (typeof issuer !== 'string' || issuer === '') {
    return refuse('claims_invalid', { log: { found: `iss is ${claimType(issuer)}` } });
  }
  const connections = await context.configuration.oidcIssuer(issuer, context.signal);
  const genuine = await checkSignature(parsed.value, issuer, connections, context);
  if (!genuine.ok) return genuine;
  return admitGenuine(parsed.value, issuer, connections, context);
}

/**
 * All that `verifyJwt` checks once the signature holds: the connection by audience, `require`, type, authorized party,
 * names, times, label. Beside `verifyJwt` it is for rehearsals, which hand nothing out (`lib/rehearsal/`).
 */
export function admitGenuine(
  jwt: ParsedJwt,
  issuer: string,
  connections: readonly CompiledConnection<OidcConnection>[],
  context: Pick<JwtContext, 'now' | 'declaredType'>,
): Outcome<Principal> {
  const chosen = choose(jwt, connections);
  return chosen.ok ? admit(jwt, issuer, chosen.value, context) : chosen;
}

async function checkSignature(
  jwt: ParsedJwt,
  issuer: string,
  connections: readonly CompiledConnection<OidcConnection>[],
  context: JwtContext,
): Promise<Outcome<JsonObject>> {
  const source = sourceOf(issuer, connections);
  if (source === null) return refuse('issuer_unknown', { log: { found: `iss is ${publicText(issuer)}` } });
  const algorithms = connections.flatMap((connection): readonly JwsAlgorithm[] => connection.algorithms);
  const allowed = allowedAlgorithm(jwt.header, algorithms);
  if (!allowed.ok) return allowed;
  const { keySets, signal } = context;
  const keys = await keySets.find(source, jwt.header.kid, signal);
  if (!keys.ok) return keys;
  const newer = (tried: readonly JsonObject[]) => keySets.find(source, undefined, signal, tried);
  return verifyWithNewer(jwt, keys.value, [allowed.value], newer);
}

/** One issuer has one source of keys: with two, the keys of one connection would vouch for the tokens of another. */
function sourceOf(issuer: string, connections: readonly OidcConnection[]): OidcIssuer | null {
  const sources = connections.flatMap((connection) => connection.issuers).filter((each) => each.issuer === issuer);
  const [first, ...others] = sources;
  if (first === undefined) return null;
  if (others.every(({ jwksUri }) => jwksUri === first.jwksUri)) return first;
  throw new Fault('configuration', 'connections of one issuer name different key sets');
}

/** The connection that the token is addressed to, its algorithm and its `require` included. */
function choose(
  jwt: ParsedJwt,
  connections: readonly CompiledConnection<OidcConnection>[],
): Outcome<CompiledConnection<OidcConnection>> {
  const claims = jwt.unverified;
  const audience = readAudience(claims);
  if (!audience.ok) {
    const { reason, detail = '' } = audience.refusal;
    return detailedFor(jwt, connections, reason, () => detail);
  }
  const party = readAuthorizedParty(claims);
  const chosen = chooseConnection(connections, audience.value, party);
  if (chosen === null) {
    return detailedFor(jwt, connections, 'audience_mismatch', (admitting) =>
      explainAudience(admitting, audience.value, party),
    );
  }
  if (!allowedAlgorithm(jwt.header, chosen.algorithms).ok) {
    return detailedFor(
      jwt,
      [chosen],
      'algorithm_not_allowed',
      () => `alg must be one of: ${publicList(chosen.algorithms)}; it is ${publicText(jwt.header.alg)}.`,
    );
  }
  const required = requirement(jwt, chosen);
  return required.ok ? accept(chosen) : required;
}

/**
 * The token is genuine and no connection takes it: only somebody whom one of these would admit learns what was
 * expected. Of anybody else the operator does.
 */
function detailedFor(
  jwt: ParsedJwt,
  connections: readonly CompiledConnection<OidcConnection>[],
  reason: Reason,
  explain: (admitting: readonly OidcConnection[]) => string,
): { ok: false; refusal: Refusal } {
  const admitting = connections.filter((connection) => requirement(jwt, connection).ok);
  if (admitting.length > 0) return refuse(reason, { detail: explain(admitting) });
  return refuse(reason, { log: { found: explain(connections) } });
}

const requirement = (jwt: ParsedJwt, connection: CompiledConnection<OidcConnection>): Outcome<true> =>
  checkRequirement(connection, viewClaims(jwt.unverified, connection));

/** What is left to check of a genuine token that names somebody here; from here on refusals carry details. */
function admit(
  jwt: ParsedJwt,
  issuer: string,
  connection: CompiledConnection<OidcConnection>,
  { now, declaredType }: Pick<JwtContext, 'now' | 'declaredType'>,
): Outcome<Principal> {
  const claims = jwt.unverified;
  const type = checkType(jwt, connection.types, declaredType);
  if (!type.ok) return type;
  const party = checkAuthorizedParty(readAuthorizedParty(claims), connection.authorizedParties);
  if (!party.ok) return party;
  const names = readNames(claims, connection);
  if (!names.ok) return names;
  const account = checkRoleAccount(claims, connection);
  if (!account.ok) return account;
  const { clockTolerance: tolerance, maxTokenAge: maxAge } = connection;
  const times = checkTimes(claims, { now, tolerance, maxAge });
  if (!times.ok) return times;
  const idJag = readIdJag(jwt);
  if (!idJag.ok) return idJag;
  const key = readBoundKey(jwt);
  if (!key.ok) return key;
  const { expires } = times.value;
  const forWhom = { forClient: idJag.value, boundTo: key.value };
  return principalOf({ jwt, issuer, connection, names: names.value, expires, ...forWhom });
}

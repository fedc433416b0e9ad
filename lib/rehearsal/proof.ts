import { callerNames } from '../identity/aws-iam/caller-claims.ts';
import { principalOfToken, type Server } from '../identity/broker-token/broker-principal.ts';
import { viewClaims } from '../identity/oidc/claims-view.ts';
import type { JwsHeader } from '../identity/oidc/jws.ts';
import { parseJwt } from '../identity/oidc/jwt.ts';
import { admitGenuine } from '../identity/oidc/verify-jwt.ts';
import type { Claims, Principal } from '../identity/principal.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import type { IssuanceRecord } from '../ledger/record.ts';
import { accept, type Outcome, refuse } from '../outcome.ts';
import type { CompiledConnection } from '../policy/connection.ts';
import type { Configuration } from '../ports/configuration.ts';
import { type EpochSeconds, epochSeconds } from '../time.ts';
import { awsPrincipal, awsSigner } from './aws-claims.ts';
import { wholeClaims } from './oidc-claims.ts';
import { samlClaims, samlPrincipal } from './saml-claims.ts';

/**
 * Whoever is said to have come. `claims`: the claims of a proof of that connection (`broker`: of a broker token), as
 * far as they matter. `token`: a JWT, whose signature is not checked. `record`: whoever the ledger has a record of.
 */
export type RehearsedProof =
  | { readonly kind: 'claims'; readonly connection: string; readonly claims: JsonObject }
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'record'; readonly record: IssuanceRecord };

/** What a rehearsal is told of the world. */
export interface RehearsalContext {
  readonly configuration: Configuration;
  /** This broker's own. */
  readonly issuer: string;
  /** The clock of a rehearsal that says no time of its own. */
  readonly now: EpochSeconds;
  /** The client that authenticates, where what was sent to it is a proof. */
  readonly server?: Server;
  readonly signal: AbortSignal;
}

/** Of a broker token that says no end of its own, in seconds: an AWS session fits in (`proof_ends_too_soon`). */
const LIFETIME = 3600;

/** The instant at which a proof is good, where nothing else is said: a token's `iat`, a record's time; else null. */
export function timeOf(proof: RehearsedProof): EpochSeconds | null {
  if (proof.kind === 'record') return epochSeconds(Math.floor(proof.record.time / 1000));
  const claims = proof.kind === 'token' ? parseJwt(proof.token) : accept({ unverified: proof.claims });
  if (!claims.ok) return null;
  const { iat, nbf, exp } = claims.value.unverified;
  if (typeof iat === 'number') return epochSeconds(iat);
  if (typeof nbf === 'number') return epochSeconds(nbf);
  return typeof exp === 'number' ? epochSeconds(exp - 1) : null;
}

/**
 * Whom a rehearsed proof names, by the checks that follow a signature that holds: audience, `require`, type, times,
 * label. Refuses as those do; `proof_type_unsupported` for a connection that there is not. A key that the proof is
 * bound to counts as proven, as its signature counts as made.
 */
export async function rehearsedPrincipal(
  proof: RehearsedProof,
  context: RehearsalContext,
  now: EpochSeconds,
): Promise<Outcome<Principal>> {
  switch (proof.kind) {
    case 'record':
      return accept(recordedPrincipal(proof.record));
    case 'token':
      return tokenPrincipal(proof.token, context, now);
    case 'claims':
      return claimsPrincipal(proof, context, now);
  }
}

async function tokenPrincipal(token: string, context: RehearsalContext, now: EpochSeconds) {
  const jwt = parseJwt(token);
  if (!jwt.ok) return jwt;
  const { iss } = jwt.value.unverified;
  if (iss === context.issuer) return brokerPrincipal(jwt.value.unverified, context, now);
  if (typeof iss !== 'string' || iss === '') return refuse('claims_invalid');
  const connections = await context.configuration.oidcIssuer(iss, context.signal);
  if (connections.length === 0) return refuse('issuer_unknown');
  return withoutKey(admitGenuine(jwt.value, iss, connections, { now, declaredType: 'jwt' }));
}

function withoutKey(admitted: Outcome<Principal>): Outcome<Principal> {
  if (!admitted.ok) return admitted;
  const { boundTo: _, ...principal } = admitted.value;
  return accept(principal);
}

async function claimsPrincipal(
  { connection: name, claims }: Extract<RehearsedProof, { kind: 'claims' }>,
  context: RehearsalContext,
  now: EpochSeconds,
): Promise<Outcome<Principal>> {
  if (name === 'broker') return brokerPrincipal(claims, context, now);
  const connection = await context.configuration.connection(name, context.signal);
  if (connection === null) return refuse('proof_type_unsupported', { detail: `There is no connection ${name}.` });
  switch (connection.type) {
    case 'saml':
      return samlPrincipal(claims, connection, now);
    case 'aws-iam':
      return awsPrincipal(claims, connection, now);
    case 'oidc': {
      const unverified = wholeClaims(claims, connection, now);
      const { iss } = unverified;
      const connections = await context.configuration.oidcIssuer(String(iss), context.signal);
      if (connections.length === 0) return refuse('issuer_unknown');
      const [typ = 'jwt'] = connection.types;
      const header: JwsHeader = { alg: connection.algorithms[0] ?? 'RS256', kid: undefined, typ };
      const jwt = { compact: '', header, unverified };
      return withoutKey(admitGenuine(jwt, String(iss), connections, { now, declaredType: 'jwt' }));
    }
  }
}

function brokerPrincipal(given: JsonObject, context: RehearsalContext, now: EpochSeconds): Outcome<Principal> {
  const { issuer } = context;
  const subject = typeof given['sub'] === 'string' ? given['sub'] : 'client:rehearsed';
  const exp = typeof given['exp'] === 'number' ? given['exp'] : now + LIFETIME;
  if (now >= exp) return refuse('expired');
  const lineage = isJsonObject(given['token_broker']) ? given['token_broker'] : {};
  const claims: JsonObject = {
    ...{ iss: issuer, aud: issuer, iat: now, jti: 'rehearsed', ...given, sub: subject, exp },
    token_broker: { principal: subject, issuer: null, parents: [], exchanges: 0, ...lineage },
  };
  const exchanges = typeof lineage['exchanges'] === 'number' ? lineage['exchanges'] : 0;
  const audience = typeof claims['aud'] === 'string' ? claims['aud'] : '';
  const token = {
    ...{ subject, audience, tokenId: String(claims['jti']), expires: epochSeconds(exp), act: claims['act'] },
    ...{ parents: [], presenters: [], through: [], scopesBefore: [], boundTo: null, exchanges, claims, sha256: '' },
  };
  return principalOfToken(token, 'jwt', context);
}

/**
 * The connections that a proof may come by, with its claims as each of them sees them: what `require` is held against.
 * Empty for broker tokens and records, whose proofs were admitted before.
 */
export async function claimsBefore(
  proof: RehearsedProof,
  { configuration, signal }: RehearsalContext,
  now: EpochSeconds,
): Promise<readonly { readonly connection: CompiledConnection; readonly claims: Claims }[]> {
  if (proof.kind === 'record') return [];
  if (proof.kind === 'token') {
    const jwt = parseJwt(proof.token);
    const iss = jwt.ok ? jwt.value.unverified['iss'] : null;
    if (!jwt.ok || typeof iss !== 'string') return [];
    const connections = await configuration.oidcIssuer(iss, signal);
    return connections.map((connection) => ({ connection, claims: viewClaims(jwt.value.unverified, connection) }));
  }
  const connection = await configuration.connection(proof.connection, signal);
  switch (connection?.type) {
    case 'oidc':
      return [{ connection, claims: viewClaims(wholeClaims(proof.claims, connection, now), connection) }];
    case 'saml':
      return [{ connection, claims: samlClaims(proof.claims, connection, now).claims }];
    case 'aws-iam': {
      const signer = awsSigner(proof.claims, connection);
      return signer === null ? [] : [{ connection, claims: callerNames(signer, connection).claims }];
    }
    default:
      return [];
  }
}

/** What the record does not keep counts as withheld: nobody can say that it was not there. */
function recordedPrincipal(record: IssuanceRecord): Principal {
  const { connection, client, subject, principal: name, claims, proof } = record;
  const source =
    connection === null
      ? { kind: 'client' as const, name: client ?? subject }
      : { kind: 'connection' as const, name: connection };
  return {
    ...{ source, subject, name, proof, reuse: null, record: [], mayAct: undefined, lineage: null },
    claims: { values: new Map(Object.entries(claims)), unavailable: new Map(), otherwise: 'claim_withheld' },
  };
}

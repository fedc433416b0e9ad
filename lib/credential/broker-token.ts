import { createHash } from 'node:crypto';
import { LINEAGE_CLAIM, PROTOCOL_CLAIMS } from '../broker-token-claims.ts';
import { type Actor, type AuthenticatedClient, ceilingsOf, issuerOf, type Principal } from '../identity/principal.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import { TOKEN_TYPE } from '../oauth-urns.ts';
import { accept, type Outcome, refuse } from '../outcome.ts';
import { type KeyLookup, Unavailable } from '../policy/decision.ts';
import { renderTokenClaims } from '../policy/render-grant.ts';
import type { TokenSigner } from '../ports/keys.ts';
import { type EpochSeconds, epochSeconds, toEpochSeconds } from '../time.ts';
import { actClaim, identityText } from './act-claim.ts';
import type { Granted, Granter, GrantInput, Minted, PreparedGrant } from './grant.ts';

export interface BrokerTokenPorts {
  readonly issuer: string;
  readonly signer: TokenSigner;
}

/** Scopes of one audience, which go into one token. */
type GrantedTokens = readonly [Granted<'broker-token'>, ...Granted<'broker-token'>[]];

/**
 * Broker tokens: JWT access tokens (RFC 9068) signed by this broker, `jti` the issuance's id. Nobody else mints, so
 * there is no `started` record; the outcome is recorded before the token leaves.
 */
export const brokerTokenGranter = (ports: BrokerTokenPorts): Granter<'broker-token'> => ({
  prepare: (granted, input) => prepare(ports, [granted], input),
  prepareTogether: (granted, input) => prepare(ports, granted, input),
});

function prepare(ports: BrokerTokenPorts, granted: GrantedTokens, input: GrantInput): Outcome<PreparedGrant> {
  if (input.key === null && input.client?.requiresDpop === true) return refuse('dpop_proof_missing');
  const now = toEpochSeconds(input.now);
  const expires = expiry(granted, input, now);
  if (!expires.ok) return expires;
  const claims = scopeClaims(granted);
  if (!claims.ok) return claims;
  const payload = tokenClaims(ports.issuer, granted, input, { now, expires: expires.value, claims: claims.value });
  return accept(
    prepared(ports, payload, claims.value, {
      ...{ audience: granted[0].grant.document.audience, expires: expires.value },
      ...(input.key === null ? {} : { boundTo: input.key }),
    }),
  );
}

function prepared(
  { signer }: BrokerTokenPorts,
  payload: JsonObject,
  claims: JsonObject,
  planned: { readonly audience: string; readonly expires: EpochSeconds; readonly boundTo?: string },
): PreparedGrant {
  const { audience, expires } = planned;
  return {
    planned,
    bound: () => ({ audience, claims }),
    mint: async (signal): Promise<Outcome<Minted>> => {
      const token = await signer.sign('at+jwt', payload, signal);
      const tokenSha256 = createHash('sha256').update(token).digest('hex');
      const secret = {
        kind: 'token',
        token,
        tokenType: planned.boundTo === undefined ? 'Bearer' : 'DPoP',
        issuedTokenType: TOKEN_TYPE.access_token,
        expires,
        scope: null,
      } as const;
      return accept({ credential: { ...planned, tokenType: 'at+jwt', tokenSha256 }, secret });
    },
  };
}

/**
 * The shortest duration of the scopes; never past the end of a broker token that was the proof. A duration asked for is
 * met or refused.
 */
function expiry(
  granted: GrantedTokens,
  { requestedDuration, endsBy }: GrantInput,
  now: EpochSeconds,
): Outcome<EpochSeconds> {
  const most = Math.min(...granted.map(({ grant }) => grant.document.duration));
  if (requestedDuration !== null && (requestedDuration < 1 || requestedDuration > most)) {
    return refuse('duration_out_of_range', { detail: `duration must be 1 to ${most} seconds.` });
  }
  const expires = epochSeconds(now + (requestedDuration ?? most));
  if (endsBy === null || expires <= endsBy) return accept(expires);
  return requestedDuration === null && endsBy > now
    ? accept(epochSeconds(Math.floor(endsBy)))
    : refuse('proof_ends_too_soon');
}

/** The further claims of all scopes; two that disagree cannot be in one token. */
function scopeClaims(granted: GrantedTokens): Outcome<JsonObject> {
  const claims: Record<string, JsonValue> = Object.create(null);
  for (const { grant, lookup } of granted) {
    const rendered = renderTokenClaims(grant.templates.claims, lookup);
    if (!rendered.ok) return rendered;
    const carried = carriedClaims(grant.document.carries ?? [], lookup);
    for (const [name, value] of [...carried, ...Object.entries(rendered.value)]) {
      if (name in claims && JSON.stringify(claims[name]) !== JSON.stringify(value))
        return refuse('scopes_incompatible');
      claims[name] = value;
    }
  }
  return accept(claims);
}

/** What the principal has of them; never what the protocol itself says. */
const carriedClaims = (names: readonly string[], lookup: KeyLookup): readonly (readonly [string, JsonValue])[] =>
  names.flatMap((name) => {
    const value = PROTOCOL_CLAIMS.has(name) || name === LINEAGE_CLAIM ? undefined : lookup(`claims.${name}`);
    return value === undefined || value instanceof Unavailable ? [] : [[name, value] as const];
  });

interface TokenTimesAndClaims {
  readonly now: EpochSeconds;
  readonly expires: EpochSeconds;
  readonly claims: JsonObject;
}

/** RFC 9068 section 2.2. The standard claims come last, so that none of the scope's can stand in their place. */
function tokenClaims(issuer: string, granted: GrantedTokens, input: GrantInput, more: TokenTimesAndClaims): JsonObject {
  const { principal, actor, client, issuance } = input;
  const act = actClaim(principal, actor);
  const { audience, exchangedBy } = granted[0].grant.document;
  const isProof = audience === issuer || exchangedBy !== undefined;
  return {
    ...more.claims,
    iss: issuer,
    sub: identityText(principal),
    aud: audience,
    client_id: client?.client ?? connectionText(principal),
    iat: more.now,
    nbf: more.now,
    exp: more.expires,
    jti: issuance,
    scope: granted.map(({ scope }) => scope).join(' '),
    ...(act === undefined ? {} : { act }),
    ...(input.key === null ? {} : { cnf: { jkt: input.key } }),
    ...(principal.mayAct === undefined ? {} : { may_act: principal.mayAct }),
    [LINEAGE_CLAIM]: { ...ancestry(input), ...(isProof ? origin(input) : {}) },
  };
}

const connectionText = ({ source, lineage }: Principal): string =>
  `connection:${lineage === null ? source.name : 'broker'}`;

/** What the token came of, for revocation and for the cap on chains. Both proofs' broker tokens count. */
function ancestry({ principal, actor, client, through = [], proof }: GrantInput): JsonObject {
  const before = [principal.lineage, actor?.lineage ?? null].filter((each) => each !== null);
  const presenter = client === null || isPartOf(client, principal, actor) ? [] : [client.client];
  const presenters = distinct([...presenter, ...before.flatMap((each) => each.presenters)]);
  const publicClients = distinct([...through, ...before.flatMap((each) => each.through ?? [])]);
  const scopes = distinct(before.flatMap((each) => each.scopes));
  return {
    parents: distinct(before.flatMap(({ tokenIds }) => tokenIds)),
    exchanges: proof === null ? 0 : Math.max(0, ...before.map(({ exchanges }) => exchanges)) + 1,
    ...(presenters.length === 0 ? {} : { presenters }),
    ...(publicClients.length === 0 ? {} : { through: publicClients }),
    ...(scopes.length === 0 ? {} : { scopes }),
  };
}

const distinct = (texts: readonly string[]): readonly string[] => [...new Set(texts)];

/**
 * What only this broker needs to know, of a token that may be a proof here (for itself, or for a client that may
 * exchange it): nothing of it may get lost at the next exchange.
 */
function origin({ principal, actor }: GrantInput): JsonObject {
  const ceilings = ceilingsOf({ principal, actor }).map(({ scopes, resources }) => ({ scopes, resources }));
  return {
    principal: principal.name,
    issuer: issuerOf(principal),
    ...(ceilings.length === 0 ? {} : { ceilings }),
  };
}

/** A client that is the subject or acts is named as that. */
const isPartOf = ({ client }: AuthenticatedClient, { source }: Principal, actor: Actor | null): boolean =>
  (source.kind === 'client' && source.name === client) || actor?.client === client;

import { createHash } from 'node:crypto';
import { LINEAGE_CLAIM } from '../broker-token-claims.ts';
import type { BrokerTokenGrant } from '../configuration/documents.ts';
import type { Actor, Principal } from '../identity/principal.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import { accept, type Outcome, refuse } from '../outcome.ts';
import { renderTokenClaims } from '../policy/render-grant.ts';
import type { CompiledScope } from '../policy/scope.ts';
import type { TokenSigner } from '../ports.ts';
import { type EpochSeconds, epochSeconds, type Seconds, toEpochSeconds } from '../time.ts';
import type { Granter, GrantInput, Minted, PreparedGrant } from './grant.ts';

export interface BrokerTokenPorts {
  readonly issuer: string;
  readonly signer: TokenSigner;
}

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

/**
 * Broker tokens: JWT access tokens (RFC 9068) signed by this broker, `jti` the issuance's id. Nobody else mints, so there is no `started` record; the outcome is
 * recorded before the token leaves.
 */
export const brokerTokenGranter = (ports: BrokerTokenPorts): Granter => ({
  prepare: (input) => {
    const now = toEpochSeconds(input.now);
    const expires = expiry(input, now);
    if (!expires.ok) return expires;
    const claims = scopeClaims(input);
    if (!claims.ok) return claims;
    const { grant } = input.scopes[0].scope;
    if (grant.type !== 'broker-token') return refuse('grant_not_available_here');
    const payload = tokenClaims(ports.issuer, input, grant, { now, expires: expires.value, claims: claims.value });
    return accept(prepared(ports, payload, grant.audience, expires.value));
  },
});

function prepared(
  { signer }: BrokerTokenPorts,
  payload: JsonObject,
  audience: string,
  expires: EpochSeconds,
): PreparedGrant {
  const planned = { expires, audience };
  return {
    startsElsewhere: false,
    planned,
    mint: async (signal): Promise<Outcome<Minted>> => {
      const token = await signer.sign('at+jwt', payload, signal);
      const tokenSha256 = createHash('sha256').update(token).digest('hex');
      const secret = {
        kind: 'token',
        token,
        tokenType: 'Bearer',
        issuedTokenType: ACCESS_TOKEN,
        expires,
        scope: null,
      } as const;
      return accept({ credential: { ...planned, tokenType: 'at+jwt', tokenSha256 }, secret });
    },
  };
}

/** The shortest duration of the scopes; never past the end of a broker token that was the proof. A duration asked for is met or refused. */
function expiry({ scopes, requestedDuration, endsBy }: GrantInput, now: EpochSeconds): Outcome<EpochSeconds> {
  const most = Math.min(...scopes.map(durationOf));
  if (requestedDuration !== null && (requestedDuration < 1 || requestedDuration > most)) {
    return refuse('duration_out_of_range', { detail: `duration must be 1 to ${most} seconds.` });
  }
  const expires = epochSeconds(now + (requestedDuration ?? most));
  if (endsBy === null || expires <= endsBy) return accept(expires);
  return requestedDuration === null && endsBy > now
    ? accept(epochSeconds(Math.floor(endsBy)))
    : refuse('proof_ends_too_soon');
}

const durationOf = ({ scope: { grant } }: CompiledScope): Seconds | number =>
  grant.type === 'broker-token' ? grant.duration : Number.NaN;

/** The further claims of all scopes; two that disagree cannot be in one token. */
function scopeClaims({ scopes, lookup }: GrantInput): Outcome<JsonObject> {
  const claims: Record<string, JsonValue> = Object.create(null);
  for (const scope of scopes) {
    const rendered = renderTokenClaims(scope, lookup);
    if (!rendered.ok) return rendered;
    for (const [name, value] of Object.entries(rendered.value)) {
      if (name in claims && JSON.stringify(claims[name]) !== JSON.stringify(value))
        return refuse('scopes_incompatible');
      claims[name] = value;
    }
  }
  return accept(claims);
}

interface TokenTimesAndClaims {
  readonly now: EpochSeconds;
  readonly expires: EpochSeconds;
  readonly claims: JsonObject;
}

/** RFC 9068 section 2.2. The standard claims come last, so that none of the scope's can stand in their place. */
function tokenClaims(
  issuer: string,
  input: GrantInput,
  grant: BrokerTokenGrant,
  more: TokenTimesAndClaims,
): JsonObject {
  const { principal, actor, client, scopes, issuance } = input;
  const act = actClaim(principal, actor);
  return {
    ...more.claims,
    iss: issuer,
    sub: subjectOf(principal),
    aud: grant.audience,
    client_id: client?.client ?? `connection:${principal.source.name}`,
    iat: more.now,
    nbf: more.now,
    exp: more.expires,
    jti: issuance,
    scope: scopes.map(({ scope }) => scope.scope).join(' '),
    ...(act === undefined ? {} : { act }),
    [LINEAGE_CLAIM]: lineageClaim(input),
  };
}

/** `<connection>:<subject>` or `client:<name>`. A broker token's subject is one already and stays what it is through a chain of exchanges. */
export function subjectOf({ source, subject }: Pick<Principal, 'source' | 'subject'>): string {
  if (source.kind === 'client') return `client:${source.name}`;
  return source.name === 'broker' ? subject : `${source.name}:${subject}`;
}

/** RFC 8693 section 4.1: the actor outermost, who acted before it nested inside. */
export function actClaim(principal: Principal, actor: Actor | null): JsonValue | undefined {
  const before = principal.lineage?.act;
  if (actor === null) return before;
  const sub =
    actor.client === null
      ? subjectOf({ source: { kind: 'connection', name: actor.connection ?? '' }, subject: actor.subject })
      : `client:${actor.client}`;
  return before === undefined ? { sub } : { sub, act: before };
}

/** What the token came of, for revocation and for the cap on chains. Both proofs' broker tokens count. */
function lineageClaim({ principal, actor, proof }: GrantInput): JsonObject {
  const parents = [...(principal.lineage?.tokenIds ?? []), ...(actor?.lineage?.tokenIds ?? [])];
  const exchanges =
    proof === null ? 0 : Math.max(principal.lineage?.exchanges ?? 0, actor?.lineage?.exchanges ?? 0) + 1;
  return { parents: [...new Set(parents)], exchanges };
}

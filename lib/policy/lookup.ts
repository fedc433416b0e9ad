import type { Actor, AuthenticatedClient, Claims, Principal } from '../identity/principal.ts';
import { type EpochSeconds, type Seconds, toRfc3339 } from '../time.ts';
import { actorClaim, subjectClaim } from './condition-keys.ts';
import { type KeyLookup, type KeyValue, Unavailable } from './decision.ts';

/**
 * What a decision is taken on. Nothing in it comes from the caller's word but what a proof or the gateway vouches for.
 */
export interface DecisionInput {
  readonly principal: Principal;
  /** The client that authenticated in this request, in whatever role. */
  readonly client: AuthenticatedClient | null;
  readonly actor: Actor | null;
  readonly request: {
    /** API Gateway's own word, never a header's. */
    readonly sourceIp: string;
    readonly time: EpochSeconds;
    /** What the grant will last: what was asked for, else its default. null: somebody else decides. */
    readonly duration: Seconds | null;
  };
}

/**
 * Looks up condition keys for rules and for the templates of a grant. `request.time` is RFC 3339 text in UTC with whole
 * seconds, `request.duration` seconds. `client` is always one that authenticated here. An unknown key has no value.
 */
export function decisionLookup({ principal, client, actor, request }: DecisionInput): KeyLookup {
  return (key) => {
    const claim = subjectClaim(key);
    if (claim !== null) return claimValue(principal.claims, claim);
    const ofActor = actorClaim(key);
    if (ofActor !== null) return actor === null ? undefined : claimValue(actor.claims, ofActor);
    switch (key) {
      case 'principal':
        return principal.name;
      case 'connection':
        return principal.source.kind === 'connection' ? principal.source.name : undefined;
      case 'client':
        return client?.client ?? (principal.source.kind === 'client' ? principal.source.name : undefined);
      case 'actor.connection':
        return actor?.connection ?? undefined;
      case 'actor.client':
        return actor?.client ?? undefined;
      case 'request.sourceIp':
        return request.sourceIp;
      case 'request.time':
        return toRfc3339(request.time);
      case 'request.duration':
        return request.duration ?? undefined;
      default:
        return undefined;
    }
  };
}

/**
 * Looks up the keys that a connection's `require` and `principal` may name, before there is a principal: its claims and
 * `connection`.
 */
export function claimsLookup(claims: Claims, connection: string): KeyLookup {
  return (key) => {
    const claim = subjectClaim(key);
    if (claim !== null) return claimValue(claims, claim);
    return key === 'connection' ? connection : undefined;
  };
}

function claimValue(claims: Claims, name: string): KeyValue {
  const reason = claims.unavailable.get(name) ?? (claims.values.has(name) ? undefined : claims.otherwise);
  return reason === undefined ? claims.values.get(name) : new Unavailable(reason);
}

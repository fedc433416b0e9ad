import { LINEAGE_CLAIM, PROTOCOL_CLAIMS } from '../../broker-token-claims.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json.ts';
import { accept, type Outcome, refuse } from '../../outcome.ts';
import { isSameResource } from '../../resource-indicator.ts';
import type { ParsedJwt } from '../oidc/jwt.ts';
import { publicText } from '../oidc/public-text.ts';
import type { Actor, Ceiling, Claims, DeclaredJwtType, Lineage, Principal, ProofEvidence } from '../principal.ts';
import { type BrokerToken, type BrokerTokenContext, verifyBrokerToken } from './verify-broker-token.ts';

/** At most so many exchanges may follow one another (contract section 3). */
const MOST_EXCHANGES = 3;

/** The client that authenticated, where it is audiences of its own. */
export interface Server {
  readonly client: string;
  readonly audiences: readonly string[];
}

/** `server`: whoever presents the token, where what was sent to it is a proof; absent: it is none. */
export interface PresentedContext extends BrokerTokenContext {
  readonly server?: Server;
}

/**
 * The principal that a broker token names when it is a proof here: its origin, as if that had come itself, with `sub`
 * and the claims that the token carries; every other claim counts as withheld. Only a token whose audience is the
 * issuer itself is one, so that a resource server cannot turn a token it was sent into another; or the audience is
 * `server`, which an operator said may. `declared` is the caller's `subject_token_type`: an access token is no ID
 * token.
 */
export async function brokerPrincipal(
  jwt: ParsedJwt,
  declared: DeclaredJwtType,
  context: PresentedContext,
): Promise<Outcome<Principal>> {
  const verified = await verifyBrokerToken(jwt, context);
  return verified.ok ? principalOfToken(verified.value, declared, context) : verified;
}

/**
 * Whom a broker token names that was verified. Beside `brokerPrincipal` it is for rehearsals, which hand nothing out
 * (`lib/rehearsal/`).
 */
export function principalOfToken(
  token: Omit<BrokerToken, 'clientId' | 'scopes' | 'issuedAt'>,
  declared: DeclaredJwtType,
  { issuer, server }: Pick<PresentedContext, 'issuer' | 'server'>,
): Outcome<Principal> {
  const sentTo = server?.audiences.some((audience) => isSameResource(audience, token.audience)) ? server.client : null;
  if (token.audience !== issuer && sentTo === null) {
    const or = server === undefined ? '' : ' or one that the client is';
    const came = publicText(token.audience);
    const detail = `A broker token is a proof here only with the audience ${issuer}${or}; it has: ${came}.`;
    return refuse('audience_mismatch', { detail });
  }
  if (declared === 'id_token') return refuse('type_mismatch', { detail: 'An ID token was declared; typ is at+jwt.' });
  if (token.exchanges >= MOST_EXCHANGES) return refuse('exchange_chain_too_long');
  const principal = readPrincipal(token, issuer);
  if (principal !== null) return accept(sentTo === null ? principal : withServer(principal, sentTo));
  // What a token came of it says only where it may be a proof: that was not so yet when this one was issued.
  return refuse('claims_invalid', sentTo === null ? {} : { detail: OLDER });
}

const OLDER = 'The token does not say what it came of: it was issued before a client was this audience. Get a new one.';

const withServer = (principal: Principal, sentTo: string): Principal =>
  principal.lineage === null ? principal : { ...principal, lineage: { ...principal.lineage, sentTo } };

/** null where the token is not one that this broker makes. */
function readPrincipal(token: Parameters<typeof principalOfToken>[0], issuer: string): Principal | null {
  const { tokenId, sha256, expires } = token;
  const proof: ProofEvidence = { kind: 'broker', issuer, tokenId, sha256, expires };
  const identity = readIdentity(token.subject);
  const origin = readOrigin(token.claims[LINEAGE_CLAIM]);
  const actors = readActors(token.act, proof);
  if (identity === null || origin === null || actors === null) return null;
  const lineage: Lineage = {
    tokenIds: [tokenId, ...token.parents],
    exchanges: token.exchanges,
    expires,
    issuer: origin.issuer,
    actors,
    presenters: origin.presenters,
    ...(token.through.length === 0 ? {} : { through: token.through }),
    boundTo: token.boundTo,
    scopes: [...new Set([...scopesOf(token.claims), ...token.scopesBefore])],
    ...(origin.ceilings.length === 0 ? {} : { ceilings: origin.ceilings }),
    token: {
      subject: token.subject,
      claims: { values: tokenClaims(token.claims), unavailable: new Map() },
    },
  };
  return {
    ...identity,
    name: origin.principal,
    claims: originClaims(identity.subject, token.claims),
    proof,
    reuse: null,
    // Who acted before is part of who this is.
    record: ['act'],
    mayAct: token.claims['may_act'],
    lineage,
  };
}

/** What the token says, and `scopes`: one by one what `scope` has in one text. */
const tokenClaims = (claims: JsonObject): Claims['values'] =>
  new Map<string, JsonValue>([...Object.entries(claims), ['scopes', scopesOf(claims)]]);

const scopesOf = ({ scope }: JsonObject): readonly string[] => (typeof scope === 'string' ? scope.split(' ') : []);

type Identity = Pick<Principal, 'source' | 'subject'>;

/** `<connection>:<subject>` or `client:<name>`: no name of a connection has a colon, and none is called `client`. */
function readIdentity(text: string): Identity | null {
  const colon = text.indexOf(':');
  const [name, subject] = [text.slice(0, colon), text.slice(colon + 1)];
  if (colon < 1 || subject === '') return null;
  return name === 'client'
    ? { source: { kind: 'client', name: subject }, subject }
    : { source: { kind: 'connection', name }, subject };
}

/** `sub` is the origin's own; what the protocol says of the token says nothing of its origin. */
function originClaims(subject: string, claims: JsonObject): Claims {
  const carried = Object.entries(claims).filter(([name]) => !PROTOCOL_CLAIMS.has(name) && name !== LINEAGE_CLAIM);
  return { values: new Map([...carried, ['sub', subject]]), unavailable: new Map(), otherwise: 'claim_withheld' };
}

interface Origin {
  readonly principal: string;
  readonly issuer: string | null;
  readonly presenters: readonly string[];
  readonly ceilings: readonly Ceiling[];
}

/**
 * null also for a token that an earlier version made, which did not say these: what it lost on its way (who presented
 * it, whom `may_act` named) nobody can know, so that it is no proof.
 */
function readOrigin(lineage: JsonValue | undefined): Origin | null {
  if (!isJsonObject(lineage)) return null;
  const { principal, issuer, presenters = [], ceilings = [] } = lineage;
  if (typeof principal !== 'string' || (typeof issuer !== 'string' && issuer !== null)) return null;
  if (!Array.isArray(presenters) || !presenters.every((each) => typeof each === 'string')) return null;
  if (!Array.isArray(ceilings) || !ceilings.every(isCeiling)) return null;
  return { principal, issuer, presenters, ceilings };
}

const isCeiling = (value: unknown): value is Ceiling => {
  const { scopes, resources } = Object(value);
  return [scopes, resources].every((texts) => texts === null || (Array.isArray(texts) && texts.every(isText)));
};

const isText = (value: unknown): value is string => typeof value === 'string';

/**
 * `act` and those nested in it, outermost first. Their proofs were others; this token vouches for who they are, and for
 * no claim.
 */
function readActors(act: JsonValue | undefined, proof: ProofEvidence): readonly Actor[] | null {
  if (act === undefined) return [];
  if (!isJsonObject(act) || typeof act['sub'] !== 'string') return null;
  const identity = readIdentity(act['sub']);
  const before = readActors(act['act'], proof);
  if (identity === null || before === null) return null;
  const { source, subject } = identity;
  const actor: Actor = {
    via: 'act',
    connection: source.kind === 'connection' ? source.name : null,
    client: source.kind === 'client' ? source.name : null,
    subject,
    name: act['sub'],
    claims: { values: new Map([['sub', subject]]), unavailable: new Map(), otherwise: 'claim_withheld' },
    proof,
    reuse: null,
    lineage: null,
  };
  return [actor, ...before];
}

import { createHash } from 'node:crypto';
import { LINEAGE_CLAIM } from '../../broker-token-claims.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json.ts';
import { accept, type Outcome, refuse } from '../../outcome.ts';
import type { OwnKeys } from '../../ports/keys.ts';
import type { Revocations } from '../../ports/revocations.ts';
import { marksOfToken } from '../../revocation/marks.ts';
import { type EpochSeconds, epochMilliseconds, seconds } from '../../time.ts';
import { type ParsedJwt, tokenType } from '../oidc/jwt.ts';
import { publicText } from '../oidc/public-text.ts';
import { verifySignature } from '../oidc/signature.ts';
import { checkTimes } from '../oidc/times.ts';

/** A broker token whose signature, type and times hold, and that is not revoked (RFC 9068 section 4). */
export interface BrokerToken {
  readonly subject: string;
  readonly audience: string;
  readonly clientId: string;
  /** The issuance's id. */
  readonly tokenId: string;
  readonly scopes: readonly string[];
  readonly expires: EpochSeconds;
  readonly issuedAt: EpochSeconds;
  readonly act: JsonValue | undefined;
  /** Ids of the broker tokens that it came of, nearest first. */
  readonly parents: readonly string[];
  /** The clients that authenticated on the way and did not act. */
  readonly presenters: readonly string[];
  /** The public clients that it came through. */
  readonly through: readonly string[];
  /** The scopes of the broker tokens that it came of. */
  readonly scopesBefore: readonly string[];
  /** How many exchanges led to it. */
  readonly exchanges: number;
  /** Thumbprint of the key that it is bound to, `cnf.jkt` (RFC 9449 section 6.1); null: none. */
  readonly boundTo: string | null;
  readonly claims: JsonObject;
  readonly sha256: string;
}

export interface BrokerTokenContext {
  readonly issuer: string;
  readonly ownKeys: OwnKeys;
  readonly revocations: Revocations;
  readonly now: EpochSeconds;
  readonly signal: AbortSignal;
}

/**
 * Instances' clocks differ by a little: a token that another one has just signed is not from the future. Its end has no
 * tolerance.
 */
const SKEW = seconds(2);

/**
 * Verifies a token of this broker's own: `iss` is its issuer, `typ` at+jwt, signed by a published key, neither expired
 * (no tolerance) nor revoked, nor any token that it came of. Throws `Fault` where keys or revocations cannot be read.
 * RFC 9068 section 4.
 */
export async function verifyBrokerToken(jwt: ParsedJwt, context: BrokerTokenContext): Promise<Outcome<BrokerToken>> {
  if (jwt.unverified['iss'] !== context.issuer) return refuse('issuer_unknown');
  const keys = await context.ownKeys.find(jwt.header.kid, context.signal);
  const signature = await verifySignature(jwt, keys, ['ES256', 'EdDSA', 'RS256']);
  if (!signature.ok) return signature;
  const type = tokenType(jwt.header);
  if (type !== 'at+jwt') return refuse('type_mismatch', { detail: `typ must be at+jwt; it is ${publicText(type)}.` });
  const times = checkTimes(jwt.unverified, { now: context.now, tolerance: SKEW, maxAge: null });
  if (!times.ok) return times;
  const { expires, issuedAt } = times.value;
  if (context.now >= expires) {
    const detail = `The token has expired: exp is ${expires}; the clock here says ${context.now} and there is no tolerance.`;
    return refuse('expired', { detail });
  }
  const token = readClaims(jwt, expires, issuedAt);
  if (token === null) return refuse('claims_invalid');
  return (await isEnded(token, context)) ? refuse('revoked') : accept(token);
}

/** By itself, with a token that it came of, or with all that was issued to, by, through or under a name. */
async function isEnded(token: BrokerToken, { revocations, signal }: BrokerTokenContext): Promise<boolean> {
  const [revoked, standing] = await Promise.all([
    revocations.anyRevoked([token.tokenId, ...token.parents], signal),
    revocations.standing(signal),
  ]);
  return revoked || standing.ended(marksOfToken(token), epochMilliseconds(token.issuedAt * 1000)) !== null;
}

function readClaims(jwt: ParsedJwt, expires: EpochSeconds, issuedAt: EpochSeconds | null): BrokerToken | null {
  const { sub, aud, client_id: clientId, jti, scope, act } = jwt.unverified;
  if (typeof sub !== 'string' || typeof aud !== 'string' || typeof clientId !== 'string') return null;
  if (typeof jti !== 'string' || typeof scope !== 'string' || issuedAt === null) return null;
  const lineage = readLineage(jwt.unverified[LINEAGE_CLAIM]);
  if (lineage === null) return null;
  return {
    subject: sub,
    audience: aud,
    clientId,
    tokenId: jti,
    scopes: scope.split(' '),
    expires,
    issuedAt,
    act,
    boundTo: keyOf(jwt.unverified),
    ...lineage,
    claims: jwt.unverified,
    sha256: createHash('sha256').update(jwt.compact).digest('hex'),
  };
}

function keyOf({ cnf }: JsonObject): string | null {
  return isJsonObject(cnf) && typeof cnf['jkt'] === 'string' ? cnf['jkt'] : null;
}

type TokenLineage = Pick<BrokerToken, 'parents' | 'exchanges' | 'presenters' | 'through' | 'scopesBefore'>;

function readLineage(value: JsonValue | undefined): TokenLineage | null {
  if (!isJsonObject(value)) return null;
  const { parents, exchanges, presenters = [], through = [], scopes: scopesBefore = [] } = value;
  if (!areTexts(parents) || !areTexts(presenters) || !areTexts(through) || !areTexts(scopesBefore)) return null;
  if (typeof exchanges !== 'number' || !Number.isInteger(exchanges) || exchanges < 0) return null;
  return { parents, exchanges, presenters, through, scopesBefore };
}

const areTexts = (value: JsonValue | undefined): value is readonly string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');

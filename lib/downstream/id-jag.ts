/**
 * A token by way of an ID-JAG (draft-ietf-oauth-identity-assertion-authz-grant, of April 2026): the identity provider
 * exchanges the caller's own ID token for an assertion that is for one other server, which redeems it.
 */
import { createHash } from 'node:crypto';
import { isName, type ParsedJwt, parseJwt, tokenType } from '../identity/oidc/jwt.ts';
import { ID_JAG, TOKEN_TYPE } from '../oauth-urns.ts';
import { accept, type Outcome, refuse } from '../outcome.ts';
import { type Reason, refusalEntry } from '../refusals/registry.ts';
import { isSameResource } from '../resource-indicator.ts';
import { END_OF_TIME, epochSeconds, seconds, toEpochSeconds } from '../time.ts';
import type { DownstreamPorts } from './downstream-ports.ts';
import type {
  DownstreamRequest,
  DownstreamToken,
  ForwardedProof,
  IdJagEvidence,
  IdJagGrant,
  StepGrant,
} from './downstream-request.ts';
import { fetchToken, type SharedCircuits } from './fetch-token.ts';
import { readHeldSecrets } from './held-secrets.ts';
import { hostTagOf } from './host-tag.ts';
import { isScope } from './provider-response.ts';

type IdJagRequest = DownstreamRequest<IdJagGrant>;

/** What an ID-JAG says, as far as it is read here: its signature is for the server that redeems it. */
interface IdJag {
  readonly proof: ForwardedProof;
  readonly evidence: IdJagEvidence;
  /** The scope that it is for; null: it does not say. */
  readonly scope: string | null;
}

/** Where the answer does not say how long an ID-JAG lives: its own `exp` does. */
const ASSUMED_LIFETIME = seconds(300);

/**
 * Asks both servers, each with a client and secrets of its own, each request held against circuits of its own. Refuses
 * as `fetchToken` does, with which of the two steps it was, and where the ID-JAG is not for this client at that server
 * (`provider_answer_invalid`, `provider_token_type`) or for more than was asked (`provider_scope_wider`).
 */
export async function tokenByIdJag(
  ports: DownstreamPorts,
  shared: SharedCircuits,
  request: IdJagRequest,
  signal: AbortSignal,
): Promise<Outcome<DownstreamToken>> {
  const step = async (name: string, of: DownstreamRequest<StepGrant>) => {
    const held = await readHeldSecrets(ports.secrets, of.grant, 'cached', signal);
    const named = { ...shared, name: `${shared.name} ${name}` };
    return held.ok ? fetchToken(ports, named, of, held.value, signal) : held;
  };
  const given = await step('exchange', exchangeOf(request));
  if (!given.ok) return ofStep('Getting the ID-JAG', given);
  const idJag = readIdJag(given.value, request, toEpochSeconds(ports.clock.now()));
  if (!idJag.ok) return ofStep('Getting the ID-JAG', idJag);
  const token = await step('redemption', redemptionOf(request, idJag.value));
  if (!token.ok) return ofStep('Redeeming the ID-JAG', token);
  const versions = [given.value, token.value].flatMap(({ secretVersion }) => secretVersion ?? []);
  const secretVersion = versions.length === 0 ? null : versions.join(' ');
  // What was asked for at the second step (RFC 6749 section 5.1).
  const scope = token.value.scope ?? idJag.value.scope;
  return accept({ ...token.value, scope, secretVersion, idJag: idJag.value.evidence });
}

/** Both servers have the same reasons: the caller is told at which of them it was. */
function ofStep(step: string, { refusal }: Extract<Outcome<unknown>, { ok: false }>): Outcome<never> {
  const { says } = refusalEntry(refusal.reason);
  return { ok: false, refusal: { ...refusal, detail: `${step}: ${refusal.detail ?? says}` } };
}

/** Section 4.3: a token exchange of the ID token, for which nothing but an ID-JAG is an answer. */
function exchangeOf(request: IdJagRequest): DownstreamRequest<StepGrant> {
  const { identityProvider, ...grant } = request.grant;
  const { tokenEndpoint, allowPrivateAddress, client } = identityProvider;
  return {
    ...request,
    grant: {
      ...{ ...grant, provider: 'token-exchange', tokenEndpoint, allowPrivateAddress, client },
      tokenResponse: { scopeSeparator: ' ', bearerTypes: [] },
      expiresIn: ASSUMED_LIFETIME,
      ...{ forward: 'proof', assertionAudience: null, requestedTokenType: ID_JAG.tokenType },
    },
  };
}

/** Section 4.4: what the ID-JAG is for, and no more, as the client that it names. */
function redemptionOf(request: IdJagRequest, { proof, scope }: IdJag): DownstreamRequest<StepGrant> {
  const { identityProvider: _, ...grant } = request.grant;
  // Both servers may be one, which takes an assertion of the broker's once.
  const issuance = `${request.issuance}.redemption`;
  return { ...request, issuance, grant: { ...grant, provider: 'redemption' }, proof, scope };
}

type Claims = ParsedJwt['unverified'];
type Check = readonly [claim: string, reason: Reason, holds: (claims: Claims, asked: Asked) => boolean];

interface Asked {
  readonly request: IdJagRequest;
  /** Seconds since the epoch. */
  readonly now: number;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/**
 * Section 3.1, as far as the client that relays it has to know: whom it is by and for, and that it is for no more than
 * was asked. What the IdP may leave out says nothing.
 */
const CHECKS: readonly Check[] = [
  ['iss', 'provider_answer_invalid', ({ iss }, { request }) => isText(iss) && iss === request.proof?.issuer],
  ['sub', 'provider_answer_invalid', ({ sub }) => isName(sub)],
  ['aud', 'provider_answer_invalid', ({ aud }, { request }) => isOnly(aud, request.audience)],
  ['client_id', 'provider_answer_invalid', (claims, { request }) => claims['client_id'] === clientOf(request)],
  // It goes into records.
  ['jti', 'provider_answer_invalid', ({ jti }) => isName(jti)],
  ['iat', 'provider_answer_invalid', ({ iat }) => typeof iat === 'number'],
  ['exp', 'provider_answer_invalid', ({ exp }, { now }) => typeof exp === 'number' && exp > now && exp < END_OF_TIME],
  ['scope', 'provider_scope_wider', ({ scope }, { request }) => scope === undefined || isWithin(scope, request.scope)],
  ['resource', 'provider_scope_wider', ({ resource }, { request }) => isFor(resource, request.grant.resource)],
  // Neither was asked for: what nobody asked for is more.
  ['authorization_details', 'provider_scope_wider', (claims) => isNone(claims['authorization_details'])],
  ['cnf', 'provider_token_type', ({ cnf }) => cnf === undefined],
];

const clientOf = ({ grant }: IdJagRequest): string => grant.client.clientId;

/** That value, or a list of it alone. */
const isOnly = (claim: unknown, value: string | null): boolean => {
  const [only, ...others] = [claim].flat();
  return isText(only) && only === value && others.length === 0;
};

const isNone = (claim: unknown): boolean => claim === undefined || (Array.isArray(claim) && claim.length === 0);

const isWithin = (scope: unknown, asked: string | null): boolean =>
  isScope(scope) && (asked === null || scope.split(' ').every((each) => asked.split(' ').includes(each)));

const isFor = (resource: unknown, asked: string | null): boolean =>
  resource === undefined ||
  [resource].flat().every((each) => isText(each) && (asked === null || isSameResource(each, asked)));

function readIdJag(given: DownstreamToken, request: IdJagRequest, now: number): Outcome<IdJag> {
  const host = hostTagOf(request.grant.identityProvider.tokenEndpoint);
  const wrong = (reason: Reason, claim: string) =>
    refuse(reason, { detail: `its ${claim} is not what this scope needs.`, log: { host, problem: `ID-JAG ${claim}` } });
  const jwt = parseJwt(given.token);
  if (!jwt.ok) return wrong('provider_answer_invalid', 'form');
  const { header, unverified: claims } = jwt.value;
  if (tokenType(header) !== 'oauth-id-jag+jwt') return wrong('provider_token_type', 'typ');
  if (header.alg.toLowerCase() === 'none') return wrong('provider_token_type', 'alg');
  const missed = CHECKS.find(([, , holds]) => !holds(claims, { request, now }));
  if (missed !== undefined) return wrong(missed[1], missed[0]);
  const { iss, jti, exp, scope } = claims;
  const sha256 = createHash('sha256').update(given.token).digest('hex');
  const expires = epochSeconds(Math.floor(Number(exp)));
  return accept({
    proof: { token: given.token, tokenType: TOKEN_TYPE.jwt, sha256, expires, issuer: String(iss) },
    evidence: { issuer: String(iss), tokenId: String(jti), sha256, expires },
    scope: typeof scope === 'string' ? scope : (given.scope ?? request.scope),
  });
}

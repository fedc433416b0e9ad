import type { OauthTokenGrant, TokenResponse } from '../configuration/documents/oauth-token-grant.ts';
import type { JsonObject } from '../json.ts';
import { SCOPE_LIST } from '../oauth-scope.ts';
import { TOKEN_TYPE } from '../oauth-urns.ts';
import { accept, type Outcome, refuse } from '../outcome.ts';
import { END_OF_TIME, type EpochSeconds, epochSeconds } from '../time.ts';
import type { DownstreamRequest, DownstreamToken, StepGrant } from './downstream-request.ts';
import { providerError, type ReadAnswer } from './provider-error.ts';

const LONGEST_TOKEN = 20_000;
/** RFC 6749 appendix A.12 without the blank, which no Authorization header could carry. */
const TOKEN = /^[\x21-\x7e]+$/;
/** RFC 6749 section 3.3, and the commas of those who separate by them. */
const LONGEST_SCOPE = 4_096;

/** A list of scopes that may go into a record. */
export const isScope = (value: unknown): value is string =>
  typeof value === 'string' && SCOPE_LIST.test(value) && value.length <= LONGEST_SCOPE;

/** What is known beside the answer itself. */
export interface Asked {
  readonly request: DownstreamRequest<StepGrant>;
  readonly host: string;
  /** Whether the grant was signed with a secret key, so that `invalid_grant` may mean the key. */
  readonly signed: 'by-key' | 'not';
  /** When it was asked for: the life of the token begins no earlier. */
  readonly at: EpochSeconds;
  readonly secretVersion: string | null;
}

/**
 * Checks a token response (RFC 6749 section 5.1, RFC 8693 section 2.2.1): a token that can be handed on, a type that
 * needs nothing else of the caller, an end, and no more than was asked for. Refuses with the reasons of
 * `providerError`, `provider_answer_invalid`, `provider_answer_too_large`, `provider_token_type`, `provider_no_expiry`,
 * `provider_scope_wider`.
 */
export function readProviderResponse(answer: ReadAnswer, asked: Asked): Outcome<DownstreamToken> {
  const { json, status } = answer;
  const { host, request } = asked;
  const isSuccess = status === 200;
  const said = json !== null && (json['error'] !== undefined || json['ok'] === false);
  if (said && isSuccess && json['access_token'] !== undefined) return invalid(asked, 'both a token and an error');
  if (said || status >= 400) return providerError(answer, host, asked.signed);
  if (!isSuccess) return invalid(asked, `status ${status}`);
  if (json === null) return invalid(asked, 'not strict JSON');
  const { access_token: token } = json;
  if (typeof token !== 'string' || !TOKEN.test(token)) return invalid(asked, 'access_token');
  if (token.length > LONGEST_TOKEN) return refuse('provider_answer_too_large', { log: { host, problem: 'token' } });
  const type = readType(json, asked);
  if (!type.ok) return type;
  const end = readEnd(json, asked);
  if (!end.ok) return end;
  const scope = readScope(json, asked, request.grant.tokenResponse);
  if (!scope.ok) return scope;
  const { secretVersion } = asked;
  return accept({ token, ...type.value, ...end.value, scope: scope.value, repositories: null, secretVersion });
}

const invalid = ({ host }: Asked, problem: string) => refuse('provider_answer_invalid', { log: { host, problem } });

/** Bearer; or, in an exchange for something that is no access token, N_A (RFC 8693 section 2.2.1). */
function readType(
  json: JsonObject,
  { request: { grant }, host }: Asked,
): Outcome<Pick<DownstreamToken, 'tokenType' | 'issuedTokenType'>> {
  const { token_type: type, issued_token_type: issued } = json;
  const wrong = (problem: string) => refuse('provider_token_type', { log: { host, problem } });
  const isBearer = typeof type === 'string' && grant.tokenResponse.bearerTypes.includes(type.toLowerCase());
  if (grant.provider !== 'token-exchange') {
    return isBearer ? accept({ tokenType: 'Bearer', issuedTokenType: null }) : wrong('token_type');
  }
  const wanted = issuedTypes(grant);
  if (typeof issued !== 'string' || !wanted.includes(issued)) return wrong('issued_token_type');
  if (isBearer) return accept({ tokenType: 'Bearer', issuedTokenType: issued });
  const isAccessToken = wanted.includes(TOKEN_TYPE.access_token);
  return type === 'N_A' && !isAccessToken ? accept({ tokenType: 'N_A', issuedTokenType: issued }) : wrong('token_type');
}

/** A JWT may be called either, where an access token was asked for (RFC 8693 section 3). */
function issuedTypes({ requestedTokenType }: Extract<OauthTokenGrant, { provider: 'token-exchange' }>): string[] {
  const wanted = requestedTokenType ?? TOKEN_TYPE.access_token;
  return wanted === TOKEN_TYPE.access_token ? [wanted, TOKEN_TYPE.jwt] : [wanted];
}

/** `expires_in`, else the grant's own word for a server that never says. */
function readEnd(
  json: JsonObject,
  { request: { grant }, host, at }: Asked,
): Outcome<Pick<DownstreamToken, 'expires' | 'expiresAssumed'>> {
  const given = lifeOf(json['expires_in']);
  const expiresAssumed = given === undefined && grant.expiresIn !== undefined;
  const life = expiresAssumed ? grant.expiresIn : given;
  if (typeof life !== 'number' || !Number.isInteger(life) || life < 1 || at + life > END_OF_TIME) {
    return refuse('provider_no_expiry', { log: { host, problem: given === undefined ? 'missing' : 'not a length' } });
  }
  return accept({ expires: epochSeconds(at + life), expiresAssumed });
}

/** Some write the number as text (Entra ID before version 2.0), and null where they say nothing. */
const lifeOf = (given: unknown): unknown =>
  typeof given === 'string' && /^[0-9]{1,12}$/.test(given) ? Number(given) : (given ?? undefined);

/**
 * Never more than was asked for. Where the grant asks for nothing by name, what the server gives is what it was
 * configured to.
 */
function readScope(json: JsonObject, asked: Asked, { scopeSeparator }: TokenResponse): Outcome<string | null> {
  const { scope: given } = json;
  // An empty one says nothing (RFC 6749 section 3.3 has none).
  if (given === undefined || given === null || given === '') return accept(null);
  const text =
    typeof given === 'string'
      ? given
          .split(scopeSeparator)
          .map((each) => each.trim())
          .join(' ')
      : '';
  if (!isScope(text)) return invalid(asked, 'scope');
  const wanted = asked.request.scope?.split(' ') ?? null;
  const wider = wanted !== null && !text.split(' ').every((each) => wanted.includes(each));
  return wider ? refuse('provider_scope_wider', { log: { host: asked.host } }) : accept(text);
}

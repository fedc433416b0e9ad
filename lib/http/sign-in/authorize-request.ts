import { accept, allOf, type Outcome, refuse } from '../../outcome.ts';
import type { DecisionForm } from '../../sign-in/decide-sign-in.ts';
import { isCodeChallenge } from '../../sign-in/pkce.ts';
import { isSecret } from '../../sign-in/secret.ts';
import type { AuthorizationRequest, ResponseMode } from '../../sign-in/sign-ins.ts';
import { readForm } from '../form.ts';
import type { HttpRequest } from '../http-request.ts';
import { refuseOtherNarrowing } from '../narrowing-parameters.ts';
import { readScopesOrResource } from '../oauth/scope-parameter.ts';
import { readTargets } from '../oauth/target-parameters.ts';
import { givenOnce, invalidParameter, missingParameter, type Parameters, repeatedParameter } from '../parameters.ts';
import type { RouteRequest } from '../route.ts';

/** Who would get the answer; nothing else is looked at before the two are trusted (RFC 6749 section 4.1.2.1). */
interface RedirectParameters {
  readonly query: Parameters;
  readonly client: string;
  readonly redirectUri: string;
}

interface AuthorizeParameters {
  /** null: the person is to choose. */
  readonly connection: string | null;
  readonly authorization: AuthorizationRequest;
}

const FORM = { maxBytes: 8 * 1024 };
const MAX_STATE = 2_048;
/** RFC 8707 section 2: more than one may be named. */
const TARGETS = ['resource', 'audience'] as const;

/** Reads the part of an authorization request that says where its answer goes. */
export function readRedirect({ query }: RouteRequest): Outcome<RedirectParameters> {
  const twice = ['client_id', 'redirect_uri', 'state'].find((name) => query.all(name).length > 1);
  if (twice !== undefined) return repeatedParameter(twice);
  const client = query.one('client_id');
  const redirectUri = query.one('redirect_uri');
  if (client === null) return missingParameter('client_id');
  if (redirectUri === null) return missingParameter('redirect_uri');
  return accept({ query, client, redirectUri });
}

/** Passed back as it came, also with errors; null: none, or too long to carry. */
export function readState(query: Parameters): string | null {
  const state = query.one('state');
  return state !== null && state.length <= MAX_STATE ? state : null;
}

/** How answers come back: `query` unless the program says `fragment`. Another word is refused by `readAuthorize`. */
export const readResponseMode = (query: Parameters): ResponseMode =>
  query.one('response_mode') === 'fragment' ? 'fragment' : 'query';

/** Reads the rest (RFC 6749 section 4.1.1, RFC 7636 section 4.3): its refusals go to the redirect URI. */
export function readAuthorize({ query, client, redirectUri }: RedirectParameters): Outcome<AuthorizeParameters> {
  const usable = allOf(givenOnce(query, TARGETS), refuseOtherNarrowing(query, ['scope', ...TARGETS]));
  if (!usable.ok) return usable;
  const responseType = query.one('response_type');
  if (responseType === null) return missingParameter('response_type');
  if (responseType !== 'code') return refuse('response_type_unsupported');
  const responseMode = readResponseMode(query);
  if ((query.one('response_mode') ?? 'query') !== responseMode) {
    return invalidParameter('response_mode must be query or fragment.');
  }
  if (query.has('request') || query.has('request_uri')) return invalidParameter('Request objects are not accepted.');
  if ((query.one('state')?.length ?? 0) > MAX_STATE)
    return invalidParameter(`state has at most ${MAX_STATE} characters.`);
  const codeChallenge = query.one('code_challenge');
  if (codeChallenge === null || query.one('code_challenge_method') !== 'S256' || !isCodeChallenge(codeChallenge)) {
    return refuse('code_challenge_missing');
  }
  const asked = allOf(readScopesOrResource(query), readTargets(query));
  if (!asked.ok) return asked;
  const [scopes, targets] = asked.value;
  const connection = query.one('connection');
  const state = readState(query);
  const authorization = { client, redirectUri, responseMode, scopes, targets, state, codeChallenge };
  return accept({ connection, authorization });
}

/** Reads what the consent page posts. */
export function readDecision(request: HttpRequest, browser: string | null): Outcome<DecisionForm> {
  const form = readForm(request, FORM);
  if (!form.ok) return form;
  const requestId = form.value.one('sign_in');
  const secret = form.value.one('secret');
  const decision = form.value.one('decision');
  if (requestId === null) return missingParameter('sign_in');
  if (secret === null || !isSecret(secret)) return missingParameter('secret');
  if (decision !== 'allow' && decision !== 'deny') return missingParameter('decision');
  return accept({ requestId, secret, decision, browser });
}

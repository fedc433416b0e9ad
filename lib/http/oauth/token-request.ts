import type { IssuanceRequest } from '../../issue.ts';
import { accept, allOf, type Outcome, refuse } from '../../outcome.ts';
import { readDpop } from '../dpop-header.ts';
import { readForm } from '../form.ts';
import type { HttpRequest } from '../http-request.ts';
import { callerOf, readDuration, readIntent } from '../issuance-parameters.ts';
import { readNarrowing } from '../narrowing.ts';
import { refuseNarrowingInQuery, refuseOtherNarrowing } from '../narrowing-parameters.ts';
import { invalidParameter, missingParameter, type Parameters } from '../parameters.ts';
import type { Handling, RouteRequest } from '../route.ts';
import { readClientAuthentication } from './endpoint-authentication.ts';
import { GRANT_TYPES } from './grant-types/all-grant-types.ts';
import type { OauthGrantType, Presented } from './grant-types/grant-type.ts';
import { oauthError } from './oauth-error.ts';
import { readTargets } from './target-parameters.ts';

/** What a request asks for, beside who asks and for which scopes. */
export type Asked = Omit<IssuanceRequest, 'proofs' | 'scopes'>;

export interface TokenRequest {
  readonly grantType: OauthGrantType;
  readonly presented: Presented;
  readonly asked: Asked;
  /** RFC 8693 section 2.1; one that the grant answers to, or the issuance is refused. null: not asked for. */
  readonly requestedTokenType: string | null;
  /** Whether `authorization_details` came, which the answer has too then (RFC 9396 section 7). */
  readonly isInDetail: boolean;
}

/** A SAML response of 100 KB is 134 KB of base64; form encoding may triple it. */
const FORM = { maxBytes: 512 * 1024, repeatable: ['audience', 'resource'] };

const UNDERSTOOD = [
  ...(['scope', 'resource', 'audience', 'requested_token_type', 'duration'] as const),
  ...(['policy', 'authorization_details'] as const),
] as const;

/**
 * Parses a request of the token endpoint (contract section 3). In this order, the first refusal being the answer: the
 * form (RFC 6749 section 3.2); its grant type, whose codes every later refusal has (`refuseAs`); no other proof, and no
 * actor where there is none; how the client authenticates (RFC 6749 section 2.3); the proof and the scopes, as the
 * grant type has them; `intent`, `duration`, the targets (RFC 8693 section 2.1, RFC 8707 section 2) and what narrows
 * (RFC 9396); nothing else that asks for less.
 */
export function readTokenRequest(request: RouteRequest, refuseAs: Handling['refuseAs']): Outcome<TokenRequest> {
  const form = readForm(request, FORM);
  const typed = form.ok ? readGrantType(form.value) : form;
  if (!typed.ok) return typed;
  const { form: parameters, grantType } = typed.value;
  refuseAs(oauthError(grantType.badProof));
  const read = allOf(
    checkProofs(parameters, grantType),
    readPresented(request, parameters, grantType),
    readAsked(request, parameters, grantType),
    refuseOtherNarrowing(parameters, UNDERSTOOD),
    refuseNarrowingInQuery(request.query),
  );
  if (!read.ok) return read;
  const [, presented, asked] = read.value;
  const requestedTokenType = parameters.one('requested_token_type');
  const isInDetail = parameters.one('authorization_details') !== null;
  return accept({ grantType, presented, asked, requestedTokenType, isInDetail });
}

function readGrantType(form: Parameters): Outcome<{ readonly form: Parameters; readonly grantType: OauthGrantType }> {
  const name = form.one('grant_type');
  if (name === null) return missingParameter('grant_type');
  const grantType = GRANT_TYPES.get(name);
  if (grantType !== undefined) return accept({ form, grantType });
  const detail = `grant_type must be one of: ${[...GRANT_TYPES.keys()].join(', ')}.`;
  return refuse('grant_type_unsupported', { detail });
}

/**
 * Exactly one proof a request (in client credentials that is the client's own), an actor's and the client's own
 * beside it (contract section 1): none is left out in silence.
 */
function checkProofs(form: Parameters, { proof, actor }: OauthGrantType): Outcome<null> {
  const proofs = ['subject_token', 'assertion', 'code', 'device_code'].filter((name) => form.one(name) !== null);
  if (proofs.length > (proof === null ? 0 : 1)) return refuse('several_proofs');
  if (actor === 'refuse' && (form.one('actor_token') !== null || form.one('actor_token_type') !== null)) {
    return invalidParameter('actor_token goes with a token exchange only.');
  }
  return accept(null);
}

function readPresented(request: HttpRequest, form: Parameters, grantType: OauthGrantType): Outcome<Presented> {
  const client = readClientAuthentication(request, form);
  const presented = client.ok ? grantType.read(form, client.value) : client;
  if (!presented.ok) return presented;
  if (presented.value.kind !== 'proofs') return accept({ ...presented.value, ...readDpop(request, null) });
  const { proofs } = presented.value;
  return accept({ ...presented.value, proofs: { ...proofs, ...readDpop(request, null) } });
}

function readAsked(request: HttpRequest, form: Parameters, { answer }: OauthGrantType): Outcome<Asked> {
  const duration = readDuration(form.one('duration'), 'duration');
  const read = allOf(readIntent(form.one('intent')), duration, readTargets(form), readNarrowing(form));
  if (!read.ok) return read;
  const [intent, requestedDuration, names, narrowing] = read.value;
  return accept({
    requestedDuration,
    intent,
    narrowing,
    route: answer === 'exchange' ? 'token-exchange' : 'token',
    target: { names, tokenType: form.one('requested_token_type'), principalArn: null },
    caller: callerOf(request),
  });
}

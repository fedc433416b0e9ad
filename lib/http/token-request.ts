import type { Grant } from '../configuration/documents.ts';
import type { ClientProof } from '../identity/principal.ts';
import type { PresentedProofs } from '../issuance/authenticate.ts';
import type { IssuanceRequest } from '../issue.ts';
import { accept, type Outcome, refuse } from '../outcome.ts';
import type { PresentedCode } from '../sign-in/redeem.ts';
import { readClientProof } from './client-authentication.ts';
import { readDuration, readIntent } from './credentials-request.ts';
import type { OauthContext } from './oauth-error.ts';
import { Parameters, sayable } from './parameters.ts';
import { type HttpRequest, readFormBody } from './request.ts';
import { CODE_TYPE, readCode } from './token-code.ts';
import { grantTypeUri, readTokenProof } from './token-proof.ts';
import { readTargets, refuseTarget } from './token-target.ts';

/** A SAML response of 100 KB is 134 KB of base64; form encoding may triple it. */
const FORM_BYTES = 512 * 1024;
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/;
const MOST_SCOPES = 20;
const QUERY_PROOFS = [
  'subject_token',
  'actor_token',
  'assertion',
  'client_secret',
  'client_assertion',
  'code',
  'code_verifier',
];

/** The grant types of the token endpoint that a use case issues by; the authorization code has one of its own. */
export type IssuingGrantType = 'client-credentials' | 'token-exchange' | 'jwt-bearer' | 'saml2-bearer';

export interface TokenRequest {
  readonly grantType: IssuingGrantType;
  /** RFC 8693 section 2.1; one that the grant answers to, or the issuance is refused. null: not asked for. */
  readonly requestedTokenType: string | null;
  readonly issuance: IssuanceRequest;
}

/** What a request asks for, beside who asks and for which scopes. */
type Asked = Omit<IssuanceRequest, 'proofs' | 'scopes'>;

/** An authorization code, by its own grant type or as the subject of a token exchange: its scopes stand with the code. */
export interface CodeRequest {
  readonly grantType: 'authorization-code' | 'token-exchange';
  readonly requestedTokenType: string | null;
  readonly presented: PresentedCode;
  readonly asked: Asked;
}

/** Reads the form of `POST /oauth2/token`: nothing from the query, no parameter twice but `audience` and `resource` (RFC 8693 section 2.1). */
export function readTokenForm(request: HttpRequest): Outcome<Parameters> {
  const query = Parameters.parse(request.rawQuery);
  if (query.ok && QUERY_PROOFS.some((name) => query.value.has(name))) return refuse('proof_in_query');
  const body = readFormBody(request, FORM_BYTES);
  if (!body.ok) return body;
  const form = Parameters.parse(body.value);
  if (!form.ok) return form;
  const repeated = form.value.repeated(['audience', 'resource']);
  if (repeated === null) return form;
  return refuse('parameter_repeated', sayable(repeated) ? { detail: `${repeated} is given more than once.` } : {});
}

/** Parses a request of the token endpoint (contract section 3; RFC 6749 section 4.4, RFC 8693, RFC 7523, RFC 7522, RFC 6749 section 4.1.3). */
export function readTokenRequest(request: HttpRequest): Outcome<TokenRequest | CodeRequest> {
  const read = readTokenForm(request);
  if (!read.ok) return read;
  const form = read.value;
  const client = readClientProof(request, form);
  if (!client.ok) return client;
  const grantType = form.one('grant_type');
  if (proofsIn(form) > (grantType === 'client_credentials' ? 0 : 1)) return refuse('several_proofs');
  if (hasActor(form) && grantType !== grantTypeUri('token-exchange')) {
    return refuse('parameter_invalid', { detail: 'actor_token goes with a token exchange only.' });
  }
  switch (grantType) {
    case null:
      return refuse('parameter_missing', { detail: 'grant_type is required.' });
    case 'authorization_code':
      return readByCode(request, form, 'authorization-code', client.value);
    case 'client_credentials':
      return readIssuance(request, form, 'client-credentials', clientSubject(client.value));
    case grantTypeUri('token-exchange'):
      return form.one('subject_token_type') === CODE_TYPE
        ? readByCode(request, form, 'token-exchange', client.value)
        : readIssuance(request, form, 'token-exchange', readTokenProof(form, client.value));
    case grantTypeUri('jwt-bearer'):
      return readIssuance(request, form, 'jwt-bearer', assertion(form, client.value, 'jwt'));
    case grantTypeUri('saml2-bearer'):
      return readIssuance(request, form, 'saml2-bearer', assertion(form, client.value, 'saml'));
    default:
      return refuse('grant_type_unsupported');
  }
}

/** Exactly one proof a request (in client credentials that is the client's own), an actor's and the client's own beside it (contract section 1): none is left out in silence. */
const proofsIn = (form: Parameters): number =>
  ['subject_token', 'assertion', 'code'].filter((name) => form.one(name) !== null).length;

/** Of an actor that went unnoticed, a rule for requests without one would decide. */
const hasActor = (form: Parameters): boolean =>
  form.one('actor_token') !== null || form.one('actor_token_type') !== null;

/** Which codes a refusal of this request has, from its grant type alone. */
export function oauthContext(request: HttpRequest): OauthContext {
  const form = readTokenForm(request);
  switch (form.ok ? form.value.one('grant_type') : null) {
    case grantTypeUri('token-exchange'):
      return 'exchange';
    case grantTypeUri('jwt-bearer'):
    case grantTypeUri('saml2-bearer'):
      return 'assertion';
    case 'authorization_code':
      return 'code';
    default:
      return 'other';
  }
}

function clientSubject(client: ClientProof | null): Outcome<PresentedProofs> {
  if (client === null) return refuse('client_authentication_missing');
  return accept({ subject: 'client', actor: null, client, publicClients: 'refuse' });
}

function assertion(form: Parameters, client: ClientProof | null, kind: 'jwt' | 'saml'): Outcome<PresentedProofs> {
  const text = form.one('assertion');
  if (text === null) return refuse('parameter_missing', { detail: 'assertion is required.' });
  const subject =
    kind === 'jwt'
      ? ({ kind, token: text, declared: 'jwt' } as const)
      : ({ kind, document: text, at: { kind: 'endpoint' } } as const);
  return accept({ subject, actor: null, client, publicClients: 'refuse' });
}

function readIssuance(
  request: HttpRequest,
  form: Parameters,
  grantType: IssuingGrantType,
  proofs: Outcome<PresentedProofs>,
): Outcome<TokenRequest> {
  if (!proofs.ok) return proofs;
  const scopes = readScopes(form.one('scope'));
  if (!scopes.ok) return scopes;
  const asked = readAsked(request, form, grantType);
  if (!asked.ok) return asked;
  const issuance: IssuanceRequest = { ...asked.value, proofs: proofs.value, scopes: scopes.value };
  return accept({ grantType, requestedTokenType: form.one('requested_token_type'), issuance });
}

/** `scope` may be left out: the person has allowed it. */
function readByCode(
  request: HttpRequest,
  form: Parameters,
  grantType: CodeRequest['grantType'],
  client: ClientProof | null,
): Outcome<CodeRequest> {
  if (hasActor(form)) {
    return refuse('parameter_invalid', { detail: 'A person who signs in has no actor: actor_token is not accepted.' });
  }
  const scopes = form.one('scope') === null ? accept(null) : readScopes(form.one('scope'));
  if (!scopes.ok) return scopes;
  const name = grantType === 'token-exchange' ? 'subject_token' : 'code';
  const presented = readCode(form, client, name, scopes.value);
  if (!presented.ok) return presented;
  const asked = readAsked(request, form, grantType);
  if (!asked.ok) return asked;
  const requestedTokenType = form.one('requested_token_type');
  return accept({ grantType, requestedTokenType, presented: presented.value, asked: asked.value });
}

function readAsked(
  request: HttpRequest,
  form: Parameters,
  grantType: IssuingGrantType | 'authorization-code',
): Outcome<Asked> {
  const intent = readIntent(form.one('intent'));
  if (!intent.ok) return intent;
  const duration = readDuration(form.one('duration'), 'duration');
  if (!duration.ok) return duration;
  const targets = readTargets(form);
  if (!targets.ok) return targets;
  const requestedTokenType = form.one('requested_token_type');
  const { id, sourceIp, userAgent } = request;
  return accept({
    requestedDuration: duration.value,
    intent: intent.value,
    narrowing: null,
    grants: grantsOf(grantType),
    refuseTarget: (scope) => refuseTarget(scope, targets.value, requestedTokenType),
    caller: { id, sourceIp, userAgent },
  });
}

/** An AWS session comes by token exchange only (contract section 3). */
function grantsOf(grantType: IssuingGrantType | 'authorization-code'): readonly Grant['type'][] {
  return grantType === 'token-exchange'
    ? ['broker-token', 'oauth-token', 'aws-session', 'aws-federated']
    : ['broker-token', 'oauth-token'];
}

/** RFC 6749 section 3.3: space-delimited, order without meaning; a name given twice counts once. */
export function readScopes(text: string | null): Outcome<readonly string[]> {
  if (text === null) return refuse('scope_missing');
  if (!SCOPE.test(text)) return refuse('not_allowed');
  const scopes = [...new Set(text.split(' '))];
  return scopes.length > MOST_SCOPES ? refuse('scopes_incompatible') : accept(scopes);
}

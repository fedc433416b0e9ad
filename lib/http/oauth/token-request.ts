import type { ClientProof } from '../../identity/principal.ts';
import type { PresentedProofs } from '../../issuance/authenticate.ts';
import type { IssuanceRequest } from '../../issue.ts';
import { accept, type Outcome, refuse } from '../../outcome.ts';
import type { PresentedCode } from '../../sign-in/redeem.ts';
import type { HttpRequest } from '../http-request.ts';
import type { Parameters } from '../parameters.ts';
import { CODE_TYPE, readCode } from './authorization-code.ts';
import { readClientProof } from './endpoint-authentication.ts';
import { readScopes } from './scope-parameter.ts';
import { grantTypeUri, readTokenProof } from './subject-token.ts';
import { type Asked, type IssuingGrantType, readAsked } from './token-asked.ts';
import { readGrantForm } from './token-request-form.ts';

export interface TokenRequest {
  readonly grantType: IssuingGrantType;
  /** RFC 8693 section 2.1; one that the grant answers to, or the issuance is refused. null: not asked for. */
  readonly requestedTokenType: string | null;
  readonly issuance: IssuanceRequest;
}

/** An authorization code, by its own grant type or as the subject of a token exchange: its scopes stand with the code. */
export interface CodeRequest {
  readonly grantType: 'authorization-code' | 'token-exchange';
  readonly requestedTokenType: string | null;
  readonly presented: PresentedCode;
  readonly asked: Asked;
}

/** Parses a request of the token endpoint (contract section 3; RFC 6749 section 4.4, RFC 8693, RFC 7523, RFC 7522, RFC 6749 section 4.1.3). */
export function readTokenRequest(request: HttpRequest): Outcome<TokenRequest | CodeRequest> {
  const read = readGrantForm(request);
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

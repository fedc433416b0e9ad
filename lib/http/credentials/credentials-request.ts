import type { ClientProof, Proof } from '../../identity/principal.ts';
import type { PresentedProofs } from '../../issuance/authenticate.ts';
import type { IssuanceRequest } from '../../issue.ts';
import { accept, type Outcome, refuse } from '../../outcome.ts';
import { type Seconds, seconds } from '../../time.ts';
import { readBasic } from '../basic.ts';
import { type HttpRequest, readFormBody } from '../http-request.ts';
import { readTokenProof } from '../oauth/subject-token.ts';
import { Parameters, readWholeSeconds, sayable } from '../parameters.ts';

const FORM_BYTES = 256 * 1024;
/** No control character, no line or paragraph separator, and none that turns the direction of what a ledger shows beside it. */
const INTENT = /^[^\p{Cc}\p{Cs}\u2028\u2029\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]{1,256}$/u;
/** Parameters that carry a proof, which no query string may. */
export const OAUTH_PROOFS = [
  'subject_token',
  'actor_token',
  'assertion',
  'client_secret',
  'client_assertion',
  'access_token',
] as const;

/** Parses `GET or POST /v1/credentials/{scope}` (contract section 3). Exactly one proof; never one in the query string. */
export function readCredentialsRequest(request: HttpRequest): Outcome<IssuanceRequest> {
  const query = Parameters.parse(request.rawQuery);
  if (!query.ok) return query;
  const form = readForm(request);
  if (!form.ok) return form;
  if (OAUTH_PROOFS.some((name) => query.value.has(name))) return refuse('proof_in_query');
  const repeated = repeatedParameter(query.value, form.value);
  if (repeated !== null)
    return refuse('parameter_repeated', sayable(repeated) ? { detail: `${repeated} is given more than once.` } : {});
  const proofs = readProofs(request, form.value);
  if (!proofs.ok) return proofs;
  const intent = readIntent(query.value.one('intent') ?? form.value.one('intent'));
  if (!intent.ok) return intent;
  const duration = readDuration(query.value.one('duration') ?? form.value.one('duration'), 'duration');
  if (!duration.ok) return duration;
  const scope = request.parameters['scope'] ?? '';
  return accept({
    proofs: proofs.value,
    scopes: [scope],
    requestedDuration: duration.value,
    intent: intent.value,
    narrowing: null,
    grants: ['aws-session', 'aws-federated'],
    refuseTarget: () => null,
    caller: { id: request.id, sourceIp: request.sourceIp, userAgent: request.userAgent },
  });
}

function readForm(request: HttpRequest): Outcome<Parameters> {
  if (request.method !== 'POST' || request.body.byteLength === 0) return Parameters.parse('');
  const body = readFormBody(request, FORM_BYTES);
  return body.ok ? Parameters.parse(body.value) : body;
}

function repeatedParameter(query: Parameters, form: Parameters): string | null {
  return query.repeated() ?? form.repeated() ?? query.names().find((name) => form.has(name)) ?? null;
}

function readProofs(request: HttpRequest, form: Parameters): Outcome<PresentedProofs> {
  const authorization = request.headers['authorization']?.trim() ?? '';
  const [first, ...others] = OAUTH_PROOFS.filter((name) => form.one(name) !== null);
  // Left out in silence, an actor would be hidden from the rules, and a second proof from the record.
  if (others.length > 0 || (authorization !== '' && first !== undefined)) return refuse('several_proofs');
  if (first === 'subject_token') return readSubjectToken(form);
  if (first !== undefined) return refuse('proof_type_unsupported');
  if (authorization === '') return refuse('proof_missing');
  return readAuthorization(authorization);
}

const subjectOnly = (subject: Proof): Outcome<PresentedProofs> =>
  accept({ subject, actor: null, client: null, publicClients: 'refuse' });

/** A bare JWT, `Bearer <JWT>` or `Basic`. Headers that came twice are joined by a comma, which none of them has. */
function readAuthorization(authorization: string): Outcome<PresentedProofs> {
  if (authorization.includes(',')) return refuse('several_proofs');
  const [scheme = '', credentials, ...rest] = authorization.split(/ +/);
  if (credentials === undefined) return subjectOnly({ kind: 'jwt', token: scheme, declared: 'jwt' });
  if (rest.length > 0) return refuse('proof_type_unsupported');
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return subjectOnly({ kind: 'jwt', token: credentials, declared: 'jwt' });
    case 'basic':
      return clientOnly(readBasic(credentials));
    default:
      return refuse('proof_type_unsupported');
  }
}

function clientOnly(client: Outcome<ClientProof>): Outcome<PresentedProofs> {
  if (!client.ok) return client;
  return accept({ subject: 'client', actor: null, client: client.value, publicClients: 'refuse' });
}

/** The kinds of proof that a form may carry here; SAML has routes of its own. */
function readSubjectToken(form: Parameters): Outcome<PresentedProofs> {
  const proofs = readTokenProof(form, null);
  return proofs.ok && isSaml(proofs.value) ? refuse('proof_type_unsupported') : proofs;
}

const isSaml = ({ subject }: PresentedProofs): boolean => subject !== 'client' && subject.kind === 'saml';

/** `intent`: why, up to 256 printable characters; recorded. Nothing but blanks says nothing. */
export function readIntent(text: string | null): Outcome<string | null> {
  if (text === null || /^ *$/.test(text)) return accept(null);
  if (INTENT.test(text)) return accept(text);
  return refuse('parameter_invalid', { detail: 'intent is up to 256 printable characters.' });
}

/** A duration in whole seconds; its range is the grant's business. */
export function readDuration(text: string | null, name: string): Outcome<Seconds | null> {
  if (text === null) return accept(null);
  const value = readWholeSeconds(text);
  if (value === null) return refuse('duration_out_of_range', { detail: `${name} is a whole number of seconds.` });
  return accept(seconds(value));
}

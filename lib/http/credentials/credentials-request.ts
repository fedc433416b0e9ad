import type { ClientProof, Proof } from '../../identity/principal.ts';
import type { PresentedProofs } from '../../issuance/authenticate.ts';
import type { IssuanceRequest } from '../../issue.ts';
import { accept, allOf, type Outcome, refuse } from '../../outcome.ts';
import { readBasic } from '../basic.ts';
import { readDpop } from '../dpop-header.ts';
import { readForm } from '../form.ts';
import type { HttpRequest } from '../http-request.ts';
import { callerOf, readDuration, readIntent } from '../issuance-parameters.ts';
import { readNarrowing } from '../narrowing.ts';
import { refuseOtherNarrowing } from '../narrowing-parameters.ts';
import { readSubjectAndActor } from '../oauth/subject-token.ts';
import { readTargets } from '../oauth/target-parameters.ts';
import { givenOnce, invalidParameter, Parameters } from '../parameters.ts';
import type { RouteRequest } from '../route.ts';

const FORM = { maxBytes: 256 * 1024 };

/** Parameters of OAuth that carry a proof. */
const PROOFS = [
  'subject_token',
  'actor_token',
  'assertion',
  'client_secret',
  'client_assertion',
  'access_token',
] as const;

/** What asks for less, and has a meaning here. */
const UNDERSTOOD = [
  ...(['scope', 'resource', 'audience', 'requested_token_type', 'duration'] as const),
  ...(['policy', 'authorization_details'] as const),
] as const;

/**
 * Parses `GET or POST /v1/credentials/{scope}` (contract section 3). In this order, the first refusal being the
 * answer: the form; no parameter twice, in query and form together; exactly one proof; `intent`, `duration`, the
 * targets and what narrows; nothing else that asks for less, in the query or in the form.
 */
export function readCredentialsRequest(request: RouteRequest): Outcome<IssuanceRequest> {
  const form = readOptionalForm(request);
  if (!form.ok) return form;
  const once = givenOnce(request.query.and(form.value));
  if (!once.ok) return once;
  const { value: parameters } = once;
  const scope = request.pathParameters['scope'] ?? '';
  const read = allOf(
    readProofs(request, form.value),
    readIntent(parameters.one('intent')),
    readDuration(parameters.one('duration'), 'duration'),
    readTargets(parameters),
    sameScope(parameters.one('scope'), scope),
    readNarrowing(parameters),
    refuseOtherNarrowing(parameters, UNDERSTOOD),
    readPurpose(parameters.one('purpose')),
  );
  if (!read.ok) return read;
  const [proofs, intent, requestedDuration, names, , narrowing, , purpose] = read.value;
  return accept({
    proofs,
    scopes: [scope],
    requestedDuration,
    intent,
    narrowing,
    route: 'credentials',
    target: { names, tokenType: parameters.one('requested_token_type'), principalArn: null },
    caller: { ...callerOf(request), ...(purpose === null ? {} : { purpose }) },
  });
}

/** Recorded, and nothing decides by it: a word, such as `console`. */
function readPurpose(text: string | null): Outcome<string | null> {
  if (text === null || /^[a-z][a-z0-9-]{0,31}$/.test(text)) return accept(text);
  return invalidParameter('purpose is a word of a-z, 0-9 and -, up to 32 characters.');
}

function readOptionalForm(request: HttpRequest): Outcome<Parameters> {
  if (request.method !== 'POST' || request.body.byteLength === 0) return Parameters.parse('');
  return readForm(request, FORM);
}

/** The path names the scope; another one beside it would be ignored. */
const sameScope = (given: string | null, scope: string): Outcome<null> =>
  given === null || given === scope ? accept(null) : invalidParameter('scope is not that of the path.');

/**
 * The proof is the header, or `subject_token`; beside the latter stand who acts, as `actor_token`, and a client, as
 * `Basic`. Nothing is left out in silence: an actor would be hidden from the rules, and a second proof from the record.
 */
function readProofs(request: HttpRequest, form: Parameters): Outcome<PresentedProofs> {
  const proofs = readPresentedProofs(request, form);
  if (!proofs.ok) return proofs;
  const isInHeader = form.one('subject_token') === null && proofs.value.subject !== 'client';
  if (!isInHeader) return accept({ ...proofs.value, ...readDpop(request, null) });
  const [scheme = '', token = null] = (request.headers['authorization'] ?? '').trim().split(/ +/);
  // A bound token is no bearer token, whatever comes beside it (RFC 9449 section 7.2): its proof has its hash.
  if (scheme.toLowerCase() !== 'dpop') return proofs;
  const proof = readDpop(request, token);
  return proof.dpop === undefined ? refuse('dpop_proof_missing') : accept({ ...proofs.value, ...proof });
}

function readPresentedProofs(request: HttpRequest, form: Parameters): Outcome<PresentedProofs> {
  const authorization = request.headers['authorization']?.trim() ?? '';
  const given = PROOFS.filter((name) => form.one(name) !== null);
  const [other] = given.filter((name) => name !== 'subject_token' && name !== 'actor_token');
  if (form.one('subject_token') !== null) {
    if (other !== undefined) return refuse('several_proofs');
    return authorization === '' ? readSubjectToken(form, null) : readPresented(form, authorization);
  }
  if (authorization !== '') return given.length > 0 ? refuse('several_proofs') : readAuthorization(authorization);
  if (given.length > 1) return refuse('several_proofs');
  return given.length === 0
    ? refuse('proof_missing')
    : unsupported(`${other ?? 'actor_token'} is no proof here: send subject_token with subject_token_type.`);
}

/** A client that authenticates by `Basic` brings somebody's token. Any other header is a second proof. */
function readPresented(form: Parameters, authorization: string): Outcome<PresentedProofs> {
  const header = readAuthorization(authorization);
  if (!header.ok) return header;
  return header.value.subject === 'client' ? readSubjectToken(form, header.value.client) : refuse('several_proofs');
}

const unsupported = (detail: string) => refuse('proof_type_unsupported', { detail });

const subjectOnly = (subject: Proof): Outcome<PresentedProofs> =>
  accept({ subject, actor: null, client: null, publicClients: 'refuse' });

/**
 * A bare JWT, `Bearer <JWT>`, `DPoP <JWT>` or `Basic`. Headers that came twice are joined by a comma, which none of
 * them has.
 */
function readAuthorization(authorization: string): Outcome<PresentedProofs> {
  if (authorization.includes(',')) return refuse('several_proofs');
  const [scheme = '', credentials, ...rest] = authorization.split(/ +/);
  if (credentials === undefined) return subjectOnly({ kind: 'jwt', token: scheme, declared: 'jwt' });
  if (rest.length > 0) return unsupported('Authorization has one word after its scheme, and this has more.');
  switch (scheme.toLowerCase()) {
    case 'bearer':
    case 'dpop':
      return subjectOnly({ kind: 'jwt', token: credentials, declared: 'jwt' });
    case 'basic':
      return clientOnly(readBasic(credentials));
    default:
      return unsupported('Authorization must be a JWT, or Bearer, DPoP or Basic.');
  }
}

function clientOnly(client: Outcome<ClientProof>): Outcome<PresentedProofs> {
  if (!client.ok) return client;
  return accept({ subject: 'client', actor: null, client: client.value, publicClients: 'refuse' });
}

/** The kinds of proof that a form may carry here; SAML has routes of its own. */
function readSubjectToken(form: Parameters, client: ClientProof | null): Outcome<PresentedProofs> {
  const proofs = readSubjectAndActor(form, client);
  return proofs.ok && hasSaml(proofs.value)
    ? unsupported('A SAML document is no proof here: send it to /oauth2/token or /sts.')
    : proofs;
}

const hasSaml = ({ subject, actor }: PresentedProofs): boolean =>
  actor?.kind === 'saml' || (subject !== 'client' && subject.kind === 'saml');

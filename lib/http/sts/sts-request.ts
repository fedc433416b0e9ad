import type { Scope } from '../../configuration/documents.ts';
import type { Narrowing } from '../../credential/grant.ts';
import type { Proof } from '../../identity/principal.ts';
import type { IssuanceRequest } from '../../issue.ts';
import { accept, type Outcome, refuse } from '../../outcome.ts';
import { OAUTH_PROOFS, readDuration } from '../credentials/credentials-request.ts';
import { type HttpRequest, readFormBody } from '../http-request.ts';
import { Parameters, sayable } from '../parameters.ts';

/** A SAML assertion is at most 100,000 characters of base64, which a form may spell with three characters each. */
const FORM_BYTES = 384 * 1024;
const VERSION = '2011-06-15';
const ROLE_SESSION_NAME = /^[\w+=,.@-]{2,64}$/;
const BROKER_ROLE = /^arn:aws(?:-[a-z]+)*:broker:::scope\/(.+)$/;

const QUERY_PROOFS = ['WebIdentityToken', 'SAMLAssertion', ...OAUTH_PROOFS];

export type StsAction = 'AssumeRoleWithWebIdentity' | 'AssumeRoleWithSAML';

/** The proof of the other action: exactly one is accepted (contract section 1). */
const OTHER_PROOF = {
  AssumeRoleWithWebIdentity: 'SAMLAssertion',
  AssumeRoleWithSAML: 'WebIdentityToken',
} as const satisfies Record<StsAction, string>;

export interface StsRequest {
  readonly action: StsAction;
  /** As the caller sent it; the grant has compared it where it matters. */
  readonly principalArn: string | null;
  readonly issuance: IssuanceRequest;
}

/** Parses the query protocol of AWS STS (API version 2011-06-15) at `/sts` and `/sts/{scope}` (contract section 3). */
export function readStsRequest(request: HttpRequest): Outcome<StsRequest> {
  const query = Parameters.parse(request.rawQuery);
  if (!query.ok) return query;
  if (QUERY_PROOFS.some((name) => query.value.has(name))) return refuse('proof_in_query');
  const body = readFormBody(request, FORM_BYTES);
  if (!body.ok) return body;
  const parsed = Parameters.parse(body.value);
  if (!parsed.ok) return parsed;
  const form = parsed.value;
  const repeated = form.repeated();
  if (repeated !== null)
    return refuse('parameter_repeated', sayable(repeated) ? { detail: `${repeated} is given more than once.` } : {});
  const action = readAction(form);
  if (!action.ok) return action;
  if (form.one(OTHER_PROOF[action.value]) !== null || !isSignatureOrNothing(request)) return refuse('several_proofs');
  const issuance = readAssumeRole(request, form, action.value);
  if (!issuance.ok) return issuance;
  return accept({ action: action.value, principalArn: form.one('PrincipalArn'), issuance: issuance.value });
}

/** An SDK that has credentials may sign what needs no signature; anything else in the header is a proof beside the proof. */
function isSignatureOrNothing({ headers }: HttpRequest): boolean {
  const authorization = headers['authorization']?.trim() ?? '';
  return authorization === '' || authorization.startsWith('AWS4-HMAC-SHA256 ');
}

function readAction(form: Parameters): Outcome<StsAction> {
  const action = form.one('Action');
  if (action === null) return missing('Action');
  if ((form.one('Version') ?? VERSION) !== VERSION)
    return refuse('unknown_action', { detail: `Version must be ${VERSION}.` });
  return action === 'AssumeRoleWithWebIdentity' || action === 'AssumeRoleWithSAML'
    ? accept(action)
    : refuse('unknown_action');
}

function readAssumeRole(request: HttpRequest, form: Parameters, action: StsAction): Outcome<IssuanceRequest> {
  const role = form.one('RoleArn');
  if (role === null) return missing('RoleArn');
  const subject = action === 'AssumeRoleWithSAML' ? readSaml(form) : readWebIdentity(form);
  if (!subject.ok) return subject;
  const target = readTarget(role, request.parameters['scope'] ?? null, form.one('PrincipalArn'));
  if (!target.ok) return target;
  const duration = readDuration(form.one('DurationSeconds'), 'DurationSeconds');
  if (!duration.ok) return duration;
  const narrowing = readNarrowing(form);
  if (!narrowing.ok) return narrowing;
  const roleSessionName = form.one('RoleSessionName');
  return accept({
    proofs: { subject: subject.value, actor: null, client: null, publicClients: 'refuse' },
    scopes: [target.value.scope],
    requestedDuration: duration.value,
    intent: null,
    narrowing: narrowing.value,
    grants: ['aws-session', 'aws-federated'],
    refuseTarget: (scope) => (target.value.admits(scope) ? null : { reason: 'target_mismatch' }),
    caller: {
      id: request.id,
      sourceIp: request.sourceIp,
      userAgent: request.userAgent,
      ...(roleSessionName === null ? {} : { roleSessionName }),
    },
  });
}

/** One final newline, which token files end with, is trimmed here and nowhere else. */
function readWebIdentity(form: Parameters): Outcome<Proof> {
  const name = form.one('RoleSessionName');
  if (name === null) return missing('RoleSessionName');
  if (!ROLE_SESSION_NAME.test(name))
    return refuse('parameter_invalid', { detail: 'RoleSessionName is 2 to 64 characters of [A-Za-z0-9_+=,.@-].' });
  if (form.one('ProviderId') !== null)
    return refuse('parameter_invalid', {
      detail: 'ProviderId is for OAuth 2.0 access tokens, which are not accepted here.',
    });
  const token = form.one('WebIdentityToken');
  if (token === null) return missing('WebIdentityToken');
  return accept({ kind: 'jwt', token: token.replace(/\r?\n$/, ''), declared: 'jwt' });
}

function readSaml(form: Parameters): Outcome<Proof> {
  if (form.one('PrincipalArn') === null) return missing('PrincipalArn');
  const document = form.one('SAMLAssertion');
  if (document === null) return missing('SAMLAssertion');
  return accept({ kind: 'saml', document: document.replace(/\r?\n$/, ''), at: { kind: 'endpoint' } });
}

interface Target {
  readonly scope: string;
  admits(scope: Scope): boolean;
}

/**
 * `RoleArn` names the scope; at `/sts/{scope}` it may also be the real role of that grant. A scope in path and in RoleArn must agree. Where SAML goes on
 * to AWS, `PrincipalArn` must be the grant's.
 */
function readTarget(roleArn: string, pathScope: string | null, principalArn: string | null): Outcome<Target> {
  const named = BROKER_ROLE.exec(roleArn)?.[1];
  const scope = pathScope ?? named;
  if (scope === undefined)
    return refuse('target_mismatch', { detail: 'RoleArn must be arn:aws:broker:::scope/<scope>.' });
  if (named !== undefined && named !== scope)
    return refuse('target_mismatch', { detail: 'RoleArn names another scope than the path.' });
  const admits = ({ grant }: Scope) => {
    if (grant.type !== 'aws-session' && grant.type !== 'aws-federated') return true;
    if (grant.type === 'aws-federated' && grant.principalArn !== null && grant.principalArn !== principalArn)
      return false;
    return named !== undefined || grant.roleArn === roleArn;
  };
  return accept({ scope, admits });
}

/** The caller's own `Policy` and `PolicyArns.member.N.arn`, in order; null if there are none. */
function readNarrowing(form: Parameters): Outcome<Narrowing | null> {
  const policy = form.one('Policy');
  const members = form.names().filter((name) => name.startsWith('PolicyArns.'));
  if (policy === null && members.length === 0) return accept(null);
  const policyArns: string[] = [];
  for (let index = 1; index <= members.length; index += 1) {
    const arn = form.one(`PolicyArns.member.${index}.arn`);
    if (arn === null)
      return refuse('parameter_invalid', { detail: 'PolicyArns is PolicyArns.member.1.arn and so on.' });
    policyArns.push(arn);
  }
  return accept({ policy, policyArns });
}

const missing = (name: string) =>
  refuse('parameter_missing', { detail: `The request must contain the parameter ${name}.` });

import type { Narrowing } from '../../credential/grant.ts';
import type { Proof } from '../../identity/principal.ts';
import type { IssuanceRequest } from '../../issue.ts';
import { accept, allOf, type Outcome, refuse } from '../../outcome.ts';
import { readForm } from '../form.ts';
import type { HttpRequest } from '../http-request.ts';
import { callerOf, readDuration } from '../issuance-parameters.ts';
import { readPolicy } from '../narrowing.ts';
import { refuseNarrowingInQuery, refuseOtherNarrowing } from '../narrowing-parameters.ts';
import { invalidParameter, type Parameters } from '../parameters.ts';
import type { RouteRequest } from '../route.ts';

/** A SAML assertion is at most 100,000 characters of base64, which a form may spell with three characters each. */
const FORM = { maxBytes: 384 * 1024 };
const VERSION = '2011-06-15';
const ROLE_SESSION_NAME = /^[\w+=,.@-]{2,64}$/;
const BROKER_ROLE = /^arn:aws(?:-[a-z]+)*:broker:::scope\/(.+)$/;

/** What asks for less, and has a meaning here. */
const UNDERSTOOD = ['Policy', 'PolicyArns', 'DurationSeconds'] as const;

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

/**
 * Parses the query protocol of AWS STS (API version 2011-06-15) at `/sts` and `/sts/{scope}` (contract section 3). In
 * this order, the first refusal being the answer: the form; action and version; no second proof; the role; the proof
 * with what its action asks for beside it; the scope that the role names; duration; what narrows, and nothing else that
 * asks for less.
 */
export function readStsRequest(request: RouteRequest): Outcome<StsRequest> {
  const form = readForm(request, FORM);
  if (!form.ok) return form;
  const action = readAction(form.value);
  if (!action.ok) return action;
  if (form.value.one(OTHER_PROOF[action.value]) !== null || !isSignatureOrNothing(request)) {
    return refuse('several_proofs');
  }
  const issuance = readAssumeRole(request, form.value, action.value);
  if (!issuance.ok) return issuance;
  return accept({ action: action.value, principalArn: form.value.one('PrincipalArn'), issuance: issuance.value });
}

/**
 * An SDK that has credentials may sign what needs no signature; anything else in the header is a proof beside the
 * proof.
 */
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
    : refuse('unknown_action', { detail: 'Action must be AssumeRoleWithWebIdentity or AssumeRoleWithSAML.' });
}

function readAssumeRole(request: RouteRequest, form: Parameters, action: StsAction): Outcome<IssuanceRequest> {
  const role = form.one('RoleArn');
  if (role === null) return missing('RoleArn');
  const read = allOf(
    action === 'AssumeRoleWithSAML' ? readSaml(form) : readWebIdentity(form),
    readTarget(role, request.pathParameters['scope'] ?? null),
    readDuration(form.one('DurationSeconds'), 'DurationSeconds'),
    readNarrowing(form),
    refuseOtherNarrowing(form, UNDERSTOOD),
    refuseNarrowingInQuery(request.query),
  );
  if (!read.ok) return read;
  const [subject, target, requestedDuration, narrowing] = read.value;
  const roleSessionName = form.one('RoleSessionName');
  return accept({
    proofs: { subject, actor: null, client: null, publicClients: 'refuse' },
    scopes: [target.scope],
    requestedDuration,
    intent: null,
    narrowing,
    route: 'sts',
    target: { names: target.roleArns, tokenType: null, principalArn: form.one('PrincipalArn') ?? '' },
    caller: { ...callerOf(request), ...(roleSessionName === null ? {} : { roleSessionName }) },
  });
}

/** One final newline, which token files end with, is trimmed here and nowhere else. */
function readWebIdentity(form: Parameters): Outcome<Proof> {
  const name = form.one('RoleSessionName');
  if (name === null) return missing('RoleSessionName');
  if (!ROLE_SESSION_NAME.test(name))
    return invalidParameter('RoleSessionName is 2 to 64 characters of [A-Za-z0-9_+=,.@-].');
  if (form.one('ProviderId') !== null)
    return invalidParameter('ProviderId is for OAuth 2.0 access tokens, which are not accepted here.');
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
  /** The real role that the caller named, which must be the grant's; empty where it named the scope. */
  readonly roleArns: readonly string[];
}

/**
 * `RoleArn` names the scope; at `/sts/{scope}` it may also be the real role of that grant. A scope in path and in
 * RoleArn must agree.
 */
function readTarget(roleArn: string, pathScope: string | null): Outcome<Target> {
  const named = BROKER_ROLE.exec(roleArn)?.[1];
  const scope = pathScope ?? named;
  if (scope === undefined)
    return refuse('target_mismatch', { detail: 'RoleArn must be arn:aws:broker:::scope/<scope>.' });
  if (named !== undefined && named !== scope)
    return refuse('target_mismatch', { detail: 'RoleArn names another scope than the path.' });
  return accept({ scope, roleArns: named === undefined ? [roleArn] : [] });
}

/** The caller's own `Policy` and `PolicyArns.member.N.arn`, in order; null if there are none. */
function readNarrowing(form: Parameters): Outcome<Narrowing | null> {
  // AWS's own convention: one that came without a value was meant to say something.
  if (form.has('Policy') && form.one('Policy') === null) return invalidParameter('Policy has at least 1 character.');
  const policy = readPolicy(form.one('Policy'), 'Policy');
  if (!policy.ok) return policy;
  // SDKs write an empty list as its name without a value.
  const members = form.names().filter((name) => name.split('.')[0] === 'PolicyArns' && name !== 'PolicyArns');
  if (form.one('PolicyArns') !== null) return invalidParameter('PolicyArns is PolicyArns.member.1.arn and so on.');
  if (policy.value === null && members.length === 0) return accept(null);
  const policyArns: string[] = [];
  for (let index = 1; index <= members.length; index += 1) {
    const arn = form.one(`PolicyArns.member.${index}.arn`);
    if (arn === null) return invalidParameter('PolicyArns is PolicyArns.member.1.arn and so on.');
    policyArns.push(arn);
  }
  return accept({ policy: policy.value, policyArns, parameters: {} });
}

const missing = (name: string) =>
  refuse('parameter_missing', { detail: `The request must contain the parameter ${name}.` });

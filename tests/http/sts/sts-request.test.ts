import { describe, expect, it } from '@jest/globals';
import { readStsRequest } from '../../../lib/http/sts/sts-request.ts';
import { checkTarget } from '../../../lib/issuance/asked-target.ts';
import { loadScope } from '../../../lib/policy/scope.ts';
import { seconds } from '../../../lib/time.ts';
import { aFormPost, FORM } from '../../fakes/http.ts';
import { aScope } from '../../fakes/world.ts';

const good = {
  Action: 'AssumeRoleWithWebIdentity',
  Version: '2011-06-15',
  RoleArn: 'arn:aws:broker:::scope/deploy-web',
  RoleSessionName: 'botocore-session-1',
  WebIdentityToken: 'eyJh.eyJp.c2ln',
};
const realRole = 'arn:aws:iam::111122223333:role/token-broker/deploy-web';

const read = (form: Record<string, string>, scope?: string) =>
  readStsRequest(
    aFormPost(form, {
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
      parameters: scope === undefined ? {} : { scope },
    }),
  );

function target(form: Record<string, string>, scope?: string, scopeWith = aScope()) {
  const request = read(form, scope);
  if (!request.ok) return request.refusal.reason;
  const checked = checkTarget(loadScope(scopeWith).grant, request.value.issuance.target);
  return checked.ok ? 'admitted' : checked.refusal.reason;
}

describe('reading /sts', () => {
  it('takes the scope from RoleArn and records RoleSessionName', () => {
    expect(read(good)).toMatchObject({
      ok: true,
      value: {
        action: 'AssumeRoleWithWebIdentity',
        issuance: { scopes: ['deploy-web'], narrowing: null, caller: { roleSessionName: 'botocore-session-1' } },
      },
    });
  });

  it.each(['\n', '\r\n'])('trims one final newline of a token, and one only', (newline) => {
    const once = read({ ...good, WebIdentityToken: `a.b.c${newline}` });
    expect(once).toMatchObject({ value: { issuance: { proofs: { subject: { token: 'a.b.c' } } } } });
    const twice = read({ ...good, WebIdentityToken: `a.b.c\n${newline}` });
    expect(twice).toMatchObject({ value: { issuance: { proofs: { subject: { token: 'a.b.c\n' } } } } });
  });

  it('passes on what narrows, in order', () => {
    const arns = {
      'PolicyArns.member.1.arn': 'arn:aws:iam::aws:policy/A',
      'PolicyArns.member.2.arn': 'arn:aws:iam::aws:policy/B',
    };
    expect(read({ ...good, Policy: '{}', ...arns, DurationSeconds: '900' })).toMatchObject({
      value: {
        issuance: {
          requestedDuration: seconds(900),
          narrowing: { policy: {}, policyArns: ['arn:aws:iam::aws:policy/A', 'arn:aws:iam::aws:policy/B'] },
        },
      },
    });
  });

  it('takes an empty list of ARNs as SDKs write it', () => {
    expect(read({ ...good, PolicyArns: '' })).toMatchObject({ ok: true, value: { issuance: { narrowing: null } } });
  });

  it.each([
    ['the scope of the path', good, 'deploy-web', 'admitted'],
    ['the real role of the grant, under its path', { ...good, RoleArn: realRole }, 'deploy-web', 'admitted'],
    ['another real role', { ...good, RoleArn: `${realRole}-admin` }, 'deploy-web', 'target_mismatch'],
    [
      'another scope than the path',
      { ...good, RoleArn: 'arn:aws:broker:::scope/other' },
      'deploy-web',
      'target_mismatch',
    ],
    ['the scope with a final slash', { ...good, RoleArn: `${good.RoleArn}/` }, 'deploy-web', 'target_mismatch'],
    [
      'a partition of another country',
      { ...good, RoleArn: 'arn:aws-cn:broker:::scope/deploy-web' },
      undefined,
      'admitted',
    ],
    ['a real role without a path', { ...good, RoleArn: realRole }, undefined, 'target_mismatch'],
  ])('holds RoleArn to the grant: %s', (_, form, scope, expected) => {
    expect(target(form, scope)).toBe(expected);
  });

  it.each([
    ['no Action', { Action: '' }, 'parameter_missing'],
    ['another action', { Action: 'GetCallerIdentity' }, 'unknown_action'],
    ['another version', { Version: '2010-01-01' }, 'unknown_action'],
    ['no role', { RoleArn: '' }, 'parameter_missing'],
    ['no token', { WebIdentityToken: '' }, 'parameter_missing'],
    ['no session name', { RoleSessionName: '' }, 'parameter_missing'],
    ['a session name with a slash', { RoleSessionName: 'a/b' }, 'parameter_invalid'],
    ['a provider id', { ProviderId: 'www.amazon.com' }, 'parameter_invalid'],
    ['a duration in words', { DurationSeconds: '1h' }, 'duration_out_of_range'],
    ['a SAML assertion beside the token', { SAMLAssertion: 'PHg+' }, 'several_proofs'],
    ['a role of no partition', { RoleArn: 'arn:acme:broker:::scope/deploy-web' }, 'target_mismatch'],
    ['a policy without a value', { Policy: '' }, 'parameter_invalid'],
    ['PolicyArns that are no list', { PolicyArns: 'arn:aws:iam::aws:policy/A' }, 'parameter_invalid'],
    ['a gap in PolicyArns', { 'PolicyArns.member.2.arn': 'arn:aws:iam::aws:policy/A' }, 'parameter_invalid'],
  ] as const)('refuses %s', (_, change, reason) => {
    expect(read({ ...good, ...change })).toMatchObject({ ok: false, refusal: { reason } });
  });

  it('refuses a parameter given twice', () => {
    const body = `${new URLSearchParams(good)}&RoleArn=arn:aws:broker:::scope/other`;
    expect(readStsRequest(aFormPost(body))).toMatchObject({ ok: false, refusal: { reason: 'parameter_repeated' } });
  });

  it.each([
    ['Bearer a.b.c', 'several_proofs'],
    ['Basic Ym90OnM=', 'several_proofs'],
    ['eyJh.eyJp.c2ln', 'several_proofs'],
    ['AWS4-HMAC-SHA256 Credential=AKIA/20261121/us-east-1/sts/aws4_request, Signature=00', 'accepted'],
  ])('takes one proof: with Authorization %s beside the token it is %s', (authorization, expected) => {
    const parsed = readStsRequest(aFormPost(good, { headers: { ...FORM, authorization } }));
    expect(parsed.ok ? 'accepted' : parsed.refusal.reason).toBe(expected);
  });

  it('requires PrincipalArn beside a SAML assertion', () => {
    const saml = { Action: 'AssumeRoleWithSAML', Version: '2011-06-15', RoleArn: good.RoleArn, SAMLAssertion: 'PHg+' };
    expect(read(saml)).toMatchObject({ ok: false, refusal: { reason: 'parameter_missing' } });
    const principal = { PrincipalArn: 'arn:aws:iam::111122223333:saml-provider/okta' };
    expect(read({ ...saml, ...principal })).toMatchObject({
      ok: true,
      value: { issuance: { proofs: { subject: { kind: 'saml' } } } },
    });
  });
});

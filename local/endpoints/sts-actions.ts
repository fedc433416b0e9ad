import { createHash } from 'node:crypto';
import { DOMParser } from '@xmldom/xmldom';
import { decodeJwt, type JWTPayload } from 'jose';
import { optional, readDuration, readPolicyArns, readTags, required, StsError } from './sts-parameters.ts';
import { checkPolicy, packedSize } from './sts-policy.ts';
import { type Caller, readRole, type Session, type Sessions } from './sts-sessions.ts';
import type { Tree } from './sts-xml.ts';

export interface ActionInput {
  readonly form: URLSearchParams;
  readonly sessions: Sessions;
  /** null: the request is not signed. */
  readonly caller: Caller | null;
}

const sessionTree = (session: Session, packed: number | null): Tree => ({
  Credentials: {
    AccessKeyId: session.accessKeyId,
    SecretAccessKey: session.secretAccessKey,
    SessionToken: session.sessionToken,
    Expiration: session.expiration,
  },
  AssumedRoleUser: { Arn: session.assumedRoleArn, AssumedRoleId: session.assumedRoleId },
  PackedPolicySize: packed === null ? null : String(packed),
});

function signedBy({ caller }: ActionInput): Caller {
  if (caller === null) throw new StsError('MissingAuthenticationToken', 403, 'Request is missing Authentication Token');
  return caller;
}

function policyOf(form: URLSearchParams): { policy: string | null; arns: readonly string[] } {
  const policy = optional(form, 'Policy');
  checkPolicy(policy);
  return { policy, arns: readPolicyArns(form) };
}

function assumeRole(input: ActionInput): Tree {
  const { form } = input;
  const caller = signedBy(input);
  const roleArn = required(form, 'RoleArn');
  const sessionName = required(form, 'RoleSessionName');
  optional(form, 'ExternalId');
  const sourceIdentity = optional(form, 'SourceIdentity');
  const duration = readDuration(form, caller.kind);
  const { policy, arns } = policyOf(form);
  const packed = packedSize(policy, arns, readTags(form));
  const session = input.sessions.open(readRole(roleArn), sessionName, duration);
  return { ...sessionTree(session, packed), SourceIdentity: sourceIdentity };
}

/**
 * Reads a token without its signature: real STS has the issuer's keys, and the local one no identity provider to ask.
 */
function readToken(token: string): JWTPayload {
  try {
    return decodeJwt(token);
  } catch {
    throw new StsError('InvalidIdentityToken', 400, 'The ID Token provided is not a valid JWT.');
  }
}

function assumeRoleWithWebIdentity({ form, sessions }: ActionInput): Tree {
  const roleArn = required(form, 'RoleArn');
  const sessionName = required(form, 'RoleSessionName');
  const { iss, sub, aud, exp } = readToken(required(form, 'WebIdentityToken'));
  const duration = readDuration(form, 'other');
  const { policy, arns } = policyOf(form);
  if (iss === undefined || sub === undefined || aud === undefined || exp === undefined) {
    throw new StsError('InvalidIdentityToken', 400, 'Missing a required claim: iss, sub, aud or exp.');
  }
  if (exp * 1000 <= Date.now()) throw new StsError('ExpiredTokenException', 400, 'Token expired');
  const packed = packedSize(policy, arns, []);
  const session = sessions.open(readRole(roleArn), sessionName, duration);
  const audience = Array.isArray(aud) ? aud[0] : aud;
  return {
    ...sessionTree(session, packed),
    SubjectFromWebIdentityToken: sub,
    Provider: iss.replace(/^https?:\/\//, ''),
    Audience: audience ?? null,
  };
}

const SAML = 'urn:oasis:names:tc:SAML:2.0:assertion';

function readAssertion(base64: string) {
  const document = new DOMParser({ onError: () => undefined }).parseFromString(
    Buffer.from(base64, 'base64').toString('utf8'),
    'text/xml',
  );
  const first = (name: string) => document.getElementsByTagNameNS(SAML, name).item(0);
  const nameId = first('NameID');
  const issuer = first('Issuer')?.textContent?.trim();
  if (nameId === null || issuer === undefined || first('Assertion') === null) {
    throw new StsError('InvalidIdentityToken', 400, 'Invalid base64 SAMLResponse');
  }
  const recipient = first('SubjectConfirmationData')?.getAttribute('Recipient') ?? null;
  return { subject: nameId.textContent?.trim() ?? '', format: nameId.getAttribute('Format'), issuer, recipient };
}

function assumeRoleWithSaml({ form, sessions }: ActionInput): Tree {
  const role = readRole(required(form, 'RoleArn'));
  const principalArn = required(form, 'PrincipalArn');
  const { subject, format, issuer, recipient } = readAssertion(required(form, 'SAMLAssertion'));
  const duration = readDuration(form, 'other');
  const { policy, arns } = policyOf(form);
  const packed = packedSize(policy, arns, []);
  const qualified = `${issuer}${role.account}/${principalArn.split('/').at(-1)}`;
  const sessionName = subject
    .replace(/[^\w+=,.@-]/g, '-')
    .slice(0, 64)
    .padEnd(2, '-');
  return {
    ...sessionTree(sessions.open(role, sessionName, duration), packed),
    Subject: subject,
    SubjectType: format?.split(':').at(-1) ?? 'unspecified',
    Issuer: issuer,
    Audience: recipient,
    NameQualifier: createHash('sha1').update(qualified).digest('base64'),
  };
}

function getCallerIdentity(input: ActionInput): Tree {
  const { arn, userId, account } = signedBy(input);
  return { Arn: arn, UserId: userId, Account: account };
}

/** The actions that are answered from the form alone; GetWebIdentityToken needs a key and is in `sts.ts`. */
export const actions: Readonly<Record<string, (input: ActionInput) => Tree>> = {
  AssumeRole: assumeRole,
  AssumeRoleWithWebIdentity: assumeRoleWithWebIdentity,
  AssumeRoleWithSAML: assumeRoleWithSaml,
  GetCallerIdentity: getCallerIdentity,
};

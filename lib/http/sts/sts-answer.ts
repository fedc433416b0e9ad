import { createHash } from 'node:crypto';
import type { MintedAwsSession } from '../../credential/grant.ts';
import type { Principal } from '../../identity/principal.ts';
import type { Issued } from '../../issue.ts';
import type { IssuanceRecord } from '../../ledger/record.ts';
import { toRfc3339 } from '../../time.ts';
import { type HttpAnswer, xml } from '../http-answer.ts';
import type { StsAction, StsRequest } from './sts-request.ts';
import { stsDocument, type XmlElements } from './sts-xml.ts';

/** The answer of AssumeRoleWithWebIdentity or AssumeRoleWithSAML, element for element as AWS STS gives it. Secret. */
export function assumedRoleAnswer(
  { action, principalArn }: Pick<StsRequest, 'action' | 'principalArn'>,
  minted: MintedAwsSession,
  { record, principal }: Pick<Issued, 'record' | 'principal'>,
): HttpAnswer {
  const subject = subjectOf(principal, principalArn);
  const { credentials, assumedRoleArn, assumedRoleId, packedPolicySize, sourceIdentity } = minted.session;
  const common: XmlElements = {
    Credentials: {
      AccessKeyId: credentials.accessKeyId,
      SecretAccessKey: credentials.secretAccessKey,
      SessionToken: credentials.sessionToken,
      Expiration: toRfc3339(credentials.expires),
    },
    AssumedRoleUser: { Arn: assumedRoleArn, AssumedRoleId: assumedRoleId },
    PackedPolicySize: packedPolicySize === null ? null : String(packedPolicySize),
    SourceIdentity: sourceIdentity,
    Audience: subject.audience,
  };
  const requestId = record.request.id;
  const elements = {
    [`${action}Result`]: { ...common, ...subjectElements(action, minted, record, subject) },
    ResponseMetadata: { RequestId: requestId },
  };
  return xml(200, requestId, stsDocument(`${action}Response`, elements));
}

/** Public values of the verified proof that STS repeats. */
interface StsSubject {
  /** `sub` of the token, the assertion's NameID: of a broker token its own, which names the origin's connection too. */
  readonly subject: string;
  readonly audience: string | null;
  readonly nameIdFormat: string | null;
  /** The caller's `PrincipalArn`: with SAML, whose name qualifies the subject. */
  readonly principalArn: string | null;
}

/** STS says who the proof was for: a token's audience, an assertion's recipient. */
function subjectOf({ subject, claims, proof, lineage, recipient }: Principal, principalArn: string | null): StsSubject {
  const presented = lineage?.token.claims ?? claims;
  const audience = proof.kind === 'saml' ? recipient : presented.values.get('aud');
  const nameIdFormat = claims.values.get('nameIdFormat');
  return {
    subject: lineage?.token.subject ?? subject,
    audience: typeof audience === 'string' ? audience : Array.isArray(audience) ? audience.join(' ') : null,
    nameIdFormat: typeof nameIdFormat === 'string' ? nameIdFormat : null,
    principalArn,
  };
}

const FORMAT_PREFIX = 'urn:oasis:names:tc:SAML:2.0:nameid-format:';

function subjectElements(
  action: StsAction,
  minted: MintedAwsSession,
  { proof }: IssuanceRecord,
  { subject, nameIdFormat, principalArn }: StsSubject,
): XmlElements {
  if (action === 'AssumeRoleWithWebIdentity') return { SubjectFromWebIdentityToken: subject, Provider: proof.issuer };
  const provider = principalArn?.split('/').at(-1) ?? '';
  const qualified = `${proof.issuer}${minted.accountId}/${provider}`;
  return {
    Subject: subject,
    // STS API reference, AssumeRoleWithSAML: this prefix is removed, any other format stays as it is.
    SubjectType: nameIdFormat?.startsWith(FORMAT_PREFIX) ? nameIdFormat.slice(FORMAT_PREFIX.length) : nameIdFormat,
    Issuer: proof.issuer,
    NameQualifier: createHash('sha1').update(qualified).digest('base64'),
  };
}

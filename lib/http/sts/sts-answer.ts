import { createHash } from 'node:crypto';
import type { MintedAwsSession } from '../../credential/grant.ts';
import type { IssuanceRecord } from '../../ledger/record.ts';
import { toRfc3339 } from '../../time.ts';
import type { HttpAnswer } from '../http-answer.ts';
import type { StsAction } from './sts-request.ts';
import { stsAnswer, type XmlElements } from './sts-xml.ts';

/** The answer of AssumeRoleWithWebIdentity or AssumeRoleWithSAML, element for element as AWS STS gives it. Secret. */
export function assumedRoleAnswer(
  action: StsAction,
  minted: MintedAwsSession,
  record: IssuanceRecord,
  subject: StsSubject,
): HttpAnswer {
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
  return stsAnswer(action, { ...common, ...subjectElements(action, minted, record, subject) }, record.request.id);
}

/** Public values of the verified proof that STS repeats. */
export interface StsSubject {
  readonly audience: string | null;
  readonly nameIdFormat: string | null;
  /** The caller's `PrincipalArn`: with SAML, whose name qualifies the subject. */
  readonly principalArn: string | null;
}

const FORMAT_PREFIX = 'urn:oasis:names:tc:SAML:2.0:nameid-format:';

function subjectElements(
  action: StsAction,
  minted: MintedAwsSession,
  record: IssuanceRecord,
  { nameIdFormat, principalArn }: StsSubject,
): XmlElements {
  const { subject, proof } = record;
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

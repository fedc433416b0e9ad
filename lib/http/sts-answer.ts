import type { MintedAwsSession } from '../credential/grant.ts';
import type { IssuanceRecord } from '../ledger/record.ts';
import { toRfc3339 } from '../time.ts';
import type { HttpAnswer } from './answer.ts';
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
  return stsAnswer(action, { ...common, ...subjectElements(action, record, subject) }, record.request.id);
}

/** Public values of the verified proof that STS repeats. */
export interface StsSubject {
  readonly audience: string | null;
  readonly nameIdFormat: string | null;
}

function subjectElements(action: StsAction, record: IssuanceRecord, { nameIdFormat }: StsSubject): XmlElements {
  if (action === 'AssumeRoleWithWebIdentity') {
    return { SubjectFromWebIdentityToken: record.subject, Provider: record.proof.issuer };
  }
  return { Subject: record.subject, SubjectType: nameIdFormat?.split(':').at(-1) ?? null, Issuer: record.proof.issuer };
}

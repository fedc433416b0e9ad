import type { awsIamRefusals } from '../aws-iam.ts';
import type { Explanations } from './kinds.ts';

/** What brings about each refusal of `../aws-iam.ts`, and what to change. */
export const awsIamExplanations: Explanations<typeof awsIamRefusals> = {
  signed_request_malformed: {
    cause:
      'Not base64url of a JSON object with exactly url, body and headers; longer than 16,384 characters; or no Signature Version 4 in the Authorization header.',
    fix: 'Sign POST https://sts.<region>.amazonaws.com/ and send {"url","body","headers"} of it.',
  },
  signed_request_not_accepted: {
    cause:
      'Another host, path or body than a plain POST of Action=GetCallerIdentity&Version=2011-06-15 to AWS STS; a header that is not expected; or host, x-amz-date or x-broker-server-id that the signature does not cover.',
    fix: 'Sign only host, content-type, x-amz-date, x-amz-security-token and x-broker-server-id.',
  },
  server_id_mismatch: {
    cause: 'No aws-iam connection has the serverId that the signed header X-Broker-Server-Id names.',
    fix: 'Sign the host of the issuer, or `serverId` of the connection, as X-Broker-Server-Id.',
  },
  signed_request_attempts_exceeded: {
    cause:
      'Within a minute, 20 requests of this access key, or 100 of whatever keys, came from this address and were refused after STS was asked. Until a minute has passed since the first of them STS is not asked.',
    fix: 'Look at the refusals before this one in the log, and wait as long as Retry-After says.',
  },
  account_not_allowed: {
    cause:
      'The request is genuine and its account is not one of `accounts` of the connection, in its partition: that of the deployment, unless the connection says another.',
    fix: 'List the account in the connection; set `partition` where it is one of another partition. The log has both.',
  },
  caller_identity_unsupported: {
    cause: 'The caller is neither an assumed role nor an IAM user, for example the root user or a federated user.',
    fix: 'Sign with the credentials of a role.',
  },
  caller_identity_unavailable: {
    cause: 'STS of that Region throttles, is down, or its answer is not that of GetCallerIdentity.',
    fix: 'Retry; or sign for the STS endpoint of another Region.',
  },
};

import type { AwsCredentialIdentity } from '@smithy/types';

/**
 * The credentials of the environment variables, which is where AWS Lambda puts those of a function's role; they stay
 * the same for the life of the process. Rejects where there are none: a function has no profile, no sign-in and no
 * metadata service.
 */
export async function environmentCredentials(): Promise<AwsCredentialIdentity> {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = process.env;
  if (!accessKeyId || !secretAccessKey) {
    throw new Error('The environment has no AWS credentials (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY).');
  }
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
}

import type { STSClientConfig } from '@aws-sdk/client-sts';

type Credentials = Exclude<STSClientConfig['credentials'], undefined | ((...input: never[]) => unknown)>;

/**
 * Gives the credentials of the environment variables, which is where AWS Lambda puts those of a function's role; they stay the same for
 * the life of the process. Rejects where there are none.
 *
 * Bundles take this module in place of `@aws-sdk/credential-provider-node` (esbuild: `alias`): the files, processes, sign-ins and metadata
 * services that the whole chain asks are not there in a function, and cost it half of its start.
 */
export const defaultProvider = () => async (): Promise<Credentials> => {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = process.env;
  if (!accessKeyId || !secretAccessKey) {
    throw new Error('The environment has no AWS credentials (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY).');
  }
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
};

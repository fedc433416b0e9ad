import { STSClient } from '@aws-sdk/client-sts';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AwsCredentialIdentity, Provider } from '@smithy/types';
import { Sha256 } from '../lib/aws/wire/sha256.ts';

export interface SignedRequest {
  /** As signatures name it: `iam`, `ecr`. */
  readonly service: string;
  readonly region: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly credentials: AwsCredentialIdentity | Provider<AwsCredentialIdentity>;
}

const TIMEOUT_MS = 15_000;

/** Those that the SDK finds on this machine: variables, profiles, roles. */
export const credentialsAtHand = (): Provider<AwsCredentialIdentity> => new STSClient({}).config.credentials;

/** One POST to an AWS service that has no client here (Signature Version 4). Redirects are an error. */
export async function signedFetch(request: SignedRequest): Promise<Response> {
  const { service, region, url, headers, body, credentials } = request;
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256 });
  const signed = await signer.sign({
    ...{ method: 'POST', protocol: url.protocol, hostname: url.hostname, path: url.pathname, query: {}, body },
    headers: { ...headers, host: url.host },
  });
  const { host: _, ...sent } = signed.headers;
  const init = { method: 'POST', headers: sent, body, redirect: 'error' } as const;
  return fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
}

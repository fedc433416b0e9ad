import { createHash } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AwsCredentialIdentity } from '@smithy/types';
import { Sha256 } from '../lib/aws/wire/sha256.ts';

export interface BucketOptions {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: AwsCredentialIdentity;
}

/** The Region that S3 wants no `LocationConstraint` for. */
const FIRST_REGION = 'us-east-1';
const THERE_ALREADY = 409;

/**
 * CreateBucket with Object Lock, by path; one that is there already is left as it is. False: what answers at that
 * endpoint makes none.
 */
export async function createBucket(name: string, { endpoint, region, credentials }: BucketOptions): Promise<boolean> {
  const url = new URL(`${endpoint.replace(/\/$/, '')}/${name}`);
  const body =
    region === FIRST_REGION
      ? ''
      : `<CreateBucketConfiguration><LocationConstraint>${region}</LocationConstraint></CreateBucketConfiguration>`;
  const signer = new SignatureV4({ service: 's3', region, credentials, sha256: Sha256, uriEscapePath: false });
  const signed = await signer.sign({
    ...{ method: 'PUT', protocol: url.protocol, hostname: url.hostname, path: url.pathname, query: {}, body },
    headers: {
      host: url.host,
      'content-md5': createHash('md5').update(body).digest('base64'),
      'x-amz-bucket-object-lock-enabled': 'true',
    },
  });
  const { host: _, ...headers } = signed.headers;
  const response = await fetch(url, { method: 'PUT', headers, body });
  await response.body?.cancel();
  return response.ok || response.status === THERE_ALREADY;
}

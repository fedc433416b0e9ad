import type { AwsCredentialIdentity } from '@smithy/types';
import { isJsonObject } from '../../../lib/json.ts';
import type { Terminal } from '../../command.ts';
import { signedFetch } from '../../signed-fetch.ts';

/** A registry of Amazon ECR, and where its passwords are had. */
export interface Registry {
  readonly host: string;
  readonly region: string;
  readonly service: 'ecr' | 'ecr-public';
  readonly endpoint: string;
}

/** Private registries over IPv4 and both, FIPS and China included (Amazon ECR User Guide, "Registry endpoints"). */
const PRIVATE = /^[0-9]{12}\.dkr[.-]ecr(-fips)?\.([a-z0-9-]+)\.(amazonaws\.com|amazonaws\.com\.cn|on\.aws)$/;
const PUBLIC = ['public.ecr.aws', 'ecr-public.aws.com'];

/** Reads the server of a pull: a host, with or without scheme and path. null: no registry of ECR. */
export function registryOf(server: string): Registry | null {
  const [host = ''] = server.replace(/^https?:\/\//, '').split('/');
  if (PUBLIC.includes(host)) {
    const region = 'us-east-1';
    return { host, region, service: 'ecr-public', endpoint: `https://api.ecr-public.${region}.amazonaws.com/` };
  }
  const [, fips = '', region, suffix] = PRIVATE.exec(host) ?? [];
  if (region === undefined) return null;
  const domain = suffix === 'on.aws' ? 'amazonaws.com' : suffix;
  const name = fips === '' ? 'api.ecr' : 'ecr-fips';
  return { host, region, service: 'ecr', endpoint: `https://${name}.${region}.${domain}/` };
}

const TARGETS = {
  ecr: 'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken',
  'ecr-public': 'SpencerFrontendService.GetAuthorizationToken',
} as const;

/** The endpoints that the AWS SDKs' own settings name. */
const SETTINGS = { ecr: 'AWS_ENDPOINT_URL_ECR', 'ecr-public': 'AWS_ENDPOINT_URL_ECR_PUBLIC' } as const;

/** A password for the user AWS (GetAuthorizationToken), good for 12 hours at most. Throws with AWS's own code. */
export async function registryPassword(
  { service, region, endpoint }: Registry,
  credentials: AwsCredentialIdentity,
  env: Terminal['env'],
): Promise<string> {
  const response = await signedFetch({
    ...{ service, region, credentials, body: '{}', url: new URL(env[SETTINGS[service]] || endpoint) },
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': TARGETS[service] },
  });
  const answer: unknown = await response.json().catch(() => null);
  if (response.status !== 200) {
    const code = isJsonObject(answer) ? String(answer['__type'] ?? '').replace(/^.*#/, '') : '';
    throw new Error(
      `AWS ECR answered ${response.status} ${code}: may the role of the scope call ${service}:GetAuthorizationToken?`,
    );
  }
  // A list of one in a private registry, the one itself in a public one.
  const [data] = [isJsonObject(answer) ? (answer['authorizationData'] ?? []) : []].flat();
  const token = isJsonObject(data) ? data['authorizationToken'] : undefined;
  const [, password] = /^AWS:(.+)$/s.exec(Buffer.from(String(token ?? ''), 'base64').toString()) ?? [];
  if (password === undefined) throw new Error('AWS ECR gave no password');
  return password;
}

import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isLoopback } from '../../../lib/loopback.ts';
import { BROKER_TOKEN_TYPE } from '../../../lib/oauth-urns.ts';
import { errorMessage } from '../../error-message.ts';
import { jwt } from './jwt.ts';
import type { ProofContext, ProofKind, ProofSource } from './proof.ts';

/** A token that lives as long as a request needs it. STS takes 60 s to an hour (`GetWebIdentityToken`). */
const TOKEN_SECONDS = 300;

const BODY = 'Action=GetCallerIdentity&Version=2011-06-15';

/** `aws-token`: a token of `sts:GetWebIdentityToken`, for the broker, with the AWS credentials at hand. */
export const awsToken: ProofKind = {
  operand: null,
  operandIs: 'none',
  offered: (context) => {
    // No global endpoint gives these tokens: without a Region a signed request is what remains.
    const at = credentialsAtHand(context);
    return at !== null && regionOf(context) !== null ? `${at}, and a Region is set` : null;
  },
  source: (_, context) => source('aws-token', context, async (signal) => jwt(await webIdentityToken(context, signal))),
};

/** `aws-signed`: a signed `sts:GetCallerIdentity` request (docs/aws-iam-proofs.md), which the broker has AWS answer. */
export const awsSigned: ProofKind = {
  operand: null,
  operandIs: 'none',
  offered: credentialsAtHand,
  source: (_, context) =>
    source('aws-signed', context, async () => ({
      kind: 'token',
      token: await signedCallerIdentity(context),
      type: BROKER_TOKEN_TYPE.awsIam,
    })),
};

/** What each needs, for whoever is told that it cannot be made. */
const NEEDS = {
  'aws-token':
    'it needs AWS credentials that may call sts:GetWebIdentityToken, a Region, and aws iam enable-outbound-web-identity-federation once in the account',
  'aws-signed': 'it needs AWS credentials: aws sts get-caller-identity says what is missing',
} as const;

function source(name: keyof typeof NEEDS, context: ProofContext, present: ProofSource['present']): ProofSource {
  return {
    name,
    identity: async () => `${name}:${JSON.stringify(whoseCredentials(context))}`,
    present: (signal) =>
      present(signal).catch((error: unknown) => {
        throw new Error(`the proof ${name} cannot be made (${errorMessage(error)}): ${NEEDS[name]}`);
      }),
  };
}

const regionOf = ({ env }: ProofContext): string | null => env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || null;

function credentialsAtHand(context: ProofContext): string | null {
  const { env } = context;
  if (env['AWS_ACCESS_KEY_ID']) return 'AWS_ACCESS_KEY_ID is set';
  if (env['AWS_PROFILE']) return 'AWS_PROFILE is set';
  if (env['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'] || env['AWS_CONTAINER_CREDENTIALS_FULL_URI']) {
    return 'the container has an AWS role';
  }
  return sharedFiles(context).some(({ changed }) => changed !== null) ? 'there is an AWS profile' : null;
}

/**
 * What chooses the credentials, none of it asked of another machine: a changed key, profile or file is another
 * identity.
 */
function whoseCredentials(context: ProofContext): unknown {
  const { env } = context;
  const names = [
    'AWS_ACCESS_KEY_ID',
    'AWS_PROFILE',
    'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
    'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  ];
  return [names.map((name) => env[name] ?? null), sharedFiles(context)];
}

function sharedFiles({ env }: ProofContext) {
  const folder = join(env['HOME'] ?? homedir(), '.aws');
  const paths = [
    env['AWS_SHARED_CREDENTIALS_FILE'] || join(folder, 'credentials'),
    env['AWS_CONFIG_FILE'] || join(folder, 'config'),
  ];
  return paths.map((path) => ({ path, changed: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? null }));
}

async function webIdentityToken({ broker }: ProofContext, signal: AbortSignal): Promise<string> {
  const { STSClient, GetWebIdentityTokenCommand } = await import('@aws-sdk/client-sts');
  const client = new STSClient({});
  try {
    const asked = { Audience: [broker], SigningAlgorithm: 'RS256', DurationSeconds: TOKEN_SECONDS };
    const { WebIdentityToken } = await client.send(new GetWebIdentityTokenCommand(asked), { abortSignal: signal });
    if (WebIdentityToken === undefined) throw new Error('AWS STS answered without a token');
    return WebIdentityToken;
  } finally {
    client.destroy();
  }
}

/** base64url of `{"url","body","headers"}`, good for five minutes from now, at the broker alone. */
async function signedCallerIdentity({ broker, env }: ProofContext): Promise<string> {
  const [{ STSClient }, { SignatureV4 }, { Sha256 }] = await Promise.all([
    import('@aws-sdk/client-sts'),
    import('@smithy/signature-v4'),
    import('../../../lib/aws/wire/sha256.ts'),
  ]);
  const client = new STSClient({});
  const [region, credentials] = await Promise.all([
    client.config.region().catch(() => 'us-east-1'),
    client.config.credentials(),
  ]);
  client.destroy();
  const url = endpointOf(region, env['AWS_ENDPOINT_URL_STS']);
  const signer = new SignatureV4({ region, service: 'sts', credentials, sha256: Sha256 });
  const { headers } = await signer.sign({
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    ...(url.port === '' ? {} : { port: Number(url.port) }),
    headers: {
      host: url.host,
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
      'x-broker-server-id': new URL(broker).host,
    },
    body: BODY,
  });
  return Buffer.from(JSON.stringify({ url: url.href, body: BODY, headers })).toString('base64url');
}

/** AWS STS of the Region; a local stack's where the SDK's own setting names one. Never the broker's `/sts`. */
function endpointOf(region: string, configured: string | undefined): URL {
  const given = configured !== undefined && URL.canParse(configured) ? new URL(configured) : null;
  if (given !== null && isLoopback(given) && given.pathname === '/') return given;
  return new URL(`https://sts.${region}.${region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'}/`);
}

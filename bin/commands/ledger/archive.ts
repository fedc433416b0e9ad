import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { Objects } from '../../../lib/archive/objects.ts';
import { s3Objects } from '../../../lib/aws/s3/objects.ts';
import { AwsError } from '../../../lib/aws/wire/aws-error.ts';
import { Fault } from '../../../lib/outcome.ts';
import { type Terminal, UsageError } from '../../command.ts';

/** The default of `template.yaml` for the tables' names, with which the bucket's begins. */
const DEFAULT_PREFIX = 'token-broker';
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** How `--bucket` is told in help. */
export const BUCKET_OPTION = {
  flags: '--bucket <name>',
  description:
    "of the archive (default: TOKEN_BROKER_ARCHIVE, else the deployment's in the account and Region at hand)",
} as const;

export interface ArchiveAt {
  readonly bucket: string | undefined;
  readonly tables: string | undefined;
}

/** The archive of a deployment, read with the AWS SDK's own settings and credentials: profile, Region, endpoint. */
export async function withArchive<T>(
  at: ArchiveAt,
  terminal: Terminal,
  use: (objects: Objects) => Promise<T>,
): Promise<T> {
  const sts = new STSClient({});
  try {
    const region = await sts.config.region();
    const bucket = at.bucket ?? (terminal.env['TOKEN_BROKER_ARCHIVE'] || (await deployedBucket(sts, at, terminal)));
    if (!BUCKET.test(bucket)) throw new UsageError('--bucket takes the name of an S3 bucket');
    return await whileReading(bucket, () => use(s3Objects({ region, bucket, credentials: sts.config.credentials })));
  } finally {
    sts.destroy();
  }
}

/** A failure of S3 says which bucket it was, and what S3 answered (NoSuchBucket, AccessDenied). */
async function whileReading<T>(bucket: string, use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    if (!(error instanceof Fault && error.dependency === 'archive' && error.cause instanceof Error)) throw error;
    const { cause } = error;
    const answer = cause instanceof AwsError ? cause.name : cause.message;
    throw new Fault('archive', `the archive ${bucket} cannot be used: ${answer}`, { cause });
  }
}

/** As `template.yaml` names it. */
async function deployedBucket(sts: STSClient, { tables }: ArchiveAt, { env }: Terminal): Promise<string> {
  const prefix = tables ?? (env['TOKEN_BROKER_TABLES'] || DEFAULT_PREFIX);
  const { Account: account } = await sts.send(new GetCallerIdentityCommand({}));
  return `${prefix}-archive-${account}-${await sts.config.region()}`;
}

/** The tool: a file of the person's own, read with a session that is good for that file alone. */
import { GetObjectCommand, NoSuchKey, S3Client } from '@aws-sdk/client-s3';
import type { AuthInfo } from '@modelcontextprotocol/sdk/server/auth/types.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { awsSession, type BrokerClient, Refused, type Session } from './aws-session.ts';

/** The broker's scope, whose rule names this server as the actor: broker/scopes/files-bucket.yaml. */
const SCOPE = 'files-bucket';

/** No segment leads out of the person's own folder, and no character is a pattern of IAM's. */
const isPath = (path: string): boolean =>
  path.length <= 200 && path.split('/').every((segment) => /^[\w.@=+-]+$/.test(segment) && !/^\.{1,2}$/.test(segment));

/** `path` is within the caller's own folder, `home` of the token. What goes wrong is told to the model. */
export async function readFile(
  broker: BrokerClient,
  bucket: string,
  path: string,
  caller: AuthInfo | undefined,
): Promise<CallToolResult> {
  const home = caller?.extra?.['home'];
  if (caller === undefined || typeof home !== 'string') return failed('The token names no folder.');
  if (!isPath(path)) return failed(`This is no path of a file: ${JSON.stringify(path)}`);
  const key = `${home}/${path}`;
  const resource = `arn:aws:s3:::${bucket}/${key}`;
  const policy = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: resource }],
  };
  try {
    const session = await awsSession(broker, { token: caller.token, scope: SCOPE, policy, intent: `read ${path}` });
    return { content: [{ type: 'text', text: await objectText(session, bucket, key) }] };
  } catch (error) {
    if (error instanceof NoSuchKey) return failed('There is no such file.');
    if (!(error instanceof Refused)) throw error;
    const where = error.approvalUri === null ? '' : ` Somebody has to approve it: ${error.approvalUri}`;
    return failed(`The broker refused (${error.reason}): ${error.message}${where}`);
  }
}

async function objectText(credentials: Session, bucket: string, key: string): Promise<string> {
  const s3 = new S3Client({ credentials });
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return (await Body?.transformToString()) ?? '';
  } finally {
    s3.destroy();
  }
}

const failed = (text: string): CallToolResult => ({ isError: true, content: [{ type: 'text', text }] });

import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { SignatureV4 } from '@smithy/signature-v4';
import { Sha256 } from '../../lib/aws/wire/sha256.ts';
import { masked, type Stage } from './stage.ts';
import { post } from './token.ts';

/** A person's SAML response, exchanged for an AWS session (RFC 8693). */
export async function showSaml({ stack, idp }: Stage): Promise<readonly string[]> {
  const to = { audience: `${stack.url}/saml/demo-saml`, recipient: `${stack.url}/oauth2/token` };
  const granted = await post(stack, '/oauth2/token', {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: idp.saml.response(to),
    subject_token_type: 'urn:ietf:params:oauth:token-type:saml2',
    scope: 'demo-people',
  });
  return sessionLines(Object(JSON.parse(String(granted['access_token']))));
}

const sessionLines = (document: Readonly<Record<string, unknown>>): readonly string[] => [
  `AccessKeyId ${masked(document['AccessKeyId'])}   RoleArn ${document['RoleArn']}`,
  `Expiration ${document['Expiration']}   IssuanceId ${document['IssuanceId']}`,
];

/** A task shows who it is by a request that it signs and never sends: the broker does, and AWS STS says whose it is. */
export async function showSignedRequest({ stack }: Stage): Promise<readonly string[]> {
  const proof = await callerIdentity(stack.aws['AWS_ENDPOINT_URL_STS'] ?? '', new URL(stack.url).host);
  const granted = await post(stack, '/v1/credentials/demo-task', {
    subject_token: proof,
    subject_token_type: 'urn:token-broker:token-type:aws-iam',
  });
  return sessionLines(granted);
}

const ROLE = 'arn:aws:iam::111122223333:role/demo-task';
const BODY = 'Action=GetCallerIdentity&Version=2011-06-15';
const REGION = 'us-east-1';

/** The credentials that ECS gives a task; its session has the task's id. */
async function taskCredentials(endpoint: string) {
  const client = new STSClient({ endpoint, region: REGION, credentials: { accessKeyId: 'l', secretAccessKey: 'l' } });
  const RoleSessionName = '0123456789abcdef0123456789abcdef';
  const { Credentials } = await client.send(new AssumeRoleCommand({ RoleArn: ROLE, RoleSessionName }));
  client.destroy();
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

/** docs/aws-iam-proofs.md has the same for programs of your own. */
async function callerIdentity(endpoint: string, serverId: string): Promise<string> {
  const { host, hostname, port } = new URL(endpoint);
  const credentials = await taskCredentials(endpoint);
  const signer = new SignatureV4({ service: 'sts', region: REGION, credentials, sha256: Sha256 });
  const { headers } = await signer.sign({
    ...{ method: 'POST', protocol: 'http:', hostname, port: Number(port), path: '/', query: {}, body: BODY },
    headers: {
      host,
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
      'x-broker-server-id': serverId,
    },
  });
  return Buffer.from(JSON.stringify({ url: `${endpoint}/`, body: BODY, headers })).toString('base64url');
}

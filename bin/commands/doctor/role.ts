import { parseXML } from '@aws-sdk/xml-builder';
import { isJsonObject, type JsonObject } from '../../../lib/json.ts';
import type { Terminal } from '../../command.ts';
import { credentialsAtHand, signedFetch } from '../../signed-fetch.ts';
import { type Finding, wrong } from './finding.ts';
import { lookAtTrust } from './trust.ts';

const ROLE = /^arn:(aws|aws-cn|aws-us-gov):iam::[0-9]{12}:role\/(?:[\x21-\x7e]+\/)?([\w+=,.@-]{1,64})$/;

/** IAM is one service a partition, signed for one Region (AWS General Reference, "IAM endpoints and quotas"). */
const ENDPOINTS: Readonly<Record<string, readonly [url: string, region: string]>> = {
  aws: ['https://iam.amazonaws.com/', 'us-east-1'],
  'aws-cn': ['https://iam.cn-north-1.amazonaws.com.cn/', 'cn-north-1'],
  'aws-us-gov': ['https://iam.us-gov.amazonaws.com/', 'us-gov-west-1'],
};

/** For operators: reads the role with the AWS credentials at hand (iam:GetRole), and looks at whom it trusts. */
export async function lookAtRole(arn: string, scope: string | null, env: Terminal['env']): Promise<readonly Finding[]> {
  const [, partition = '', name = ''] = ROLE.exec(arn) ?? [];
  if (name === '')
    return [wrong('role', `${arn} is no ARN of a role`, 'arn:aws:iam::111122223333:role/token-broker/NAME')];
  const answer = await askRole(partition, name, env);
  if (typeof answer === 'string') {
    const fix =
      'credentials of the account of the role, with iam:GetRole: aws sts get-caller-identity says whose are used';
    return [wrong('role', `the role cannot be read (${answer})`, fix)];
  }
  if (answer.arn !== arn) return [wrong('role', `${name} of this account is ${answer.arn}`, `--role ${answer.arn}`)];
  return lookAtTrust(answer.trust, arn, scope);
}

async function askRole(
  partition: string,
  name: string,
  env: Terminal['env'],
): Promise<{ readonly arn: string; readonly trust: JsonObject } | string> {
  const [endpoint = '', region = ''] = ENDPOINTS[partition] ?? [];
  const url = new URL(env['AWS_ENDPOINT_URL_IAM'] || endpoint);
  const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
  const body = new URLSearchParams({ Action: 'GetRole', Version: '2010-05-08', RoleName: name }).toString();
  try {
    const credentials = credentialsAtHand();
    const response = await signedFetch({ service: 'iam', region, url, headers, body, credentials });
    const answer: unknown = parseXML(await response.text());
    if (response.status !== 200) return String(memberOf(answer, 'ErrorResponse', 'Error', 'Code') ?? response.status);
    const role = memberOf(answer, 'GetRoleResponse', 'GetRoleResult', 'Role');
    const trust: unknown = JSON.parse(decodeURIComponent(String(memberOf(role, 'AssumeRolePolicyDocument'))));
    return isJsonObject(trust) ? { arn: String(memberOf(role, 'Arn')), trust } : 'no trust policy';
  } catch (error) {
    return String(Object(error).name ?? 'unknown');
  }
}

const memberOf = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce((parent: unknown, name) => (isJsonObject(parent) ? parent[name] : undefined), value);

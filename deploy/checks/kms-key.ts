import { DescribeKeyCommand, GetKeyPolicyCommand, type KMSClient } from '@aws-sdk/client-kms';
import { z } from 'zod';
import type { Deployment } from '../deployment.ts';
import { codeOf, type Finding, fail, fine } from '../finding.ts';

const oneOrMore = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());
const policySchema = z.object({
  Statement: z.array(
    z.object({
      Effect: z.string(),
      Principal: z.union([z.string(), z.record(z.string(), oneOrMore)]).optional(),
      Action: oneOrMore.optional(),
      Condition: z.record(z.string(), z.record(z.string(), oneOrMore)).optional(),
    }),
  ),
});
type Statement = z.infer<typeof policySchema>['Statement'][number];

/** What the functions, and whoever makes the tables, have to be able to do by way of the two services. */
const NEEDED = [
  'kms:Decrypt',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
  'kms:DescribeKey',
  'kms:CreateGrant',
];
const SERVICES = ['dynamodb', 'secretsmanager'];
/** Conditions that hold for the two services; any other one has to be looked at by a person. */
const HARMLESS = ['kms:calleraccount', 'kms:grantisforawsresource'];

const matches = (pattern: string, action: string): boolean =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    'i',
  ).test(action);

const isForAccount = ({ Principal: principal }: Statement, { account, partition }: Deployment): boolean => {
  const named = typeof principal === 'string' ? [principal] : (principal?.['AWS'] ?? []);
  return ['*', account, `arn:${partition}:iam::${account}:root`].some((one) => named.includes(one));
};

/** Whether the statement's conditions leave a use by way of both services possible. */
function admitsServices({ Condition: condition = {} }: Statement, region: string): boolean {
  const keys = Object.entries(condition).flatMap(([, members]) => Object.entries(members));
  return keys.every(([key, values]) => {
    if (HARMLESS.includes(key.toLowerCase())) return true;
    return (
      key.toLowerCase() === 'kms:viaservice' &&
      SERVICES.every((service) => values.some((value) => value.startsWith(`${service}.${region}.`)))
    );
  });
}

async function readKey(kms: KMSClient, arn: string) {
  const { KeyMetadata: key } = await kms.send(new DescribeKeyCommand({ KeyId: arn }));
  const { Policy: text = '{}' } = await kms.send(new GetKeyPolicyCommand({ KeyId: arn, PolicyName: 'default' }));
  return { key, policy: policySchema.safeParse(JSON.parse(text)) };
}

/**
 * A key that is not enabled, or whose policy does not let the account's IAM policies decide, fails when the tables are
 * made; one that lets too little through fails at the first request. What is not understood of it counts as refusing.
 */
export async function checkKmsKey(kms: KMSClient, of: Deployment): Promise<readonly Finding[]> {
  const { KmsKeyArn: arn = '' } = of.parameters;
  if (arn === '') return [];
  const [, , , region] = arn.split(':');
  if (region !== of.region)
    return [fail(`The key is in ${region}, the deployment in ${of.region}.`, 'Give a key of that Region.')];
  let read: Awaited<ReturnType<typeof readKey>>;
  try {
    read = await readKey(kms, arn);
  } catch (error) {
    if (!['NotFoundException', 'AccessDeniedException'].includes(codeOf(error))) throw error;
    return [
      fail(
        'The key cannot be looked at, or is not there.',
        'Give whoever deploys kms:DescribeKey and kms:GetKeyPolicy.',
      ),
    ];
  }
  const { key, policy } = read;
  // A symmetric key is always one for encryption; an HMAC key has a spec of its own.
  if (key?.KeyState !== 'Enabled' || key.KeySpec !== 'SYMMETRIC_DEFAULT') {
    const is = `${key?.KeyState}, ${key?.KeySpec}`;
    return [fail(`The key is not an enabled symmetric key (${is}).`, 'Give one that is.')];
  }
  const statements = policy.success ? policy.data.Statement : [];
  const usable = statements.filter(
    (one) => one.Effect === 'Allow' && isForAccount(one, of) && admitsServices(one, of.region),
  );
  const missing = NEEDED.filter(
    (action) => !usable.some(({ Action = [] }) => Action.some((one) => matches(one, action))),
  );
  if (missing.length > 0) {
    return [
      fail(
        `The key's policy does not let IAM allow ${missing.join(', ')} by way of DynamoDB and Secrets Manager.`,
        'Compare it with examples/kms-key.yaml.',
      ),
    ];
  }
  return [fine('The key is enabled, and its policy lets the account use it by way of DynamoDB and Secrets Manager.')];
}

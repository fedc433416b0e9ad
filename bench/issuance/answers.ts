/** What the stubbed endpoints answer. */
/** DynamoDB JSON of the items, by table and partition key. */
export type Tables = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const HOUR_MS = 3_600_000;

/** One canned AssumeRole, good for an hour. */
export function assumeRole(): string {
  const expires = new Date(Math.floor(Date.now() / 1000) * 1000 + HOUR_MS).toISOString();
  return `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><AssumedRoleUser><AssumedRoleId>AROAEXAMPLEEXAMPLE01:session</AssumedRoleId><Arn>arn:aws:sts::111122223333:assumed-role/deploy-web/session</Arn></AssumedRoleUser><Credentials><AccessKeyId>ASIAEXAMPLEEXAMPLE01</AccessKeyId><SecretAccessKey>${'s'.repeat(40)}</SecretAccessKey><SessionToken>${'t'.repeat(800)}</SessionToken><Expiration>${expires}</Expiration></Credentials><PackedPolicySize>12</PackedPolicySize></AssumeRoleResult><ResponseMetadata><RequestId>00000000-0000-0000-0000-000000000000</RequestId></ResponseMetadata></AssumeRoleResponse>`;
}

/** Reads of the items that are there; writes are taken and forgotten. */
export function dynamoDb(operation: string, body: string, tables: Tables): string {
  if (operation !== 'GetItem') return '{}';
  const { TableName, Key } = JSON.parse(body);
  const item = tables[TableName]?.[Key.pk.S];
  return JSON.stringify(item === undefined ? {} : { Item: item });
}

/** Status and body of Secrets Manager's answer: each secret in one version. */
export function secretsManager(
  operation: string,
  body: string,
  secrets: Readonly<Record<string, string>>,
): { readonly status: number; readonly text: string } {
  const { SecretId: name, VersionStage: stage } = JSON.parse(body);
  const value = secrets[name];
  if (value === undefined || stage === 'AWSPREVIOUS') {
    return { status: 400, text: JSON.stringify({ __type: 'ResourceNotFoundException', Message: 'none' }) };
  }
  if (operation === 'DescribeSecret') return { status: 200, text: JSON.stringify({ Name: name, Tags: [] }) };
  const version = {
    SecretString: value,
    VersionId: '00000000-0000-4000-8000-000000000001',
    CreatedDate: 1_795_000_000,
  };
  return { status: 200, text: JSON.stringify(version) };
}

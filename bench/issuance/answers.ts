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

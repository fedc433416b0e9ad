/** Where AWS itself says what was done with a session. The page asks nobody there: it makes a link and a query. */

const CONSOLES: Readonly<Record<string, string>> = {
  aws: 'https://console.aws.amazon.com',
  'aws-cn': 'https://console.amazonaws.cn',
  'aws-us-gov': 'https://console.amazonaws-us-gov.com',
};

/** Event history of CloudTrail for an access key; null: the partition has no console that is known here. */
export function eventHistoryLink(accessKeyId: string, roleArn: string): string | null {
  const [, partition = ''] = roleArn.split(':');
  const console = CONSOLES[partition];
  return console === undefined || !isAccessKeyId(accessKeyId)
    ? null
    : `${console}/cloudtrailv2/home#/events?AccessKeyId=${accessKeyId}`;
}

/** A record is not trusted to be harmless in a query: whatever is no access key id is in none. */
const isAccessKeyId = (text: string): boolean => /^[A-Z0-9]{16,128}$/.test(text);

export interface SessionTime {
  readonly issued: string;
  readonly expires: string;
}

/** Events are delivered late, and clocks differ. */
const SLACK_MS = 15 * 60 * 1000;

/** What CloudTrail Lake is asked for that session (the event data store is the reader's own); null as above. */
export function lakeQuery(accessKeyId: string, { issued, expires }: SessionTime): string | null {
  const [from, to] = [Date.parse(issued), Date.parse(expires) + SLACK_MS];
  if (!isAccessKeyId(accessKeyId) || Number.isNaN(from) || Number.isNaN(to)) return null;
  return `SELECT eventTime, eventSource, eventName, awsRegion, errorCode, sourceIPAddress, resources
FROM EVENT_DATA_STORE_ID
WHERE userIdentity.accessKeyId = '${accessKeyId}'
  AND eventTime BETWEEN '${sqlTime(from)}' AND '${sqlTime(to)}'
ORDER BY eventTime`;
}

const sqlTime = (time: number): string => new Date(time).toISOString().slice(0, 19).replace('T', ' ');

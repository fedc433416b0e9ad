/** Questions to CloudTrail Lake, as SQL (CloudTrail User Guide, "CloudTrail Lake SQL constraints"). */
import type { JsonObject, JsonValue } from '../json.ts';
import { readTrailEvent, type TrailEvent } from './event.ts';

/** What is asked of an event data store. The times bound what is scanned, which is what it costs. */
export interface LakeQuestion {
  /** RFC 3339 in UTC, whole seconds; both inclusive. */
  readonly from: string;
  readonly to: string;
  /**
   * `session`: the events of one, and those that made it; `keys`: those of these access keys; `broker`: those of every
   * session that has an issuance's id for its name.
   */
  readonly of:
    | { readonly kind: 'session'; readonly sessionName: string; readonly accessKeyId: string | null }
    | { readonly kind: 'keys'; readonly accessKeyIds: readonly string[] }
    | { readonly kind: 'broker' };
}

/** An event data store by its ARN. */
export interface EventDataStore {
  readonly arn: string;
  readonly id: string;
  readonly region: string;
  readonly account: string;
}

const STORE =
  /^arn:aws[a-z-]*:cloudtrail:([a-z0-9-]{1,32}):(\d{12}):eventdatastore\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** null: it is no event data store's ARN. */
export function readEventDataStore(arn: string): EventDataStore | null {
  const [, region, account, id] = STORE.exec(arn) ?? [];
  return region === undefined || account === undefined || id === undefined ? null : { arn, region, account, id };
}

/** What stands between quotes: ids, keys and times, none of which has a quote. Anything else throws. */
function quoted(text: string): string {
  if (/^[A-Za-z0-9_:.\- ]{1,128}$/.test(text)) return `'${text}'`;
  throw new TypeError('only ids and times are put into a query');
}

/** Lake takes times without a zone, in UTC. */
const timestamp = (rfc3339: string): string => quoted(rfc3339.replace('T', ' ').replace(/(?:\.\d+)?Z$/, ''));

/** Column -> where it comes from. An event's resources are one text, their ARNs divided by U+001F. */
const COLUMNS: Readonly<Record<string, string>> = {
  eventid: 'eventID',
  eventtime: 'eventTime',
  eventsource: 'eventSource',
  eventname: 'eventName',
  region: 'awsRegion',
  errorcode: 'errorCode',
  errormessage: 'errorMessage',
  sourceip: 'sourceIPAddress',
  useragent: 'userAgent',
  arns: 'array_join(transform(resources, r -> r.arn), chr(31))',
  arn: 'userIdentity.arn',
  principalid: 'userIdentity.principalId',
  accesskeyid: 'userIdentity.accessKeyId',
  sourceidentity: 'userIdentity.sessionContext.sourceIdentity',
  sessionname: "element_at(requestParameters, 'roleSessionName')",
  credentials: "element_at(responseElements, 'credentials')",
};

/** One SELECT. Nothing of it is a caller's text: ids are checked, and put between quotes by `quoted` alone. */
export function lakeStatement(store: EventDataStore, { from, to, of }: LakeQuestion): string {
  const columns = Object.entries(COLUMNS).map(([name, value]) => `${value} AS ${name}`);
  const range = `eventTime >= ${timestamp(from)} AND eventTime <= ${timestamp(to)}`;
  return `SELECT ${columns.join(', ')} FROM ${store.id} WHERE ${range} AND (${conditionOf(of)})`;
}

const SESSION_NAME = "split_part(userIdentity.principalId, ':', 2)";

function conditionOf(of: LakeQuestion['of']): string {
  if (of.kind === 'broker') return `regexp_like(${SESSION_NAME}, '^iss_[0-9A-Z]{26}$')`;
  if (of.kind === 'keys') return `userIdentity.accessKeyId IN (${of.accessKeyIds.map(quoted).join(', ')})`;
  const name = quoted(of.sessionName);
  const key = of.accessKeyId === null ? [] : [`userIdentity.accessKeyId = ${quoted(of.accessKeyId)}`];
  const minted = `(eventSource = 'sts.amazonaws.com' AND element_at(requestParameters, 'roleSessionName') = ${name})`;
  return [`${SESSION_NAME} = ${name}`, ...key, minted].join(' OR ');
}

/** A row of the answer, each column a map of its own, as an event. null: it is none. */
export function lakeEvent(row: readonly Readonly<Record<string, string>>[]): TrailEvent | null {
  const cells: Readonly<Record<string, string>> = Object.assign({}, ...row);
  const text = (column: string): JsonValue => cells[column] ?? null;
  const event: JsonObject = {
    ...{ eventID: text('eventid'), eventSource: text('eventsource'), eventName: text('eventname') },
    eventTime: (cells['eventtime'] ?? '').replace(/^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d).*$/, '$1T$2Z'),
    ...{ awsRegion: text('region'), errorCode: text('errorcode'), errorMessage: text('errormessage') },
    ...{ sourceIPAddress: text('sourceip'), userAgent: text('useragent') },
    resources: (cells['arns'] ?? '').split('\u001f').map((ARN) => ({ ARN })),
    userIdentity: {
      ...{ arn: text('arn'), principalId: text('principalid'), accessKeyId: text('accesskeyid') },
      sessionContext: { sourceIdentity: text('sourceidentity') },
    },
    requestParameters: { roleSessionName: text('sessionname') },
    // A map's value is a text of its own there: `{accessKeyId=ASIA…, …}`, or JSON.
    responseElements: {
      credentials: {
        accessKeyId: /accessKeyId["=:\s]+([A-Z0-9]{16,128})/.exec(cells['credentials'] ?? '')?.[1] ?? null,
      },
    },
  };
  return readTrailEvent(event);
}

/** An event as CloudTrail writes it, as far as we look at it (its User Guide, "CloudTrail record contents"). */
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';

export interface TrailEvent {
  readonly id: string;
  /** RFC 3339, as CloudTrail has it: whole seconds. */
  readonly time: string;
  /** `s3.amazonaws.com` */
  readonly source: string;
  readonly name: string;
  readonly region: string | null;
  /** `AccessDenied` and the like; null: it succeeded. */
  readonly error: string | null;
  readonly errorMessage: string | null;
  readonly sourceIp: string | null;
  readonly userAgent: string | null;
  /** ARNs that the event names. */
  readonly resources: readonly string[];
  /** Who called: the session's ARN, its `principalId` and access key. */
  readonly arn: string | null;
  readonly principalId: string | null;
  readonly accessKeyId: string | null;
  readonly sourceIdentity: string | null;
  /** The name of a session that it asks STS for, and the access key of what it got. */
  readonly asksForSession: string | null;
  readonly gotAccessKeyId: string | null;
}

const text = (value: JsonValue | undefined): string | null =>
  typeof value === 'string' && value !== '' ? value : null;
const object = (value: JsonValue | undefined): JsonObject => (isJsonObject(value) ? value : {});

/** Reads one event; null for what is none (no eventID, eventTime, eventSource or eventName). */
export function readTrailEvent(json: JsonValue): TrailEvent | null {
  const event = object(json);
  const [id, time] = [text(event['eventID']), text(event['eventTime'])];
  const [source, name] = [text(event['eventSource']), text(event['eventName'])];
  if (id === null || time === null || source === null || name === null) return null;
  const identity = object(event['userIdentity']);
  const resources = Array.isArray(event['resources']) ? event['resources'] : [];
  return {
    ...{ id, time, source, name },
    region: text(event['awsRegion']),
    error: text(event['errorCode']),
    errorMessage: text(event['errorMessage']),
    sourceIp: text(event['sourceIPAddress']),
    userAgent: text(event['userAgent']),
    resources: resources.flatMap((resource) => text(object(resource)['ARN']) ?? []),
    arn: text(identity['arn']),
    principalId: text(identity['principalId']),
    accessKeyId: text(identity['accessKeyId']),
    sourceIdentity: text(object(identity['sessionContext'])['sourceIdentity']),
    asksForSession: text(object(event['requestParameters'])['roleSessionName']),
    gotAccessKeyId: text(object(object(event['responseElements'])['credentials'])['accessKeyId']),
  };
}

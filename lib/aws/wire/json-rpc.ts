import { isJsonObject, type JsonObject, type JsonValue } from '../../json.ts';
import { AwsError, NoAnswer } from './aws-error.ts';
import type { WireAnswer } from './connections.ts';
import { awsService, type ServiceOptions } from './service.ts';

export interface JsonRpcOptions extends Omit<ServiceOptions, 'errorOf'> {
  /** Begins `x-amz-target`. */
  readonly target: string;
  readonly version: '1.0' | '1.1';
}

/** Calls one operation; what its result looks like is the caller's to know. Throws `NoAnswer` where there is none. */
export type JsonRpc = (operation: string, input: object, signal: AbortSignal) => Promise<JsonObject>;

/**
 * A service that speaks AWS JSON 1.0 or 1.1 (Smithy, "AWS JSON protocols"): one POST an operation, which a header
 * names.
 */
export function jsonRpc({ target, version, ...options }: JsonRpcOptions): JsonRpc {
  const service = awsService({ ...options, errorOf });
  const contentType = `application/x-amz-json-${version}`;
  return async (operation, input, signal) => {
    const headers = { 'content-type': contentType, 'x-amz-target': `${target}.${operation}` };
    const { body } = await service({ headers, body: JSON.stringify(input), signature: 'sigv4' }, signal);
    return resultOf(body);
  };
}

/**
 * Both services answer with an object, an empty one where there is nothing to say. A body that was cut off is none of
 * it: taken for an empty result it would say that a token is not revoked, and that a record was written.
 */
function resultOf(body: string): JsonObject {
  const result = parsed(body);
  if (!isJsonObject(result)) throw new NoAnswer('the answer is not a whole JSON object');
  return withoutNulls(result);
}

/**
 * A member that is null is not there (Smithy, "AWS JSON protocols"): a secret without a date of deletion is none that
 * waits for it.
 */
function withoutNulls(result: JsonObject): JsonObject {
  if (!Object.values(result).includes(null)) return result;
  return Object.fromEntries(Object.entries(result).filter(([, member]) => member !== null));
}

function parsed(body: string): JsonValue | undefined {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** `__type` is a shape's name, with or without its namespace before and a URL behind it. */
function errorOf({ status, headers, body }: WireAnswer): AwsError {
  const type = headers['x-amzn-errortype'] ?? typeOf(body);
  const code = type.replace(/:.*$/s, '').replace(/^.*#/s, '');
  return new AwsError(code, status, headers['x-amzn-requestid']);
}

function typeOf(body: string): string {
  try {
    const { __type: type, code } = JSON.parse(body);
    return String(type ?? code ?? 'Unknown');
  } catch {
    return 'Unknown';
  }
}

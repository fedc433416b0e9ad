import type { JsonObject } from '../../lib/json.ts';
import type { AwsRequest } from './aws-request.ts';

/** A text that is there. */
export function textOf(asked: JsonObject, name: string): string {
  const value = asked[name];
  if (typeof value !== 'string' || value === '') throw new Error(`${name} has to be a text`);
  return value;
}

/** Why, and for which parameters of the scope. */
export function asking(asked: JsonObject) {
  const { intent } = asked;
  if (intent !== undefined && typeof intent !== 'string') throw new Error('intent has to be a text');
  return { intent: intent ?? null, parameters: textsOf(asked, 'parameters') };
}

function textsOf(asked: JsonObject, name: string): Readonly<Record<string, string>> {
  const entries = Object.entries(Object(asked[name] ?? {}));
  return Object.fromEntries(
    entries.map(([each, value]) => {
      if (typeof value !== 'string') throw new Error(`${name}.${each} has to be a text`);
      return [each, value];
    }),
  );
}

/** A request to AWS: it goes to the host of `service` in `region`, whatever else stands in it. */
export function requestOf(asked: JsonObject): AwsRequest {
  const [service, region, path] = [textOf(asked, 'service'), textOf(asked, 'region'), textOf(asked, 'path')];
  const method = textOf(asked, 'method').toUpperCase();
  if (!/^[a-z0-9-]{1,63}$/.test(service) || !/^[a-z0-9-]{1,63}$/.test(region))
    throw new Error('service and region are names such as s3 and eu-central-1');
  if (!/^(?:GET|PUT|POST|DELETE|HEAD|PATCH)$/.test(method)) throw new Error('method is one of HTTP');
  if (!/^\/[\x21-\x7e]*$/.test(path) || /[?#]/.test(path))
    throw new Error('path begins with / and is encoded as in a URL');
  const query = Object.entries(textsOf(asked, 'query'))
    .map((pair) => pair.map((each) => encodeURIComponent(each)).join('='))
    .join('&');
  const body = asked['body'] === undefined || asked['body'] === '' ? '' : textOf(asked, 'body');
  return { service, region, method, path, query, headers: textsOf(asked, 'headers'), body };
}

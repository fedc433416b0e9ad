import { isJsonObject, type JsonObject } from '../../lib/json.ts';
import type { AwsRequest } from './aws-request.ts';
import { TOOLS } from './mcp-tools.ts';

/** Throws where one is no argument of the tool: ignored, it would give something else than was asked for. */
export function checkNames(name: string, asked: JsonObject): void {
  const taken = Object.keys(Object(TOOLS.find((tool) => tool.name === name)?.inputSchema['properties']));
  const other = Object.keys(asked).find((each) => !taken.includes(each));
  if (other === undefined) return;
  const instead = taken.length === 0 ? 'no arguments' : `no others than ${taken.join(', ')}`;
  throw new Error(`${name} takes no ${other.slice(0, 100)}: it takes ${instead}`);
}

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
  const given = asked[name] ?? {};
  if (!isJsonObject(given)) throw new Error(`${name} has to be an object of texts, such as {"name":"value"}`);
  return Object.fromEntries(
    Object.entries(given).map(([each, value]) => {
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

import type { JsonObject } from '../../lib/json.ts';

/** A tool as a model reads of it (MCP 2025-11-25, "Tools"). */
export interface ToolText extends JsonObject {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonObject;
}

const text = (description: string) => ({ type: 'string', description });
const texts = (description: string) => ({ type: 'object', additionalProperties: { type: 'string' }, description });

const asking = {
  scope: text('the name of a scope, as list_scopes has them'),
  intent: text('why, in a sentence for the record and for whoever approves; the same again for the same request'),
  parameters: texts("values of the scope's parameters"),
};

const tool = (name: string, description: string, properties: JsonObject, required: readonly string[] = []) => ({
  ...{ name, description },
  inputSchema: { type: 'object', properties, required: [...required], additionalProperties: false },
});

export const TOOLS: readonly ToolText[] = [
  tool('list_scopes', 'Lists the scopes that there are: names of what access can be asked for, and who gets it.', {
    cursor: text('next of the page before; left out for the first'),
  }),
  tool(
    'request_access',
    'Asks for an AWS session of a scope, and keeps it here for aws_request: no key is ever returned. Where a person has to approve first the answer has a link: show it to the user, and ask again with the very same arguments.',
    asking,
    ['scope'],
  ),
  tool(
    'aws_request',
    'Sends one HTTP request to AWS, signed with the session that request_access got. Paths are path-style for S3: /bucket/key. JSON services take POST / with x-amz-target and content-type in headers.',
    {
      scope: text('whose session; may be left out where there is one alone'),
      service: text('as signatures name it: s3, dynamodb, sts, lambda'),
      region: text('such as eu-central-1'),
      method: text('GET, PUT, POST, DELETE, HEAD or PATCH'),
      path: text('encoded as in a URL, beginning with /'),
      query: texts('parameters of the query, not encoded'),
      headers: texts('headers beside those that sign'),
      body: text('the body, as text'),
    },
    ['service', 'region', 'method', 'path'],
  ),
  tool(
    'get_token',
    'Gets an access token of a scope that grants one. AWS keys are not given: see request_access.',
    asking,
    ['scope'],
  ),
  tool('why_refused', 'Says why the last request was refused, and by whom.', {}),
];

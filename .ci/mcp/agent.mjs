// An agent with the official SDK's client: from `initialize` to a signed call of S3 and a refused one. It says `ok`
// where all was as it should be, and saw no key.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';

const [command, ...args] = process.argv.slice(2);
const seen = [];
const agent = new Client({ name: 'agent', version: '1.0.0' });
await agent.connect(new StdioClientTransport({ command, args, env: process.env }));
const call = async (name, asked) => {
  const { content, isError } = await agent.callTool({ name, arguments: asked });
  const text = content.map((part) => part.text ?? '').join('\n');
  seen.push(text);
  return { text, isError: isError === true };
};
const hold = (holds, what) => {
  if (!holds) throw new Error(`${what}: ${seen.at(-1)}`);
};
const { tools } = await agent.listTools();
const names = tools.map(({ name }) => name).sort();
hold(
  names.join() === 'aws_request,get_token,list_scopes,request_access,why_refused',
  `the tools are ${names.join(', ')}`,
);
const s3 = { service: 's3', region: process.env.AWS_REGION };
hold((await call('aws_request', { ...s3, method: 'GET', path: '/signed' })).isError, 'no session, no request');
hold((await call('request_access', { scope: 'nowhere' })).isError, 'nobody gets a scope that is not there');
hold((await call('why_refused', {})).text.includes('not_allowed'), 'and is told why');
const access = await call('request_access', { scope: 'demo', intent: 'list what is there' });
hold(!access.isError && access.text.includes('"granted":true'), 'access is granted');
const listed = await call('aws_request', {
  ...s3,
  method: 'GET',
  path: '/signed',
  query: { 'list-type': '2', 'max-keys': '3' },
});
hold(!listed.isError && listed.text.includes('page/00'), 'the bucket is listed');
const deleted = await call('aws_request', { ...s3, method: 'DELETE', path: '/signed/page/00' });
hold(deleted.isError && deleted.text.includes('--allow'), 'what is not allowed is refused, and says by what');
const other = { ...s3, method: 'GET', path: '//169.254.169.254/latest/meta-data/' };
hold((await call('aws_request', other)).isError, 'another host is nowhere');
await agent.close();
if (seen.some((text) => /ASIA[A-Z0-9]{12}/.test(text))) throw new Error('a key was shown');
console.log('ok');

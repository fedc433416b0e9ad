import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Endpoint, listenNear } from '../../local/endpoints/server.ts';
import { type Broker, startBroker } from '../e2e/broker.ts';

interface Posted {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

let slack: Endpoint;
let broker: Broker;
const posted: Posted[] = [];

beforeAll(async () => {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const path = request.url ?? '';
    posted.push({ path, authorization: request.headers.authorization, body: Buffer.concat(chunks).toString() });
    const answer = path.includes('oauth')
      ? { ok: true, access_token: 'xoxb-1', token_type: 'bot', expires_in: 600 }
      : { ok: true };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  slack = await listenNear(server, 0);
  broker = await startBroker({
    config: {
      'clients/approvals-slack.yaml': 'client: approvals-slack\nsecret: token-broker/clients/approvals-slack\n',
      'scopes/slack-notify.yaml': `scope: slack-notify
allow: [{ client: approvals-slack }]
grant: { type: oauth-token, preset: slack, tokenEndpoint: "${slack.url}/api/oauth.v2.access", clientId: "1.2", clientSecret: token-broker/downstream/slack, scope: "chat:write" }
`,
    },
  });
  await broker.putSecrets([
    { name: 'token-broker/clients/approvals-slack', value: 'the-secret-of-approvals-slack', host: null },
    { name: 'token-broker/downstream/slack', value: 'slack-client-secret', host: new URL(slack.url).host },
  ]);
}, 60_000);
afterAll(async () => {
  await broker.stop();
  await slack.stop();
});

it('posts what is asked with a token of the broker, and what the caller wrote as text that mentions nobody', async () => {
  const detail = {
    ...{
      event: 'asked',
      id: 'apr_1',
      uri: 'https://broker.example/approvals/apr_1',
      scope: 'prod',
      ends: '2026-11-25T10:00:00Z',
    },
    ...{
      principal: 'acme/web',
      actors: [{ principal: 'files-mcp' }, { principal: '<!here>' }],
      intent: '<!channel> *now* <https://evil.example|click>',
      approver: null,
      reason: null,
    },
    can: ['Can read: s3:Get*; on arn:aws:s3:::reports/*.'],
  };
  const program = `import { handler } from './examples/approvals-slack/index.mjs'; await handler(${JSON.stringify({ detail })});`;
  const env = {
    ...{ PATH: process.env['PATH'], BROKER: broker.url, CHANNEL: 'C1', SLACK: slack.url },
    CLIENT_SECRET: 'the-secret-of-approvals-slack',
  };
  await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], { env });
  const message = posted.find(({ path }) => path === '/api/chat.postMessage');
  expect(message?.authorization).toBe('Bearer xoxb-1');
  const { channel, text } = JSON.parse(message?.body ?? '{}');
  expect(channel).toBe('C1');
  expect(text).toBe(
    [
      '*Somebody has to approve*: prod for acme/web through files-mcp, before that &lt;!here&gt;',
      '> &lt;!channel&gt; *now* &lt;https://evil.example|click&gt;',
      '• Can read: s3:Get*; on arn:aws:s3:::reports/*.',
      '<https://broker.example/approvals/apr_1|Look at it> until 2026-11-25T10:00:00Z',
    ].join('\n'),
  );
});

import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AssumeRole, AssumeRoleWithSaml, AssumeRoleWithWebIdentity } from '../../../lib/ports/sessions.ts';
import { seconds } from '../../../lib/time.ts';

export const ROLE = 'arn:aws:iam::111122223333:role/token-broker/deploy-web';

export const assumeRole: AssumeRole = {
  roleArn: ROLE,
  sessionName: 'iss_0000000000000000000000000A',
  duration: seconds(3600),
  externalId: 'external',
  policy: '{"Version":"2012-10-17","Statement":[]}',
  policyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
  tags: [{ key: 'token-broker:scope', value: 'deploy-web' }],
  transitiveTagKeys: ['token-broker:scope'],
  sourceIdentity: 'github.abc',
};

export const webIdentity: AssumeRoleWithWebIdentity = {
  roleArn: ROLE,
  sessionName: assumeRole.sessionName,
  duration: seconds(900),
  token: 'header.payload.signature',
  policy: null,
  policyArns: [],
};

export const saml: AssumeRoleWithSaml = {
  roleArn: ROLE,
  principalArn: 'arn:aws:iam::111122223333:saml-provider/okta',
  duration: seconds(900),
  assertion: 'PHNhbWw+',
  policy: null,
  policyArns: [],
};

/** One request as it reached the server. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly form: URLSearchParams;
}

export interface Reply {
  readonly status?: number;
  readonly body: string;
  /** Milliseconds before the answer. */
  readonly after?: number;
}

/** An STS on loopback that answers with what it is told, in turn; the last answer stays. */
export async function stsServer(replies: Reply[]) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const form = new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
    received.push({ path: request.url ?? '', headers: request.headers, form });
    const reply = replies.length > 1 ? replies.shift() : replies[0];
    await new Promise((resolve) => setTimeout(resolve, reply?.after ?? 0).unref());
    response.writeHead(reply?.status ?? 200, { 'content-type': 'text/xml' }).end(reply?.body ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  return { url: `http://127.0.0.1:${port}`, received, close };
}

/** Not before the tests run, and within the shortest duration from then. */
export const EXPIRES = new Date(Math.floor(Date.now() / 1000 + 600) * 1000).toISOString();

export const sessionXml = (action: string, expiration = EXPIRES, more = ''): string =>
  `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result>
  <Credentials><AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId><SecretAccessKey>secret/&#43;key</SecretAccessKey>
  <SessionToken>session&amp;token</SessionToken><Expiration>${expiration}</Expiration></Credentials>
  <AssumedRoleUser><Arn>arn:aws:sts::111122223333:assumed-role/deploy-web/iss_1</Arn><AssumedRoleId>AROAEXAMPLEEXAMPLE12:iss_1</AssumedRoleId></AssumedRoleUser>
  <PackedPolicySize>12</PackedPolicySize>${more}</${action}Result><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></${action}Response>`;

export const errorXml = (code: string): string =>
  `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code>
  <Message>User: arn:aws:sts::111122223333:assumed-role/broker/x may not do this to ${ROLE}</Message></Error><RequestId>r-2</RequestId></ErrorResponse>`;

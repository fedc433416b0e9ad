import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { AwsIamConnection } from '../../../lib/configuration/documents/connections.ts';
import { httpFetcher } from '../../../lib/host/fetcher.ts';
import { verifyAwsIam } from '../../../lib/identity/aws-iam/verify-aws-iam.ts';
import { loadConnection } from '../../../lib/policy/connection.ts';
import type { Configuration } from '../../../lib/ports/configuration.ts';
import { epochSeconds, seconds } from '../../../lib/time.ts';
import { answerXml, type Envelope, encoded, SIGNING, sign, signed } from './signing.ts';
import { HERE, noneRefused } from './verification.ts';

const connection: AwsIamConnection = {
  connection: 'ecs-tasks',
  type: 'aws-iam',
  accounts: ['111122223333'],
  serverId: 'broker.example.com',
  ecsRoles: [],
  require: [],
  principal: '${claims.roleName}',
  record: [],
  reuse: 'allow',
  clockTolerance: seconds(60),
};
const awsIamServer: Configuration['awsIamServer'] = async (serverId) =>
  serverId === connection.serverId ? [loadConnection(connection)] : [];

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

/** An STS that signs what reached it anew, as AWS does, and answers only where the signatures are one. */
async function checkingSts(): Promise<string> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const authorization = request.headers.authorization ?? '';
    const names = /SignedHeaders=([^,]+)/.exec(authorization)?.[1]?.split(';') ?? [];
    const headers = Object.fromEntries(
      names
        .filter((name) => !/^(?:x-amz-date|x-amz-security-token)$/.test(name))
        .map((name) => [name, String(request.headers[name])]),
    );
    const at = String(request.headers['x-amz-date']).replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z');
    const body = Buffer.concat(chunks).toString('utf8');
    const again = await sign({ ...SIGNING, host: String(headers['host']), at, body, headers });
    const alike = ['authorization', 'x-amz-security-token'].every(
      (name) => again.headers[name] === request.headers[name],
    );
    const holds = request.method === 'POST' && alike;
    const error = '<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code></Error></ErrorResponse>';
    response.writeHead(holds ? 200 : 403, { 'content-type': 'text/xml' }).end(holds ? answerXml() : error);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function verify(envelope: Envelope, stsEndpoint: string) {
  const none = async () => null;
  const outcome = await verifyAwsIam(encoded(envelope), {
    configuration: {
      version: 1,
      scope: none,
      connection: none,
      client: none,
      oidcIssuer: async () => [],
      samlAudience: async () => [],
      audience: async () => [],
      metadataClient: async () => null,
      signInConnections: async () => [],
      samlDecryptsCbc: async () => false,
      awsIamServer,
    },
    fetcher: httpFetcher({ loopback: true }),
    now: epochSeconds(Date.parse(SIGNING.at) / 1000),
    stsEndpoint,
    partition: 'aws',
    refused: noneRefused(),
    sourceIp: HERE,
    signal: AbortSignal.timeout(5_000),
  });
  return outcome.ok ? outcome.value.name : outcome.refusal.reason;
}

describe('what reaches STS is what was signed', () => {
  it('for a request of an SDK, whatever it sends beside the signature', async () => {
    const envelope = await signed();
    envelope.headers = {
      ...envelope.headers,
      'Accept-Encoding': 'identity',
      'User-Agent': 'Boto3/1.43',
      'Content-Length': '43',
    };
    expect(await verify(envelope, await checkingSts())).toBe('web-task');
  });

  it('for headers that SDKs sign too', async () => {
    const headers = { ...SIGNING.headers, 'amz-sdk-request': 'attempt=1; max=3', 'content-length': '43' };
    expect(await verify(await signed({ headers }), await checkingSts())).toBe('web-task');
  });

  it.each<[string, (envelope: Envelope) => void]>([
    ['the date', (envelope) => Object.assign(envelope.headers, { 'x-amz-date': '20261121T090001Z' })],
    ['the session token', (envelope) => Object.assign(envelope.headers, { 'x-amz-security-token': 'another' })],
    [
      'a signed header',
      (envelope) => Object.assign(envelope.headers, { 'content-type': 'application/x-www-form-urlencoded' }),
    ],
    [
      'the host',
      (envelope) =>
        Object.assign(envelope, {
          url: 'https://sts.eu-west-2.amazonaws.com/',
          headers: JSON.parse(JSON.stringify(envelope.headers).replaceAll('eu-west-1', 'eu-west-2')),
        }),
    ],
  ])('so that %s changed after signing is refused', async (_name, change) => {
    const envelope = await signed();
    change(envelope);
    expect(await verify(envelope, await checkingSts())).toBe('signature_invalid');
  });

  it('so that the server id of another server cannot be exchanged for ours', async () => {
    const envelope = await signed({ headers: { ...SIGNING.headers, 'x-broker-server-id': 'vault.example.com' } });
    envelope.headers['x-broker-server-id'] = 'broker.example.com';
    expect(await verify(envelope, await checkingSts())).toBe('signature_invalid');
  });

  it('and nobody there is retryable', async () => {
    const url = await checkingSts();
    for (const close of open.splice(0)) close();
    expect(await verify(await signed(), url)).toBe('caller_identity_unavailable');
  });
});

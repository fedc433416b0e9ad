import type { AwsIamConnection } from '../../../lib/configuration/documents/connections.ts';
import { RefusedRequests } from '../../../lib/identity/aws-iam/refused-requests.ts';
import { verifyAwsIam } from '../../../lib/identity/aws-iam/verify-aws-iam.ts';
import { loadConnection } from '../../../lib/policy/connection.ts';
import type { Configuration } from '../../../lib/ports/configuration.ts';
import type { Fetcher, FetchRequest, FetchResult } from '../../../lib/ports/documents.ts';
import type { Clock } from '../../../lib/ports/host.ts';
import { epochMilliseconds, epochSeconds, seconds } from '../../../lib/time.ts';
import { answerXml } from './signing.ts';

export const NOW = '2026-11-21T09:00:30Z';

export const connection: AwsIamConnection = {
  connection: 'ecs-tasks',
  type: 'aws-iam',
  accounts: ['111122223333'],
  serverId: 'broker.example.com',
  ecsRoles: ['web-task'],
  require: [],
  principal: '${claims.roleName}/${claims.sessionName}',
  record: [],
  reuse: 'allow',
  clockTolerance: seconds(60),
};

const configuration = (connections: readonly AwsIamConnection[]): Configuration => ({
  version: 1,
  scope: async () => null,
  connection: async () => null,
  client: async () => null,
  oidcIssuer: async () => [],
  samlAudience: async () => [],
  audience: async () => [],
  metadataClient: async () => null,
  signInConnections: async () => [],
  samlDecryptsCbc: async () => false,
  awsIamServer: async (serverId) => connections.filter((each) => each.serverId === serverId).map(loadConnection),
});

export const xml = (text: string, status = 200, type = 'text/xml'): FetchResult => ({
  ok: true,
  status,
  headers: { 'content-type': type },
  body: Buffer.from(text),
});
export const failure = (code: string, status: number) =>
  xml(
    `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>m</Message></Error></ErrorResponse>`,
    status,
  );

export const HERE = '203.0.113.9';

export const noneRefused = (clock: Clock = { now: () => epochMilliseconds(Date.parse(NOW)) }) =>
  new RefusedRequests(clock);

export interface Case {
  readonly now?: string;
  readonly connections?: readonly AwsIamConnection[];
  readonly answer?: FetchResult;
  readonly stsEndpoint?: string;
  readonly refused?: RefusedRequests;
  readonly sourceIp?: string;
}

/** Verifies an envelope at `now` against an STS that answers with `answer`; keeps what was sent to it. */
export async function verify(
  envelope: string,
  { now = NOW, connections = [connection], answer, stsEndpoint, refused = noneRefused(), sourceIp = HERE }: Case = {},
) {
  const sent: FetchRequest[] = [];
  const fetcher: Fetcher = {
    fetch: async (request) => {
      sent.push(request);
      return answer ?? xml(answerXml());
    },
  };
  const outcome = await verifyAwsIam(envelope, {
    configuration: configuration(connections),
    fetcher,
    now: epochSeconds(Date.parse(now) / 1000),
    stsEndpoint: stsEndpoint ?? null,
    partition: 'aws',
    refused,
    sourceIp,
    signal: new AbortController().signal,
  });
  return { outcome, sent };
}

export const reasonOf = ({ outcome }: Awaited<ReturnType<typeof verify>>) =>
  outcome.ok ? 'accepted' : outcome.refusal.reason;

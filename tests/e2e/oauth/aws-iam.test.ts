import { env } from 'node:process';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { startSts } from '../../../local/endpoints/sts.ts';
import { encoded, SIGNING, sign } from '../../identity/aws-iam/signing.ts';
import { type Broker, startBroker } from '../broker.ts';
import { AUDIENCE } from './folder.ts';
import { EXCHANGE, post, TOKEN } from './stage.ts';
import { type Watched, watch } from './watched.ts';

const ROLE = 'arn:aws:iam::111122223333:role/web-task';
const TASK = '0123456789abcdef0123456789abcdef';
const SERVER = 'broker.example.com';

let sts: Watched;
let broker: Broker;

beforeAll(async () => {
  sts = await watch(await startSts(0));
  const grant = (audience: string) => `grant: { type: broker-token, audience: "${audience}", duration: 5m }\n`;
  const allow = 'allow:\n  - connection: ecs-tasks\n    when: { StringEquals: { claims.roleName: web-task } }\n';
  const config = {
    'connections/ecs-tasks.yaml': `connection: ecs-tasks\ntype: aws-iam\naccounts: ["111122223333"]\nserverId: ${SERVER}\necsRoles: [web-task]\n`,
    'scopes/reports.yaml': `scope: reports\ndescription: ''\n${allow}${grant(AUDIENCE)}`,
  };
  broker = await startBroker({ config, endpoints: { ...env, AWS_ENDPOINT_URL_STS: sts.url } });
}, 60_000);

afterAll(async () => {
  await broker.stop();
  await sts.stop();
});

/** The credentials of a task of the role. */
async function credentialsOf(RoleArn: string, RoleSessionName: string) {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new STSClient({ region: 'us-east-1', endpoint: sts.url, credentials });
  const { Credentials } = await client.send(new AssumeRoleCommand({ RoleArn, RoleSessionName }));
  client.destroy();
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

interface Deviation {
  readonly role?: string;
  readonly server?: string;
  readonly at?: string;
  readonly body?: string;
}

/** A GetCallerIdentity request that the task signed for the broker a moment ago, or as the deviation says. */
async function proof({ role = ROLE, server = SERVER, at, body = SIGNING.body }: Deviation = {}): Promise<string> {
  const { host } = new URL(sts.url);
  const { headers } = await sign({
    ...SIGNING,
    ...{ host, body, at: at ?? new Date().toISOString(), credentials: await credentialsOf(role, TASK) },
    headers: { ...SIGNING.headers, 'x-broker-server-id': server },
  });
  return encoded({ url: sts.url, body, headers });
}

const exchange = async (subject_token: string) =>
  post({ broker }, TOKEN, {
    grant_type: EXCHANGE,
    subject_token,
    subject_token_type: 'urn:token-broker:token-type:aws-iam',
    scope: 'reports',
  });

describe('a signed AWS request as subject_token', () => {
  it('is exchanged for a token of the task, once STS has said who signed', async () => {
    const { status, body } = await exchange(await proof());
    expect(status).toBe(200);
    expect(decodeJwt(String(body['access_token']))).toMatchObject({
      sub: `ecs-tasks:arn:aws:sts::111122223333:assumed-role/web-task/${TASK}`,
      client_id: 'connection:ecs-tasks',
    });
    expect(sts.bodies.at(-1)).toBe(SIGNING.body);
  });

  it.each([
    ["another role's", { role: 'arn:aws:iam::111122223333:role/other' }, 'not_allowed'],
    ["another account's", { role: 'arn:aws:iam::444455556666:role/web-task' }, 'account_not_allowed'],
    ['for another server', { server: 'elsewhere.example.com' }, 'server_id_mismatch'],
    ['an hour old', { at: new Date(Date.now() - 3_600_000).toISOString() }, 'expired'],
    ['for another action', { body: 'Action=GetSessionToken&Version=2011-06-15' }, 'signed_request_not_accepted'],
  ])('is refused where it is %s', async (_, deviation: Deviation, reason) => {
    const { status, body } = await exchange(await proof(deviation));
    expect([status, body['reason']]).toEqual([400, reason]);
  });

  it('is refused, retryably, while STS does not answer', async () => {
    const signed = await proof();
    sts.become('down');
    const { status, body } = await exchange(signed);
    sts.become('well');
    expect([status, body['reason']]).toEqual([503, 'caller_identity_unavailable']);
  });
});

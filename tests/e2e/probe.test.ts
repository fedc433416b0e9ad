import { DeleteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Broker, startBroker } from './broker.ts';

const scope = (name: string, client: string) =>
  [
    `scope: ${name}`,
    `allow: [{ client: ${client} }]`,
    'grant:',
    '  type: aws-session',
    `  roleArn: arn:aws:iam::111122223333:role/token-broker/${name}`,
  ].join('\n');
const client = (name: string) => `client: ${name}\nsecret: token-broker/clients/${name}\n`;
const SECRET = 'the secret of the probe, 1 of 1';

const WHOLE = {
  'connections/idp.yaml':
    'connection: idp\ntype: oidc\nissuer: "@IDP@"\naudience: ["@ISSUER@"]\nalgorithms: [RS256]\ntypes: [at+jwt]\n',
  'clients/probe.yaml': client('probe'),
  'clients/other.yaml': client('other'),
  'scopes/probe.yaml': scope('probe', 'probe'),
  'scopes/refused.yaml': scope('refused', 'other'),
};

let broker: Broker;

beforeAll(async () => {
  const parameters = { ProbeClient: 'probe', ProbeScope: 'probe', ProbeRefusedScope: 'refused' };
  broker = await startBroker({ config: WHOLE, parameters });
  await broker.putSecrets([{ name: 'token-broker/clients/probe', value: SECRET, host: null }]);
}, 60_000);

afterAll(async () => {
  await broker.stop();
});

/** What a run counted, and its lines of log but for what is fine. */
async function run() {
  const before = broker.log.length;
  const counts = await broker.probe();
  // What a thread prints comes a moment after its answer.
  for (
    let tries = 0;
    tries < 50 && !broker.log.slice(before).some((line) => /"probe_(ended|failed)"/.test(line));
    tries += 1
  ) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const lines = broker.log.slice(before).flatMap((line) => (line.includes('"probe') ? [JSON.parse(line)] : []));
  const wrong = lines.filter(({ event, finding }) => event === 'probed' && finding !== 'ok');
  return { counts, wrong: wrong.map(({ check, finding, found }) => `${check} ${finding}: ${found}`), lines };
}

describe('the probe, on its bundle', () => {
  it('finds an identity provider and the two grants as they should be, and says no secret', async () => {
    const { counts, wrong, lines } = await run();
    expect(wrong).toEqual([]);
    expect(counts).toEqual({ ok: 6, soon: 0, broken: 0 });
    expect(lines.map(({ event, check }) => check ?? event).sort()).toEqual(
      ['algorithms', 'clock', 'discovery', 'grant', 'keys', 'probe_ended', 'refusal'].sort(),
    );
    expect(broker.log.join('\n')).not.toMatch(new RegExp(`${SECRET}|SecretAccessKey|Basic `));
  });

  it('finds a scope that was widened, one that was closed, and an identity provider that is gone', async () => {
    const gone = WHOLE['connections/idp.yaml'].replace('"@IDP@"', 'http://127.0.0.1:9');
    const problems = await broker.configure({
      ...WHOLE,
      'connections/idp.yaml': gone,
      'scopes/probe.yaml': scope('probe', 'other'),
      'scopes/refused.yaml': scope('refused', 'probe'),
    });
    expect(problems).toEqual([]);
    // Functions read the pointer again after 5 s at most.
    await new Promise((resolve) => setTimeout(resolve, 5_100));
    const { counts, wrong } = await run();
    expect(counts).toEqual({ ok: 0, soon: 0, broken: 3 });
    expect(wrong.sort()).toEqual([
      expect.stringMatching(
        /^discovery broken: http:\/\/127\.0\.0\.1:9\/\.well-known\/openid-configuration cannot be had/,
      ),
      'grant broken: it was not granted: 403 not_allowed',
      'refusal broken: it was granted, and must be refused',
    ]);
  }, 30_000);

  it('ends in a fault, with its cause and without a last line, where the configuration cannot be read', async () => {
    const dynamoDb = new DynamoDBClient({
      region: 'us-east-1',
      endpoint: broker.aws['AWS_ENDPOINT_URL_DYNAMODB'] ?? '',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    const pointer = { TableName: `${broker.tablePrefix}-config`, Key: { pk: { S: 'current' } } };
    await dynamoDb.send(new DeleteItemCommand(pointer));
    dynamoDb.destroy();
    const { counts, lines } = await run();
    expect(counts).toBeNull();
    expect(lines).toEqual([
      expect.objectContaining({
        event: 'probe_failed',
        level: 'error',
        cause: expect.objectContaining({ message: 'no configuration has been applied' }),
      }),
    ]);
  });
});

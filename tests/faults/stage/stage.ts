import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { dynamoLedgerQueries } from '../../../lib/aws/dynamodb/ledger-queries.ts';
import { tableName } from '../../../lib/aws/dynamodb/tables.ts';
import type { IssuanceFilter } from '../../../lib/ledger/filter.ts';
import type { IssuanceRecord } from '../../../lib/ledger/record.ts';
import { readTemplate } from '../../../local/gateway/template.ts';
import { EXTERNAL_ID, type Stack, startStack } from '../../../local/stack.ts';
import { clientAt } from '../../aws/dynamodb/dynamodb.ts';
import { clientSecret, downstreamSecret, faultsFolder } from './folder.ts';
import { Lane } from './lane.ts';

const ROOT = dirname(dirname(dirname(import.meta.dirname)));

/** Several brokers over the same tables, whose every call can go wrong, and the ledger as it really is. */
export interface Stage {
  readonly issuer: string;
  readonly lanes: readonly Lane[];
  find(filter: IssuanceFilter): Promise<readonly IssuanceRecord[]>;
  record(id: string): Promise<IssuanceRecord | null>;
  /** Takes out what was kept of the documents of an identity provider. */
  forget(idp: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startStage(laneCount: number): Promise<Stage> {
  await promisify(execFile)(process.execPath, [join(ROOT, 'local', 'build.ts')]);
  const tablePrefix = `faults-${crypto.randomUUID().slice(0, 8)}`;
  const stack = await startStack({ root: ROOT, port: 0, environment: process.env, tablePrefix, log: () => {} });
  const upstreams = {
    dynamodb: stack.aws['AWS_ENDPOINT_URL_DYNAMODB'] ?? '',
    sts: stack.aws['AWS_ENDPOINT_URL_STS'] ?? '',
    secretsmanager: stack.aws['AWS_ENDPOINT_URL_SECRETS_MANAGER'] ?? '',
  };
  const lanes = await Promise.all(Array.from({ length: laneCount }, (_, number) => Lane.start(number, upstreams)));
  await fill(stack, lanes);
  const environments = functionEnvironments(stack);
  for (const lane of lanes) lane.use(environments);
  const client = clientAt(upstreams.dynamodb);
  const queries = dynamoLedgerQueries({ client, table: tableName(tablePrefix, 'ledger') });
  return {
    issuer: stack.url,
    lanes,
    find: async (filter) => {
      const page = await queries.list(filter, 100, null, AbortSignal.timeout(10_000));
      if (!page.ok) throw new Error(`the ledger refuses ${JSON.stringify(filter)}`);
      return page.value.issuances;
    },
    forget: async (idp) => {
      for (const pk of [`issuer ${idp}`, `saml-metadata#${idp}/saml-metadata`]) {
        const input = { TableName: tableName(tablePrefix, 'keys'), Key: { pk: { S: pk } } };
        await client.call('DeleteItem', input, AbortSignal.timeout(10_000));
      }
    },
    record: (id) => queries.get(id, AbortSignal.timeout(10_000)),
    stop: async () => {
      await Promise.all(lanes.map((lane) => lane.stop()));
      await stack.stop();
    },
  };
}

async function fill(stack: Stack, lanes: readonly Lane[]): Promise<void> {
  const origins = lanes.map((lane) => ({ idp: lane.url('idp'), host: new URL(lane.url('idp')).host }));
  const folder = await mkdtemp(join(tmpdir(), 'token-broker-faults-'));
  try {
    for (const [name, text] of Object.entries(faultsFolder(origins))) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), text.replaceAll('@ISSUER@', stack.url));
    }
    const problems = await stack.configure(folder);
    if (problems.length > 0) throw new Error(problems.join('\n'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  await stack.putSecrets(
    origins.flatMap(({ host }, lane) => [
      { name: `token-broker/clients/bot-${lane}`, value: clientSecret(lane), host: null },
      { name: `token-broker/downstream/lane-${lane}`, value: downstreamSecret(lane), host },
    ]),
  );
}

function functionEnvironments({ url, tablePrefix, aws }: Stack): Record<string, Record<string, string>> {
  const parameters = { Issuer: url, ExternalId: EXTERNAL_ID, TablePrefix: tablePrefix };
  const template = readTemplate(join(ROOT, 'template.yaml'), parameters, aws['AWS_REGION'] ?? 'us-east-1');
  return Object.fromEntries(template.functions.map(({ name, environment }) => [name, { ...environment, ...aws }]));
}

import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { entriesOf, entryOf } from '../../../lib/archive/entry.ts';
import { toJson } from '../../../lib/ledger/json.ts';
import { epochMilliseconds } from '../../../lib/time.ts';
import { aLog, SIGNAL } from '../../archive/a-log.ts';
import { memoryKeys } from '../../archive/memory-keys.ts';
import { aDenial, aRecord, NINE } from '../../ledger/a-record.ts';
import { resourcesOf, template } from '../../template/document.ts';
import { folderObjects } from './folder-objects.ts';

const DAY = 86_400_000;
const source = {
  file: 'scopes/deploy.yaml',
  line: 7,
  appliedBy: 'arn:aws:sts::1:x',
  appliedAt: null,
  reason: null,
  commit: null,
};
const issued = [0, 1, 2, 3].map((day) => {
  const record = aRecord({ time: epochMilliseconds(NINE + day * DAY) });
  return { ...record, decision: { ...record.decision, source } };
});
const denied = aDenial({ principal: 'mallory' });
const started = aRecord({ outcome: 'started', credential: null });

/** Of somebody whose members are sealed, of another principal than the rest. */
const keys = memoryKeys();
const sealed = aRecord({
  ...{ principal: 'ada@example.com', connection: 'okta', subject: 'ada' },
  ...{ scope: 'deploy-sealed', time: epochMilliseconds(NINE + 4 * DAY) },
});

const fromEntra = aRecord({
  ...{ principal: 'batch@contoso', connection: 'entra-id', scope: 'nightly', time: epochMilliseconds(NINE + 60_000) },
  proof: { ...aRecord().proof, tokenId: 'cL0cdUeYPkGnJdm0ZQsLAA' },
});

/** As Entra ID's diagnostic settings, CloudTrail's table and EventBridge have them, as far as the queries look. */
const deployment = (eventName: string, time: string, deploymentId = 'ecs-svc/1234567890123456789') => ({
  ...{ source: 'aws.ecs', 'detail-type': 'ECS Deployment State Change', time },
  detail: { eventType: 'INFO', eventName, deploymentId, reason: `${eventName} of web` },
});
const signIn = (uniqueTokenIdentifier: string) => ({
  ...{ time: '2026-11-21T08:59:00Z', category: 'ManagedIdentitySignInLogs' },
  properties: { uniqueTokenIdentifier, servicePrincipalName: 'batch', ipAddress: '198.51.100.4' },
});
const tablesOfOthers = {
  entra_sign_ins: [signIn('cL0cdUeYPkGnJdm0ZQsLAA'), signIn('another')],
  cloudtrail_logs: [
    {
      ...{ eventtime: '2026-11-21T09:00:05Z', eventsource: 'ecs.amazonaws.com', eventname: 'UpdateService' },
      useridentity: { principalid: `AROAEXAMPLE:${issued[0]?.id}` },
      responseelements: JSON.stringify({ service: { deployments: [{ id: 'ecs-svc/1234567890123456789' }] } }),
    },
    {
      ...{ eventtime: '2026-11-21T09:00:06Z', eventsource: 'ecs.amazonaws.com', eventname: 'UpdateService' },
      ...{ useridentity: { principalid: 'AROAEXAMPLE:alice' }, responseelements: null },
    },
  ],
  ecs_events: [
    deployment('SERVICE_DEPLOYMENT_COMPLETED', '2026-11-21T09:03:00Z'),
    deployment('SERVICE_DEPLOYMENT_IN_PROGRESS', '2026-11-21T09:00:10Z'),
    deployment('SERVICE_DEPLOYMENT_FAILED', '2026-11-21T09:00:10Z', 'ecs-svc/9999999999999999999'),
  ],
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'token-broker-athena-'));
  const records = [...issued, fromEntra, denied, { ...denied, attempts: 5 }, started];
  for (const [table, rows] of Object.entries(tablesOfOthers)) {
    await writeFile(join(folder, `${table}.jsonl`), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  }
  const log = aLog(folderObjects(folder));
  for (const record of records) await log.append([entryOf(record)], null, SIGNAL);
  await log.append(await entriesOf(keys, [sealed], SIGNAL), null, SIGNAL);
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs a query of the template over the very files, by DuckDB in place of Athena. */
async function rowsOf(id: string, given = 'ASIAEXAMPLE', value = given): Promise<readonly Record<string, unknown>[]> {
  const query = String(template.Resources[id]?.Properties['QueryString']).replace(given, value);
  const script = join(folder, 'query.py');
  await writeFile(
    script,
    `import duckdb, json, sys
db = duckdb.connect()
db.sql(f"CREATE VIEW issuances AS SELECT * FROM read_json('{sys.argv[1]}/records/*/*.jsonl.gz', hive_partitioning = true, hive_types = {{'day': VARCHAR}}, union_by_name = true, convert_strings_to_integers = false, timestampformat = 'none', dateformat = 'none')")
db.sql("CREATE MACRO json_extract_scalar(document, path) AS json_extract_string(document, path)")
for name in ('entra_sign_ins', 'cloudtrail_logs', 'ecs_events'):
    db.sql(f"CREATE VIEW {name} AS SELECT * FROM read_json('{sys.argv[1]}/{name}.jsonl', timestampformat = 'none', dateformat = 'none')")
rows = db.sql(sys.argv[2])
print(json.dumps([dict(zip(rows.columns, row)) for row in rows.fetchall()], default=str))
`,
  );
  const { stdout } = await promisify(execFile)(env['DUCKDB_PYTHON'] ?? 'python3', [script, folder, query]);
  return JSON.parse(stdout);
}

describe('the saved queries of the template', () => {
  it('are all tried here', () => {
    expect(
      resourcesOf('AWS::Athena::NamedQuery')
        .map(([id]) => id)
        .sort(),
    ).toEqual([
      'DenialsByReasonQuery',
      'EcsDeploymentsQuery',
      'EntraSignInsQuery',
      'IssuedByScopeQuery',
      'NeverFinishedQuery',
      'WhatAPrincipalGotQuery',
      'WhoHadThisKeyQuery',
    ]);
  });

  it('say who had an access key, and who allowed it', async () => {
    const [first] = issued;
    const rows = await rowsOf('WhoHadThisKeyQuery', 'ASIAEXAMPLE', first?.credential?.accessKeyId);
    expect(rows).toMatchObject([{ id: first?.id, principal: first?.principal, line: 7, file: 'scopes/deploy.yaml' }]);
  });

  it('say what a principal got, each issuance once', async () => {
    const rows = await rowsOf('WhatAPrincipalGotQuery');
    expect(rows.map(({ id }) => id)).toEqual([
      ...issued
        .map(({ id }) => id)
        .reverse()
        .slice(0, 3),
      ...rows.slice(3).map(({ id }) => id),
    ]);
    expect(rows).toHaveLength(5);
  });

  it('count denials by their last entry', async () => {
    expect(await rowsOf('DenialsByReasonQuery')).toMatchObject([{ reason: 'not_allowed', records: 1, attempts: 5 }]);
  });

  it('count what was issued', async () => {
    const rows = await rowsOf('IssuedByScopeQuery');
    expect(rows.map(({ scope, issued: count }) => `${scope} ${count}`).sort()).toEqual([
      ...['deploy-sealed 1', 'deploy-web 4', 'nightly 1'],
    ]);
    expect(rows[0]).toMatchObject({ scope: 'deploy-web', issued: 4 });
  });

  it('have whoever is sealed under their pseudonym, and nothing else of them', async () => {
    const [{ id } = { id: '' }] = await keys.forSealing([{ identity: 'okta:ada', time: sealed.time }]);
    const rows = await rowsOf('WhatAPrincipalGotQuery', 'acme/web@refs/heads/main', id);
    expect(rows).toMatchObject([{ id: sealed.id, scope: 'deploy-sealed', intent: null }]);
    const who = await rowsOf('WhoHadThisKeyQuery', 'ASIAEXAMPLE', sealed.credential?.accessKeyId);
    expect(JSON.stringify(who)).not.toMatch(/ada/);
  });

  it('set an issuance beside the sign-in at Entra ID that its token came of, by uti', async () => {
    expect(await rowsOf('EntraSignInsQuery')).toEqual([
      expect.objectContaining({
        ...{ id: fromEntra.id, workload: 'batch', signed_in_from: '198.51.100.4', used_from: '203.0.113.7' },
      }),
    ]);
  });

  it('set a deployment of a service beside who asked for it, and how it ended, in order', async () => {
    const rows = await rowsOf('EcsDeploymentsQuery');
    expect(rows.map(({ id, state }) => [id, state])).toEqual([
      [issued[0]?.id, 'SERVICE_DEPLOYMENT_IN_PROGRESS'],
      [issued[0]?.id, 'SERVICE_DEPLOYMENT_COMPLETED'],
    ]);
    expect(rows[0]).toMatchObject({ deployment: 'ecs-svc/1234567890123456789', intent: 'roll web to 1.4.2' });
  });

  it('list what never finished', async () => {
    expect(await rowsOf('NeverFinishedQuery')).toMatchObject([{ id: started.id }]);
  });
});

it('the table of the template has a column for each member of a record', () => {
  const { TableInput: table } = (template.Resources['IssuancesTable']?.Properties ?? {}) as {
    TableInput: { StorageDescriptor: { Columns: { Name: string }[] } };
  };
  const columns = table.StorageDescriptor.Columns.map(({ Name }) => Name);
  const members = ['leaf', ...Object.keys(toJson(issued[0] ?? started))];
  expect(members.filter((name) => !columns.includes(name))).toEqual([]);
});

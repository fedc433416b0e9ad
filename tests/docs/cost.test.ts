import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it, jest } from '@jest/globals';
import { entriesOf, entryOf } from '../../lib/archive/entry.ts';
import { embeddedMetrics, jsonLog } from '../../lib/host/log.ts';
import { readRequest } from '../../lib/http/http-request.ts';
import { observeAnswer } from '../../lib/http/route-observation.ts';
import { aLog, SIGNAL } from '../archive/a-log.ts';
import { memoryKeys } from '../archive/memory-keys.ts';
import { memoryObjects } from '../archive/memory-objects.ts';
import { anEvent } from '../fakes/http.ts';
import { NOW } from '../fakes/world.ts';
import { aRecord } from '../ledger/a-record.ts';
import { resourcesOf, template } from '../template/document.ts';

const page = readFileSync('docs/cost.md', 'utf8');
/** Cells of the row of the standing costs that begins so. */
const row = (what: string): readonly string[] =>
  page
    .split('## Standing costs, a month')[1]
    ?.split('\n')
    .find((line) => line.startsWith(`| ${what} |`))
    ?.split('|')
    .slice(1, -1)
    .map((cell) => cell.trim()) ?? [];
const dollars = (count: number, price: number): string => (count * price).toFixed(2);

const REQUEST = { requestId: 'Jx2nYgkPIAMEVjA=', sourceIp: '198.51.100.7' };
/** CloudWatch Logs counts 26 bytes beside each event. */
const kilobytes = (line: string): string => ((Buffer.byteLength(line) + 26) / 1_000).toFixed(2);

/** The one line that the function writes of a session: Lambda's own are left out (`template/shapes.yaml`). */
function sessionLine(): string {
  const written: string[] = [];
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  const clock = { now: () => NOW };
  const ports = { log: jsonLog(clock), metrics: embeddedMetrics(clock, 'TokenBroker/token-broker') };
  const request = { ...readRequest(anEvent()), id: REQUEST.requestId, sourceIp: REQUEST.sourceIp };
  const answer = { statusCode: 200, headers: {}, body: '' };
  const issued = { answer, issuance: 'iss_01KAJ4Y2VA7F3C9A520D3E4A51', grant: 'aws-session' };
  observeAnswer(ports, { request, route: 'credentials', latencyMs: 50 }, issued);
  jest.restoreAllMocks();
  return written.join('');
}

/** The access log's format with what API Gateway puts in its place. */
function accessLine(): string {
  const settings = template.Resources['Api']?.Properties['AccessLogSettings'] as { Format: string } | undefined;
  const values: Readonly<Record<string, string>> = {
    ...{ requestId: REQUEST.requestId, 'identity.sourceIp': REQUEST.sourceIp, status: '200', responseLatency: '52' },
    ...{ routeKey: 'ANY /v1/credentials/{proxy+}', integrationStatus: '200', 'error.responseType': '-' },
  };
  return (settings?.Format ?? '').replace(
    /\$context\.([A-Za-z.]+)/g,
    (_, name: string) => values[name] ?? '?'.repeat(1_000),
  );
}

const alarms = resourcesOf('AWS::CloudWatch::Alarm');
const METRICS_OF_A_ROUTE = 6;

describe('what a million sessions cost, in docs/cost.md', () => {
  const rows = page
    .split('## How it was counted')[0]
    ?.split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.replaceAll('*', '').trim()),
    );
  const place = (what: string): number => rows?.findIndex(([name]) => name === what) ?? -1;
  const sum = (from: number, to: number): string =>
    (rows?.slice(from, to) ?? []).reduce((total, row) => total + Number(row.at(-1)), 0).toFixed(2);

  it('adds up', () => {
    const [made, kept] = [place('made'), place('made and kept')];
    expect(rows?.[made]?.at(-1)).toBe(sum(1, made));
    expect(Number(rows?.[kept]?.at(-1))).toBeCloseTo(Number(sum(made, kept)), 2);
  });

  it('takes the write units that the ledger takes (tests/aws/dynamodb/ledger-units.test.ts)', () => {
    const [, counted = '', , dollarsOfWrites] = rows?.[place('DynamoDB, writes')] ?? [];
    expect(counted).toBe('4 units: `started` 1, the outcome 1, two keys-only indexes 1 each');
    expect(dollarsOfWrites).toBe(dollars(4, 0.625));
  });

  it('takes the log lines that a session leaves', () => {
    const [, counted = '', , dollarsOfLogs] = rows?.[place('CloudWatch Logs')] ?? [];
    const [ofFunction, ofAccess] = [sessionLine(), accessLine()].map((line) => kilobytes(line));
    expect(counted).toBe(`${ofFunction} KB of the function, ${ofAccess} KB of the access log`);
    expect(dollarsOfLogs).toBe(dollars(Number(ofFunction) + Number(ofAccess), 0.5));
  });

  it('is at most 5 dollars', () => {
    expect(Number(rows?.[place('made')]?.at(-1))).toBeLessThanOrEqual(5);
  });
});

describe('what the archive keeps a million issuances for, in docs/cost.md', () => {
  const table = page.split('**The archive keeps')[1]?.split('\n\n')[1]?.split('\n') ?? [];
  const cells = (name: string): readonly string[] =>
    table
      .find((line) => line.startsWith(`| ${name}`))
      ?.split('|')
      .slice(1, -1)
      .map((cell) => cell.replaceAll('*', '').trim()) ?? [];
  const RECORDS = 1_024;
  const GB_A_YEAR = 0.023 * 12;

  it('are the octets that it writes, and under one dollar a year', async () => {
    const objects = memoryObjects();
    // As in the table: a record of 2 KB of JSON.
    const claims = Object.fromEntries(Array.from({ length: 9 }, (_, at) => [`claim_${at}`, randomUUID().repeat(2)]));
    const records = Array.from({ length: RECORDS }, () => aRecord({ claims }));
    await aLog(objects).append(records.map(entryOf), null, SIGNAL);
    const octets = (prefix: RegExp, of = objects): number =>
      [...of.bodies].reduce((sum, [key, body]) => sum + (prefix.test(key) ? body.length : 0), 0) / RECORDS;
    const kept = ['bundles of entries', 'day files', 'tiles, pages'].map(cells);
    const counted = [octets(/^tile\/entries\//), octets(/^records\//), octets(/^(?:tile\/\d|places)/)];
    for (const [place, [, said = '', , dollarsAYear]] of kept.entries()) {
      const [, kilobytes = '', unit] = /([\d.]+) (KB|bytes) each/.exec(said) ?? [];
      const bytes = Number(kilobytes) * (unit === 'KB' ? 1_000 : 1);
      expect(counted[place]).toBeLessThanOrEqual(bytes * 1.05);
      expect(Number(dollarsAYear)).toBeCloseTo(Math.max(0.01, (bytes / 1_000) * GB_A_YEAR), 2);
    }
    const sealed = memoryObjects();
    await aLog(sealed).append(await entriesOf(memoryKeys(), records, SIGNAL), null, SIGNAL);
    expect(octets(/^tile\/entries\//, sealed)).toBeLessThan(2_000);
    expect(octets(/^records\//, sealed)).toBeLessThan(500);
    const sum = [...kept, cells('what is written again')].reduce((total, row) => total + Number(row.at(-1)), 0);
    expect(cells('**kept a year**').at(-1)).toBe(sum.toFixed(2));
    expect(sum).toBeLessThan(1);
  });
});

describe('the standing costs of docs/cost.md', () => {
  it('count the alarms of the template, and the metrics that they look at', () => {
    const metrics = alarms.reduce((sum, [, { Properties: properties }]) => {
      const several = properties['Metrics'] as readonly { MetricStat?: unknown }[] | undefined;
      return sum + (several?.filter(({ MetricStat }) => MetricStat !== undefined).length ?? 1);
    }, 0);
    const [, counted, price, month] = row('alarms');
    expect(counted).toBe(`${alarms.length} alarms on ${metrics} metrics`);
    expect([price, month]).toEqual(['0.10 a metric', dollars(metrics, 0.1)]);
  });

  it('count the metrics that the logs are counted for', () => {
    const filters = resourcesOf('AWS::Logs::MetricFilter').map(([, { Properties: properties }]) => properties);
    const patterns = filters.map((properties) => String(properties['FilterPattern']));
    const reasons = new Set(
      patterns.flatMap((text) => [...text.matchAll(/\$\.reason = "(\w+)"/g)].map(([, name]) => name)),
    );
    const others = patterns.filter((text) => !text.includes('$.reason')).length;
    const [, counted, , month] = row('metrics counted from the logs');
    expect(counted).toContain(`at most ${reasons.size + others}: one for each of ${reasons.size} reasons`);
    expect(month).toBe(`at most ${dollars(reasons.size + others, 0.3)}`);
  });

  it("count the broker's own metrics", () => {
    const names = [
      ...readFileSync('lib/host/log.ts', 'utf8').matchAll(/\b(Issued|Denied|Failed|Unauthenticated|Latency)\b/g),
    ];
    const inAll = new Set(names.map(([name]) => name)).size;
    const [, counted, , month] = row("the broker's own metrics");
    expect(counted).toContain(`${inAll} in all`);
    expect(month).toBe(dollars(inAll + 40, 0.3));
  });

  it('count the dashboard', () => {
    const count = resourcesOf('AWS::CloudWatch::Dashboard').length;
    expect(row('dashboard, unless `Dashboard` is `false`').slice(1)).toEqual([
      ...[`${count}`, "3.00, an account's first three free", `0.00 (${dollars(count, 3)})`],
    ]);
  });

  it('count what detailed metrics of every route would cost, and that they are off', () => {
    const routes = resourcesOf('AWS::Serverless::Function').flatMap(([, one]) =>
      Object.keys(one.Properties['Events'] ?? {}),
    );
    const [, counted, , month] = row('detailed metrics of routes');
    expect(counted).toContain(`${METRICS_OF_A_ROUTE} for each of ${routes.length} routes`);
    expect(month).toBe(`0.00 (${dollars(routes.length * METRICS_OF_A_ROUTE, 0.3)})`);
    expect(JSON.stringify(template.Resources['Api'])).not.toContain('"DetailedMetricsEnabled":true');
  });

  it('count the key rings and the functions that are rolled out', () => {
    const rings = resourcesOf('AWS::SecretsManager::Secret').length;
    expect(row('Secrets Manager')[1]).toContain(`${rings} key rings`);
    expect(row('Secrets Manager')[3]).toBe(`${dollars(rings, 0.4)} and up`);
    const guarded = resourcesOf('AWS::Serverless::Function').filter(
      ([, one]) => 'DeploymentPreference' in one.Properties,
    );
    expect(row('rolling out, CodeDeploy')[1]).toBe(`${guarded.length} functions`);
  });

  it('bound a flood by the parameters that are in force', () => {
    const units = Number(template.Parameters['MaxWriteUnits']?.['Default']);
    expect(page).toContain(
      `at the default of ${units.toLocaleString('en')} a second, ${Math.round(units * 3_600 * 0.625e-6)} US dollars`,
    );
  });
});

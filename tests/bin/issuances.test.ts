import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { main } from '../../bin/cli.ts';
import { packedWarnings } from '../../bin/commands/issuances/stats.ts';
import { plainText, textTable } from '../../bin/commands/issuances/text.ts';
import { dynamoLedger } from '../../lib/aws/dynamodb/ledger-table.ts';
import { toJson } from '../../lib/ledger/json.ts';
import { stepsOf } from '../../lib/ledger/steps.ts';
import { Tally } from '../../lib/ledger/tally.ts';
import { epochMilliseconds, epochSeconds, seconds } from '../../lib/time.ts';
import { noDeadline, startTables, type TestTables } from '../aws/dynamodb/dynamodb.ts';
import { aDenial, aRecord, NINE } from '../ledger/a-record.ts';

/** The SDK's own settings, as an operator has them. */
const SETTINGS = ['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_ENDPOINT_URL_DYNAMODB'] as const;
const before = Object.fromEntries(SETTINGS.map((name) => [name, process.env[name]]));
const records = [0, 1, 2].map((number) => aRecord({ time: epochMilliseconds(NINE + number) }));
const hostile = 'mallory\u001b[2J\nissued  deploy-web  root';
let tables: TestTables;
let prefix: string;

beforeAll(async () => {
  tables = await startTables();
  prefix = tables.table('ledger').replace(/-ledger$/, '');
  const { hostname, port } = await endpointOf(tables);
  Object.assign(process.env, {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_DYNAMODB: `http://${hostname}:${port}`,
  });
  const ledger = dynamoLedger({ client: tables.client, table: tables.table('ledger') });
  for (const record of records) await ledger.finished(record, noDeadline);
  await ledger.denied(aDenial({ time: epochMilliseconds(NINE + 60_000), principal: hostile, subject: 'mallory' }));
});
afterAll(async () => {
  for (const name of SETTINGS) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
  await tables.stop();
});

async function endpointOf({ sdk }: TestTables) {
  const endpoint = await sdk.config.endpoint?.();
  if (endpoint === undefined) throw new Error('the test client has no endpoint');
  return endpoint;
}

async function run(...args: string[]) {
  const written = { out: '', err: '' };
  const code = await main(['issuances', ...args], {
    out: (text) => {
      written.out += text;
    },
    err: (text) => {
      written.err += text;
    },
    env: { TOKEN_BROKER_TABLES: prefix },
    cwd: '/',
  });
  return { code, ...written };
}

describe('issuances list', () => {
  it('shows a line for each, newest first, under headings', async () => {
    const { code, out } = await run('list');
    const lines = out.trimEnd().split('\n');
    expect(code).toBe(0);
    expect(lines[0]).toMatch(/^TIME +OUTCOME +SCOPE +PRINCIPAL +ACTOR +SOURCE +DETAIL +ID$/);
    expect(lines.slice(2).map((line) => line.split(/ {2,}/).at(-1))).toEqual(records.map(({ id }) => id).reverse());
  });

  it('lets no text of a caller end a line or move the cursor', async () => {
    const { out } = await run('list', '--outcome', 'denied');
    expect(out.split('\n').length).toBe(3);
    expect(out).toContain('mallory\\u{1b}[2J\\u{a}issued');
    expect(out.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });

  it('prints what the API answers with --json', async () => {
    const { out } = await run('list', '--outcome', 'issued', '--json');
    expect(JSON.parse(out)).toEqual({ issuances: records.map(toJson).reverse(), next: null });
  });

  it('goes on at a cursor', async () => {
    const first = JSON.parse((await run('list', '--outcome', 'issued', '--limit', '2', '--json')).out);
    const { out } = await run('list', '--outcome', 'issued', '--cursor', first.next, '--json');
    expect(JSON.parse(out).issuances).toEqual(records.slice(0, 1).map(toJson));
  });

  it('says where more is, beside the result', async () => {
    const { out, err } = await run('list', '--limit', '1');
    expect(out).not.toContain('--cursor');
    expect(err).toMatch(/^There is more: add --cursor [\w-]+\n$/);
  });

  it.each([
    ['principal', 'acme/web@refs/heads/main', 3],
    ['connection', 'github', 4],
    ['client', 'nightly-bot', 0],
    ['scope', 'deploy-web', 4],
    ['outcome', 'denied', 1],
    ['reason', 'not_allowed', 1],
    ['access-key-id', records[0]?.credential?.accessKeyId ?? '', 3],
    ['from', '2026-11-21T09:00:00.251Z', 3],
    ['to', '2026-11-21T09:00:00.251Z', 2],
  ])('filters by --%s', async (option, value, count) => {
    const { out } = await run('list', `--${option}`, value, '--json');
    expect(JSON.parse(out).issuances.length).toBe(count);
  });

  it('names what began long ago and has no outcome with --unfinished, and takes no other outcome', async () => {
    const ledger = dynamoLedger({ client: tables.client, table: tables.table('ledger') });
    const [old, young] = [NINE + 120_000, Date.now()].map((time) =>
      aRecord({ time: epochMilliseconds(time), outcome: 'started', credential: null, scope: 'unfinished' }),
    );
    for (const one of [old, young]) if (one !== undefined) await ledger.started(one, noDeadline);
    const { out } = await run('list', '--unfinished', '--scope', 'unfinished', '--json');
    expect(JSON.parse(out).issuances).toMatchObject([{ id: old?.id, outcome: 'started' }]);
    expect(await run('list', '--unfinished', '--outcome', 'issued')).toMatchObject({ code: 2, out: '' });
  });

  it('says so where there are none', async () => {
    expect(await run('list', '--client', 'nobody')).toMatchObject({ code: 0, out: 'No issuances.\n' });
  });

  it.each([
    ['an option that there is not', ['--colour', 'red']],
    ['an argument', ['deploy-web']],
    ['a limit of nothing', ['--limit', '0']],
    ['a time that is none', ['--from', 'yesterday']],
    ['a cursor of another list', ['--cursor', 'abc']],
    ['a prefix that names no tables', ['--tables', '../x']],
  ])('is wrong usage with %s', async (_, args) => {
    const { code, out, err } = await run('list', ...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('Usage: token-broker issuances list');
  });

  it('fails, and says how, where the ledger is not there', async () => {
    const { code, err } = await run('list', '--tables', 'other');
    expect(code).toBe(1);
    expect(err).toContain('other-ledger cannot be read: ResourceNotFoundException');
  });

  it('says in words what keeps the SDK from asking', async () => {
    process.env['AWS_USE_FIPS_ENDPOINT'] = 'true';
    const { code, err } = await run('list').finally(() => delete process.env['AWS_USE_FIPS_ENDPOINT']);
    expect(code).toBe(1);
    expect(err).toContain('-ledger cannot be read: Invalid Configuration: FIPS and custom endpoint are not supported');
  });
});

describe('issuances stats', () => {
  const RANGE = ['--from', '2026-11-21T09:00:00Z', '--to', '2026-11-21T09:02:00Z'];

  it('shows a line for each step, and the sum', async () => {
    const { code, out } = await run('stats', ...RANGE, '--step', 'minute');
    expect(code).toBe(0);
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((line) => line.split(/ {2,}/)),
    ).toEqual([
      ['TIME', 'ISSUED', 'DENIED', 'FAILED', 'STARTED', 'APPROVED', 'ATTEMPTS'],
      ['2026-11-21T09:00:00.000Z', '3', '0', '0', '0', '0', '3'],
      ['2026-11-21T09:01:00.000Z', '0', '1', '0', '0', '0', '1'],
      ['2026-11-21T09:02:00.000Z', '0', '0', '0', '0', '0', '0'],
      ['(all)', '3', '1', '0', '0', '0', '4'],
    ]);
  });

  it('shows what most have in common, and lets no text of a caller end a line or move the cursor', async () => {
    const { out } = await run('stats', ...RANGE, '--by', 'principal,reason');
    expect(out).toContain('PRINCIPAL');
    expect(out).toMatch(/^acme\/web@refs\/heads\/main +3 +0 +0 +0 +0 +3$/m);
    expect(out).toMatch(/^\(none\) +3 /m);
    expect(out).toContain('mallory\\u{1b}[2J\\u{a}issued');
    expect(out.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });

  it('shows the most that STS had to pack of each scope', async () => {
    const { out, err } = await run('stats', ...RANGE, '--by', 'scope');
    expect(out).toMatch(/^SCOPE .* PACKED$/m);
    expect(out).toMatch(/^deploy-web .* 12 %$/m);
    expect(err).not.toContain('warning');
  });

  it('warns of scopes whose sessions came near what STS packs', () => {
    const tally = new Tally(stepsOf(NINE, NINE, seconds(60)), ['scope']);
    const credential = (packedPolicySize: number) => ({ expires: epochSeconds(0), packedPolicySize });
    for (const [scope, size] of [
      ['near', 80],
      ['far', 79],
    ] as const) {
      tally.add(aRecord({ time: NINE, scope, credential: credential(size) }));
    }
    expect(packedWarnings({ tally })).toEqual([expect.stringMatching(/^warning: near: .* 80 % .*policy_too_large/)]);
  });

  it('prints what the API answers with --json, filtered', async () => {
    const { out } = await run('stats', ...RANGE, '--by', 'scope', '--outcome', 'denied', '--json');
    expect(JSON.parse(out)).toMatchObject({
      total: { issued: 0, denied: 1 },
      breakdowns: { scope: { groups: [{ value: 'deploy-web', denied: 1 }], others: null } },
      partial: false,
      next: null,
    });
  });

  it('says so where there are none', async () => {
    expect(await run('stats', '--client', 'nobody')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^No issuances from 20\S+Z to 20\S+Z\.\n$/),
    });
  });

  it.each([
    ['what there is not to count by', ['--by', 'colour']],
    ['a range that is too wide for the step', ['--from', '2020-01-01T00:00:00Z', '--step', 'minute']],
    ['a step that is none', ['--step', 'month']],
  ])('is wrong usage with %s', async (_, args) => {
    const { code, out, err } = await run('stats', ...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('Usage: token-broker issuances stats');
  });
});

describe('issuances show', () => {
  const [record = aRecord()] = records;

  it('prints the record with --json', async () => {
    const { code, out } = await run('show', record.id, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual(toJson(record));
  });

  it('says who allowed it, and why a rule missed', async () => {
    const source = {
      file: 'scopes/deploy-web.yaml',
      line: 12,
      appliedBy: 'Ada Example',
      appliedAt: '2026-11-20T09:00:00Z',
      reason: 'web rolls itself',
      commit: 'c0ffee',
    };
    const checks = [
      { operator: 'Actor', key: 'actor', held: false, missed: 'absent', rule: 1 },
      { operator: 'StringEquals', key: 'claims.ref', held: false, missed: 'different', rule: 2 },
    ] as const;
    const other = aDenial({
      time: epochMilliseconds(NINE - 60_000),
      decision: { configVersion: 7, rule: 0, checks, source },
    });
    const ledger = dynamoLedger({ client: tables.client, table: tables.table('ledger') });
    await ledger.denied(other);
    const listed = await run('list', '--to', '2026-11-21T08:59:30Z', '--json');
    const { id } = JSON.parse(listed.out).issuances[0];
    const lines = (await run('show', id)).out.split('\n').map((line) => line.replace(/ {2,}/, ' '));
    expect(lines).toEqual(
      expect.arrayContaining([
        'decision.source.file scopes/deploy-web.yaml',
        'decision.source.line 12',
        'decision.source.appliedBy Ada Example',
        'decision.source.reason web rolls itself',
        'decision.checks.0 rule 1 wants an actor: there is none',
        'decision.checks.1 rule 2, StringEquals claims.ref: does not hold, another value',
      ]),
    );
  });

  it('prints a line a member for people', async () => {
    const lines = (await run('show', record.id)).out.split('\n');
    expect(lines[0]).toMatch(new RegExp(`^id +${record.id}$`));
    expect(lines).toContainEqual(expect.stringMatching(/^claims\.repository +acme\/web$/));
    expect(lines).toContainEqual(expect.stringMatching(/^decision\.checks\.0 +StringEquals claims\.ref: holds$/));
  });

  it('fails for an issuance that there is not', async () => {
    expect(await run('show', aRecord().id)).toMatchObject({ code: 1, out: '' });
  });

  it.each([
    ['nothing', []],
    ['two ids', [record.id, record.id]],
    ['a text that is no id', ['deploy-web']],
  ])('is wrong usage with %s', async (_, args) => {
    expect(await run('show', ...args)).toMatchObject({ code: 2, out: '' });
  });
});

describe('text of others', () => {
  it.each([
    ['an escape', '\u001b[31m', '\\u{1b}[31m'],
    ['a newline', 'a\nb', 'a\\u{a}b'],
    ['a C1 control', '\u009b2J', '\\u{9b}2J'],
    ['a right-to-left override', '\u202egpj', '\\u{202e}gpj'],
    ['a line separator', 'a\u2028b', 'a\\u{2028}b'],
    ['half a character', '\ud800', '\\u{d800}'],
    ['letters of any script', 'Žluťoučký 日本 🚀', 'Žluťoučký 日本 🚀'],
  ])('shows %s harmlessly', (_, text, shown) => {
    expect(plainText(text)).toBe(shown);
  });

  it('is cut where it would fill the screen', () => {
    expect(textTable([['x'.repeat(61), 'y']])).toBe(`${'x'.repeat(59)}…  y\n`);
  });
});

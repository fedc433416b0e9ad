import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { main } from '../../bin/main.ts';
import { dynamoLedger } from '../../lib/aws/dynamodb/ledger-table.ts';
import { EXPORT_FORMATS } from '../../lib/ledger/export.ts';
import { toJson } from '../../lib/ledger/json.ts';
import { epochMilliseconds } from '../../lib/time.ts';
import { noDeadline, startTables, type TestTables } from '../aws/dynamodb/dynamodb.ts';
import { aDenial, aRecord, NINE } from '../ledger/a-record.ts';

const saved = { ...process.env };
const records = Array.from({ length: 120 }, (_, number) => aRecord({ time: epochMilliseconds(NINE + number) }));
const denial = aDenial({ time: epochMilliseconds(NINE + 60_500), subject: 'mallory' });
const RANGE = ['--from', '2026-11-21T09:00:00Z', '--to', '2026-11-21T10:00:00Z'];
let tables: TestTables;
let folder: string;

beforeAll(async () => {
  tables = await startTables();
  folder = mkdtempSync(join(tmpdir(), 'export-'));
  Object.assign(process.env, {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_DYNAMODB: tables.endpoint,
    TOKEN_BROKER_TABLES: tables.table('ledger').replace(/-ledger$/, ''),
  });
  const ledger = dynamoLedger({ client: tables.client, table: tables.table('ledger') });
  for (const record of records) await ledger.finished(record, noDeadline);
  await ledger.denied(denial);
  await ledger.finished(aRecord({ time: epochMilliseconds(NINE + 90_000) }), noDeadline);
});
afterAll(async () => {
  process.env = saved;
  rmSync(folder, { recursive: true });
  await tables.stop();
});

async function exported(...args: string[]) {
  const written = { out: '', err: '' };
  const terminal = {
    out: (text: string) => {
      written.out += text;
    },
    err: (text: string) => {
      written.err += text;
    },
    env: process.env,
    cwd: folder,
    isInteractive: true,
  };
  const code = await main(['issuances', 'export', ...args], terminal);
  return { code, ...written };
}

const lines = (text: string): readonly string[] => text.split(/\r?\n/).filter((line) => line !== '');

describe('issuances export', () => {
  it('writes every record once, oldest first, exactly, as JSON Lines', async () => {
    const { code, out, err } = await exported(...RANGE);
    expect([code, err]).toEqual([0, '']);
    const read = lines(out).map((line) => JSON.parse(line));
    expect(read.length).toBe(122);
    expect(read.slice(0, 120)).toEqual(records.map(toJson));
    expect(read.map(({ time }) => time)).toEqual(read.map(({ time }) => time).sort());
  });

  it('takes the filters of the list', async () => {
    const { out } = await exported(...RANGE, '--outcome', 'denied');
    expect(lines(out).map((line) => JSON.parse(line).subject)).toEqual(['mallory']);
  });

  it.each(['jsonl', 'csv'])(
    'goes on in a file of %s wherever it was cut off: the whole again, byte for byte',
    async (format) => {
      const file = `whole.${format}`;
      const path = join(folder, file);
      expect((await exported(...RANGE, '--format', format, '--resume', file)).out).toBe('');
      const whole = readFileSync(path, 'utf8');
      expect(whole).toBe((await exported(...RANGE, '--format', format)).out);
      expect(statSync(path).mode & 0o077).toBe(0);
      const ends = [0, 1, 5, whole.indexOf('\n'), whole.indexOf('\n') + 1, whole.length - 1, whole.length];
      const inDenial = whole.indexOf('mallory');
      for (const end of [...ends, inDenial, whole.indexOf('\n', inDenial) + 1]) {
        truncateSync(path, end);
        await exported(...RANGE, '--format', format, '--resume', file);
        expect({ end, whole: readFileSync(path, 'utf8') === whole }).toEqual({ end, whole: true });
      }
    },
  );

  it.each([
    ['that is none of ours', 'precious\nwork\n', []],
    ['without a whole line that is none of ours', 'precious', []],
    ['of the other format', EXPORT_FORMATS.jsonl.line(aRecord()), ['--format', 'csv']],
    ['of another range', EXPORT_FORMATS.jsonl.line(aRecord({ time: epochMilliseconds(0) })), []],
  ])('refuses a file %s, and leaves it as it is', async (_, text, args) => {
    const path = join(folder, 'other');
    writeFileSync(path, text);
    expect((await exported(...RANGE, ...args, '--resume', 'other')).code).toBeGreaterThan(0);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it.each([
    ['a format that there is not', ['--format', 'xml']],
    ['a time that is none', ['--from', 'yesterday']],
    ['a file without a name', ['--resume', '']],
  ])('is wrong usage with %s', async (_, args) => {
    expect(await exported(...args)).toMatchObject({ code: 2, out: '' });
  });

  it('says that young records may still change', async () => {
    expect((await exported('--from', new Date(Date.now() - 1_000).toISOString())).err).toContain('may still change');
  });

  it('reads no further where nobody reads it', async () => {
    let written = 0;
    const out = () => {
      written += 1;
    };
    const terminal = { out, err: () => {}, env: process.env, cwd: folder };
    await main(['issuances', 'export', ...RANGE], { ...terminal, flushed: async () => false });
    expect(written).toBe(1);
  });
});

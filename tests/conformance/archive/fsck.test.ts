import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env, execPath } from 'node:process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { entriesOf, entryOf } from '../../../lib/archive/entry.ts';
import { epochMilliseconds } from '../../../lib/time.ts';
import { aLog, SIGNAL } from '../../archive/a-log.ts';
import { memoryKeys } from '../../archive/memory-keys.ts';
import { aRecord, NINE } from '../../ledger/a-record.ts';
import { folderObjects } from './folder-objects.ts';

const SIZE = 70_000;
const BATCH = 1_000;
/** Two days of it, one record every two seconds and a half. */
const EVERY_MS = 2_500;
const LONG = 240_000;

const run = promisify(execFile);
let folder: string;
let measured: number;

/** What a program prints, whatever its exit code. */
async function said(program: string, args: readonly string[], timeout: number): Promise<string> {
  const options = { timeout, killSignal: 'SIGKILL', maxBuffer: 64_000_000 } as const;
  const { stdout, stderr } = await run(program, [...args], options).catch((error) => Object(error));
  return `${stdout}${stderr}`;
}

/** Tessera's own check of a log in tlog-tiles form. It exits with 0 on some errors, so that its last word decides. */
/** Of a log that was tampered with it may wait for ever. */
const fsck = (most = 60_000): Promise<string> =>
  said(
    env['FSCK'] ?? 'fsck',
    [`--storage_url=file://${folder}/`, `--public_key=${join(folder, 'key')}`, '--ui=false'],
    most,
  );
const SUCCESS = /Successfully fsck/i;

const verify = (...more: readonly string[]): Promise<string> =>
  said(execPath, ['bin/cli.ts', 'ledger', 'verify', folder, '--key', join(folder, 'key'), ...more], 60_000);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'token-broker-log-'));
  const log = aLog(folderObjects(folder));
  const records = Array.from({ length: SIZE }, (_, at) => aRecord({ time: epochMilliseconds(NINE + at * EVERY_MS) }));
  // The last day's are sealed: a log goes on where that is turned on.
  const plain = records.slice(0, SIZE / 2).map(entryOf);
  const entries = [...plain, ...(await entriesOf(memoryKeys(), records.slice(SIZE / 2), SIGNAL))];
  const began = Date.now();
  for (let from = 0; from < SIZE; from += BATCH) await log.append(entries.slice(from, from + BATCH), null, SIGNAL);
  measured = Date.now() - began;
}, LONG);

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe(`a log of ${SIZE} records`, () => {
  it(
    'is accepted by Tessera',
    async () => {
      process.stdout.write(`${SIZE} records in batches of ${BATCH}: written in ${measured} ms\n`);
      expect(await fsck()).toMatch(SUCCESS);
    },
    LONG,
  );

  it(
    'is verified by ledger verify',
    async () => {
      expect(JSON.parse(await verify('--json'))).toMatchObject({ ok: true, size: SIZE, problem: null });
    },
    LONG,
  );

  it.each([
    ['a record', 'tile/entries/100'],
    ['a hash', 'tile/0/100'],
  ])(
    'with another octet in %s is refused by both',
    async (_, key) => {
      const path = join(folder, key);
      const body = await readFile(path);
      const changed = Buffer.from(body);
      changed.writeUInt8(changed.readUInt8(40) ^ 1, 40);
      try {
        await writeFile(path, changed);
        expect(await fsck(8_000)).not.toMatch(SUCCESS);
        expect(await verify()).toMatch(
          /^NOT VERIFIED .* (?:record 25600 was altered|tile 0\/100 is not over its records)/,
        );
      } finally {
        await writeFile(path, body);
      }
    },
    LONG,
  );
});

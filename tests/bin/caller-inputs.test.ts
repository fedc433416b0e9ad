/** What people and their shells write into variables and files, read as it is meant, or told what is wrong with it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { fetchCredentials } from '../../bin/caller/broker.ts';
import { privateFolder } from '../../bin/caller/private-folder.ts';
import { client } from '../../bin/caller/proofs/client.ts';
import { splitWords } from '../../bin/caller/proofs/exec.ts';
import { compactToken } from '../../bin/caller/proofs/jwt.ts';
import { readSettings } from '../../bin/caller/settings.ts';
import { readSettingsFile } from '../../bin/caller/settings-file.ts';
import type { Arguments, Terminal } from '../../bin/command.ts';
import { startScriptedBroker } from './scripted-broker.ts';

const folder = mkdtempSync(join(tmpdir(), 'caller inputs '));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const fileOf = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content, { mode: 0o600 });
  return path;
};

const NO_FLAGS = { positionals: [], value: () => undefined, values: () => [], has: () => false };
const settingsWith = (env: Readonly<Record<string, string>>) =>
  readSettings(NO_FLAGS as unknown as Arguments, { cwd: folder, env: { HOME: folder, ...env } } as unknown as Terminal);

describe('the address of the broker', () => {
  it.each([
    'https://broker.example.com',
    'https://broker.example.com/',
    'HTTPS://Broker.Example.com',
    'https://broker.example.com:443',
    ' https://broker.example.com\n',
  ])('is its origin as URLs write it: %j', async (text) => {
    expect((await settingsWith({ TOKEN_BROKER_URL: text })).broker).toBe('https://broker.example.com');
  });

  it.each([
    ['https://broker.example.com/sts', ': is it https://broker.example.com?'],
    ['https://broker.example.com/?x=1', ': is it https://broker.example.com?'],
    ['https://u:p@broker.example.com', ': is it https://broker.example.com?'],
    ['broker.example.com', ', such as https://broker.example.com'],
  ])('is not %j', async (text, hint) => {
    const said = `--broker is an https origin without a path${hint}`;
    await expect(settingsWith({ TOKEN_BROKER_URL: text })).rejects.toThrow(said);
  });
});

describe('a token in a file', () => {
  it.each([
    ['with the line end of Windows', 'e.y.J\r\n'],
    ['with a byte order mark', '\ufeffe.y.J'],
  ])('is read %s', (_, text) => {
    expect(compactToken(text, 'F')).toBe('e.y.J');
  });

  it('is none in UTF-16, which says so', () => {
    const text = Buffer.from('\ufeffe.y.J', 'utf16le').toString('utf8');
    expect(() => compactToken(text, 'F')).toThrow('F is no text in UTF-8');
  });
});

describe('the command of a proof', () => {
  it.each([
    ['C:\\tools\\token.exe --now', ['C:\\tools\\token.exe', '--now']],
    ['\\\\\\\\server\\share\\t.exe', ['\\\\server\\share\\t.exe']],
    ['/opt/my\\ tools/t "a b" \'c\\d\'', ['/opt/my tools/t', 'a b', 'c\\d']],
    ['a\\"b', ['a"b']],
    ['t \\{a\\}\\[b\\]\\!', ['t', '{a}[b]!']],
  ])('%s is these words', (command, words) => {
    expect(splitWords(command)).toEqual(words);
  });
});

describe('token-broker.yaml', () => {
  it.each([
    ['nothing', ''],
    ['comments alone', '# scope: deploy\n\n  # proof: github\r\n'],
    ['a byte order mark alone', '\ufeff'],
  ])('may hold %s', (_, text) => {
    expect(readSettingsFile(fileOf('none.yaml', text), 'home')).toMatchObject({ values: new Map() });
  });

  it.each(['parameters: { a: null }', 'parameters: { a: [1] }', 'parameters: { a: { b: 1 } }'])(
    'has parameters that are words: %s',
    (text) => {
      const path = fileOf('parameters.yaml', text);
      expect(() => readSettingsFile(path, 'home')).toThrow('parameters.a is one word or text');
    },
  );
});

describe("a client's secret in a file", () => {
  const present = (content: string) => {
    const env = { TOKEN_BROKER_CLIENT_SECRET_FILE: fileOf('secret', content) };
    return client
      .source('bot', { env, cwd: folder, broker: 'https://b.example' })
      .present(new AbortController().signal);
  };

  it.each(['s3cret\n', 's3cret\r\n', '\ufeffs3cret\n', 's3cret'])('is what stands in it: %j', async (content) => {
    expect(await present(content)).toMatchObject({ secret: 's3cret' });
  });

  it.each(['', '\n', '\ufeff\r\n'])('is none of %j', async (content) => {
    await expect(present(content)).rejects.toThrow('is empty: no secret is there');
  });
});

it('a cache that is no folder says so', () => {
  expect(() => privateFolder(fileOf('cache', ''))).toThrow('it is no folder: choose another, or remove it');
  mkdirSync(join(folder, 'kept'), { mode: 0o700 });
  expect(() => privateFolder(join(folder, 'kept'))).not.toThrow();
});

it('a broker that is down is asked again, and the caller is told once why it takes so long', async () => {
  const broker = await startScriptedBroker();
  broker.gives = 'down';
  const said: string[] = [];
  const request = {
    ...{ broker: broker.url, scope: 'reports', intent: null, durationSeconds: null, parameters: {}, policy: null },
    actor: null,
    waiting: (why: string) => {
      said.push(why);
      if (broker.asked > 2) broker.gives = 3600;
    },
  };
  setTimeout(() => {
    broker.gives = 3600;
  }, 900);
  const proof = { kind: 'token', token: 'e.y.J', type: 'urn:ietf:params:oauth:token-type:jwt' } as const;
  expect(await fetchCredentials(request, proof, AbortSignal.timeout(20_000))).toMatchObject({ Token: 't' });
  expect(said).toEqual([expect.stringMatching(/^ledger_unavailable: /)]);
  broker.stop();
});

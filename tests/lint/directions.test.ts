import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { composeDirections, roomsWithDirections } from '../../local/lint/directions.ts';

/** A source of one line in a folder, and the rule that refuses it there; null: it is accepted. */
const canaries = [
  ['lib/policy', "import '@aws-sdk/client-sts';", 'noRestrictedImports'],
  ['lib/policy', "import { x } from '../aws/dynamodb/client.ts';\nx();", 'noRestrictedImports'],
  ['lib/policy', "import { x } from '../identity/oidc/x.ts';\nx();", 'noRestrictedImports'],
  ['lib/policy', "import { x } from '../identity/principal.ts';\nx();", null],
  ['lib/policy', "import { x } from '../http/answer.ts';\nx();", 'noRestrictedImports'],
  ['lib/policy', "import { randomBytes } from 'node:crypto';\nrandomBytes(1);", 'noRestrictedImports'],
  ['lib/policy', "import { createHash } from 'node:crypto';\ncreateHash('sha256');", null],
  ['lib/policy', "import { isIP } from 'node:net';\nisIP('');", null],
  ['lib/policy', "import { connect } from 'node:net';\nconnect(1);", 'noRestrictedImports'],
  ['lib/policy', "import { env } from 'node:process';\nenv.valueOf();", 'noRestrictedImports'],
  ['lib/identity/oidc', "import { x } from '../../credential/x.ts';\nx();", 'noRestrictedImports'],
  ['lib/identity/oidc', "import { x } from '../../policy/x.ts';\nx();", null],
  ['lib/credential', "import { x } from '../issue.ts';\nx();", 'noRestrictedImports'],
  ['lib/credential', "import { x } from '../identity/oidc/x.ts';\nx();", 'noRestrictedImports'],
  ['lib/downstream', "import { x } from '../credential/x.ts';\nx();", 'noRestrictedImports'],
  ['lib/ledger', "import { x } from '../policy/decide.ts';\nx();", 'noRestrictedImports'],
  ['lib/ledger', "import { x } from '../http/answer.ts';\nx();", 'noRestrictedImports'],
  ['lib/configuration', "import { x } from '../aws/x.ts';\nx();", 'noRestrictedImports'],
  ['lib/probe', "import { x } from '../issuance/x.ts';\nx();", 'noRestrictedImports'],
  ['lib/probe', "import { x } from '../host/fetcher.ts';\nx();", 'noRestrictedImports'],
  ['lib/issuance', "import { x } from '../http/x.ts';\nx();", 'noRestrictedImports'],
  ['lib/sign-in', "import { x } from '../http/x.ts';\nx();", 'noRestrictedImports'],
  ['lib/keys', "import { x } from '../aws/x.ts';\nx();", 'noRestrictedImports'],
  ['lib/configuration', "import { readFileSync } from 'node:fs';\nreadFileSync('x');", null],
  ['lib/configuration', "import { request } from 'node:https';\nrequest('x');", 'noRestrictedImports'],
  ['lib/refusals/explained', "import { x } from '../outage.ts';\nx();", null],
  ['lib', "import { x } from './composition/issue.ts';\nx();", 'noRestrictedImports'],
  ['lib', "import { x } from '../local/x.ts';\nx();", 'noRestrictedImports'],
  ['lib', "import { x } from '../deploy/x.ts';\nx();", 'noRestrictedImports'],
  ['lib/refusals', "import { x } from '../outcome.ts';\nx();", 'noRestrictedImports'],
  ['lib/http', "import { x } from '../aws/dynamodb/client.ts';\nx();", 'noRestrictedImports'],
  ['lib/http', "import { x } from '../policy/decide.ts';\nx();", 'noRestrictedImports'],
  ['lib/aws', "import { x } from '../http/answer.ts';\nx();", 'noRestrictedImports'],
  ['lib/aws', "import '@aws-sdk/client-sts';", null],
  ['functions', "import '@aws-sdk/client-sts';", 'noRestrictedImports'],
  ['functions', "import { x } from '../lib/policy/decide.ts';\nx();", 'noRestrictedImports'],
  ['functions', "import { x } from '../lib/composition/issue.ts';\nx();", null],
  ['lib/http', 'export const now = Date.now();', 'noJsRestrictedProperties'],
  ['functions', 'export const luck = Math.random();', 'noJsRestrictedProperties'],
  ['lib/ledger', 'export const id = crypto.randomUUID();', 'noJsRestrictedProperties'],
  ['lib/identity', 'export const now = new Date();', 'plugin'],
  ['lib/identity', 'export const epoch = new Date(0);', null],
  ['functions', 'export const issuer = process.env.ISSUER;', 'noRestrictedGlobals'],
  ['lib/identity', "export const keys = fetch('https://idp.example');", 'noRestrictedGlobals'],
  ['lib/host', "import '@aws-sdk/client-sts';", 'noRestrictedImports'],
  ['lib/host', "import { x } from '../aws/sts/client.ts';\nx();", 'noRestrictedImports'],
  ['lib/aws/sts', "import { x } from '../../composition/sts.ts';\nx();", 'noRestrictedImports'],
  ['lib/policy', "import { x } from '../host/fetcher.ts';\nx();", 'noRestrictedImports'],
  ['lib/composition', "import { x } from '../aws/sts/client.ts';\nx();", null],
  ['lib/composition', "import '@aws-sdk/client-sts';", 'noRestrictedImports'],
  ['functions', "import { x } from '../lib/aws/sts/client.ts';\nx();", 'noRestrictedImports'],
  ['lib/host', 'export const x = [Date.now(), Math.random(), new Date(), process.env.X];', null],
  ['lib/aws', 'export const x = [Date.now(), Math.random(), new Date(), process.env.X];', null],
] as const;

it('lint/directions.json is what `npm run directions` writes', () => {
  expect(readFileSync('lint/directions.json', 'utf8')).toBe(composeDirections('.'));
});

it('every room of lib/ has a direction', () => {
  const rooms = readdirSync('lib', { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(roomsWithDirections('.')).toEqual(expect.arrayContaining(rooms.map(({ name }) => `lib/${name}`)));
});

describe('the linter', () => {
  const root = process.cwd();
  const folder = mkdtempSync(join(tmpdir(), 'lint-canary-'));
  const found = new Map<string, string[]>();
  const path = (index: number, of: string) => `${of}/canary${index}.ts`;

  beforeAll(() => {
    const configuration = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8'));
    writeFileSync(join(folder, 'biome.json'), JSON.stringify({ ...configuration, vcs: { enabled: false } }));
    cpSync(join(root, 'lint'), join(folder, 'lint'), { recursive: true });
    canaries.forEach(([of, source], index) => {
      mkdirSync(dirname(join(folder, path(index, of))), { recursive: true });
      writeFileSync(join(folder, path(index, of)), `${source}\n`);
    });
    const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
    const run = spawnSync(process.execPath, [biome, 'lint', '--reporter=json', '--max-diagnostics=500', '.'], {
      cwd: folder,
      encoding: 'utf8',
    });
    for (const { category, location, severity } of JSON.parse(run.stdout).diagnostics) {
      if (severity !== 'error') continue;
      const file = String(location.path?.file ?? location.path);
      found.set(file, [...(found.get(file) ?? []), String(category).split('/').at(-1) ?? '']);
    }
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(canaries.map((canary, index) => [...canary, index] as const))('in %s: %j gets %s', (of, _, rule, index) => {
    expect(found.get(path(index, of)) ?? []).toEqual(rule === null ? [] : [rule]);
  });
});

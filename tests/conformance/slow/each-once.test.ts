import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { loadConfiguration } from '../../../lib/configuration/load.ts';
import { type FieldPath, formatField } from '../../../lib/configuration/problem.ts';
import { valueAt } from '../../../lib/configuration/validate-file.ts';
import { readYaml } from '../../../lib/configuration/yaml-file.ts';
import { isJsonObject } from '../../../lib/json.ts';
import { ISSUER, NOW, PARTNER, problemsOf, SESSION } from '../../configuration/folder-of.ts';

const EXAMPLES = join(import.meta.dirname, '..', '..', '..', 'examples');
const folder = mkdtempSync(join(tmpdir(), 'each-once-'));
cpSync(EXAMPLES, folder, { recursive: true });
afterAll(() => rmSync(folder, { recursive: true }));

const files = ['connections', 'clients', 'scopes'].flatMap((kind) =>
  readdirSync(join(EXAMPLES, kind))
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => `${kind}/${file}`),
);

/** Every field and entry of a document. */
function pathsOf(value: unknown, above: FieldPath = []): FieldPath[] {
  const own = above.length === 0 ? [] : [above];
  if (Array.isArray(value)) return [...own, ...value.flatMap((entry, index) => pathsOf(entry, [...above, index]))];
  if (!isJsonObject(value)) return own;
  return [...own, ...Object.entries(value).flatMap(([name, entry]) => pathsOf(entry, [...above, name]))];
}

/** The document with one value replaced. */
function withValue(value: unknown, [first, ...rest]: FieldPath, replacement: unknown): unknown {
  if (first === undefined) return replacement;
  if (Array.isArray(value)) {
    return value.map((entry, index) => (index === first ? withValue(entry, rest, replacement) : entry));
  }
  if (!isJsonObject(value)) return value;
  return { ...value, [first]: withValue(value[first], rest, replacement) };
}

interface Told {
  readonly field: string;
  readonly line: number;
  readonly message: string;
}

async function errorsWith(file: string, document: unknown): Promise<readonly Told[]> {
  const original = readFileSync(join(EXAMPLES, file), 'utf8');
  writeFileSync(join(folder, file), stringify(document));
  const loaded = await loadConfiguration(folder, { issuer: ISSUER, now: NOW });
  writeFileSync(join(folder, file), original);
  const errors = 'problems' in loaded ? loaded.problems.filter(({ severity }) => severity === 'error') : [];
  return errors.filter((error) => error.file === file);
}

describe('one wrong value is one problem, if any', () => {
  it.each(files)('%s', async (file) => {
    const document: unknown = parse(readFileSync(join(EXAMPLES, file), 'utf8'));
    for (const path of pathsOf(document)) {
      // IAM's own grammar reads a statement as a whole.
      if (path.includes('Statement')) continue;
      const errors = await errorsWith(file, withValue(document, path, null));
      expect([path, errors.slice(1).map(({ field, message }) => `${field}: ${message}`)]).toEqual([path, []]);
    }
  });
});

/** Fields that say what their neighbours mean: another value makes those wrong. */
const DECIDING = ['preset', 'provider', 'type', 'via', 'forward', 'authentication', 'pattern'];

/** A built-in scope has no grant; another name makes it one that has to have one. */
const isDeciding = (path: FieldPath): boolean =>
  DECIDING.includes(String(path.at(-1))) || (path.length === 1 && path[0] === 'scope');

describe('a wrong value is told at its own field and line', () => {
  it.each(files)('%s', async (file) => {
    const document: unknown = parse(readFileSync(join(EXAMPLES, file), 'utf8'));
    for (const path of pathsOf(document)) {
      // A key is read as a whole.
      if (typeof valueAt(document, path) === 'object' || isDeciding(path) || path.includes('keys')) continue;
      const changed = withValue(document, path, 'no-such-value');
      const { positionOf } = readYaml(stringify(changed));
      for (const { field, line, message } of await errorsWith(file, changed)) {
        const own = formatField(path);
        expect([message, field, line]).toEqual([message, own, positionOf(path).line]);
      }
    }
  });
});

it('a rule that an alias repeats is wrong once, where its anchor is', async () => {
  const scope = SESSION.replace(
    '  - connection: partner\n',
    '  - connection: partner\n    when: &main { StringEqual: { claims.ref: a } }\n  - { client: bot, connection: partner, when: *main }\n',
  );
  const bot = 'client: bot\nsecret: token-broker/clients/bot\n';
  expect(
    await problemsOf({ 'connections/partner.yaml': PARTNER, 'clients/bot.yaml': bot, 'scopes/deploy.yaml': scope }),
  ).toEqual([
    expect.stringMatching(/^scopes\/deploy.yaml:4: allow\[0\].when.StringEqual: StringEqual is not an operator/),
  ]);
});

it('a misspelt operator in the require of an open issuer is one problem', async () => {
  const text = `connection: github\ntype: oidc\npreset: github-actions\naudience: ${ISSUER}\n`;
  const require = 'require: { StringEqual: { claims.repository_owner_id: "1" } }\n';
  expect(await problemsOf({ 'connections/github.yaml': text + require })).toEqual([
    expect.stringMatching(/StringEqual is not an operator/),
  ]);
});

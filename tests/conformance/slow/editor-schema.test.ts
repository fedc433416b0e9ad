import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { jsonSchemas } from '../../../lib/configuration/json-schemas.ts';
import { isJsonObject, type JsonValue } from '../../../lib/json.ts';
import { LanguageServer } from './language-server.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const KINDS = { connection: 'connections', client: 'clients', scope: 'scopes' } as const;
const schemas = Object.fromEntries(
  Object.entries(KINDS).map(([kind, folder]) => [
    pathToFileURL(join(ROOT, 'docs', 'schema', `${kind}.schema.json`)).href,
    `/config/${folder}/*.yaml`,
  ]),
);

const server = new LanguageServer(schemas);
beforeAll(() => server.start());
afterAll(() => server.stop());

let opened = 0;
const newUri = (folder: string): string => {
  opened += 1;
  return `file:///config/${folder}/document-${opened}.yaml`;
};

const SCOPE = `scope: deploy
allow:
  - connection: github
    when:
      StringEquals:
        claims.repository_id: "1"
grant:
  type: aws-session
  roleArn: arn:aws:iam::111122223333:role/token-broker/deploy
  duration: 1h
`;

describe('in an editor', () => {
  it.each(
    Object.values(KINDS).flatMap((folder) =>
      readdirSync(join(ROOT, 'examples', folder))
        .filter((file) => file.endsWith('.yaml'))
        .map((file) => `${folder}/${file}`),
    ),
  )('nothing is said of %s', async (file) => {
    const text = readFileSync(join(ROOT, 'examples', file), 'utf8');
    expect(await server.open(newUri(file.split('/')[0] ?? ''), text)).toEqual([]);
  });

  it.each([
    ['an unknown field', 'scopes', SCOPE.replace('allow:', 'alow:'), /alow is not allowed|Missing property/, 1],
    ['a value of no list', 'connections', 'connection: x\ntype: oidc\npreset: github\n', /github-actions/, 2],
    ['an unknown operator', 'scopes', SCOPE.replace('StringEquals', 'StringEqual'), /StringEqual/, 4],
    ['a key without claims.', 'scopes', SCOPE.replace('claims.repository_id', 'repository_id'), /repository_id/, 5],
    ['a duration that is none', 'scopes', SCOPE.replace('1h', 'one hour'), /pattern/, 9],
  ])('%s is underlined', async (_name, folder, text, message, line) => {
    const found = await server.open(newUri(folder), text);
    expect(found).toContainEqual(
      expect.objectContaining({
        message: expect.stringMatching(message),
        range: expect.objectContaining({ start: expect.objectContaining({ line }) }),
      }),
    );
  });

  it.each([
    ['a field', 'scopes', SCOPE, { line: 8, character: 4 }, /The role; no template can stand here/],
    ['an operator', 'scopes', SCOPE, { line: 4, character: 10 }, /StringEquals: takes text/],
    [
      'a claim, with its provider and its values',
      'scopes',
      SCOPE,
      { line: 5, character: 14 },
      /GitHub Actions: digits/,
    ],
    [
      'a field of a connection',
      'connections',
      'connection: x\ntype: saml\nsha1: refuse\n',
      { line: 2, character: 1 },
      /legacy/,
    ],
  ])('%s says what it is for', async (_name, folder, text, position, expected) => {
    const uri = newUri(folder);
    await server.open(uri, text);
    expect(JSON.stringify(await server.hover(uri, position))).toMatch(expected);
  });

  it.each([
    ['fields of a grant', 'scopes', `${SCOPE}  \n`, { line: 10, character: 2 }, ['policy', 'tags', 'sourceIdentity']],
    [
      'presets',
      'connections',
      'connection: x\ntype: oidc\npreset: \n',
      { line: 2, character: 8 },
      ['github-actions', 'gitlab'],
    ],
    [
      'operators',
      'scopes',
      SCOPE.replace(/ {6}StringEquals:\n.*\n/, '      \n'),
      { line: 4, character: 6 },
      ['StringLike', 'Null'],
    ],
    [
      'claims',
      'scopes',
      SCOPE.replace('        claims', '        \n        claims'),
      { line: 5, character: 8 },
      ['claims.ref', 'claims.project_path', 'request.sourceIp'],
    ],
  ])('%s are offered', async (_name, folder, text, position, expected) => {
    const uri = newUri(folder);
    await server.open(uri, text);
    const offered = JSON.parse(JSON.stringify(await server.complete(uri, position)));
    const labels = offered.items.map(({ label }: { label: string }) => label);
    expect(labels).toEqual(expect.arrayContaining(expected));
  });
});

/** Every field of a schema, with its path without positions. */
function fieldsOf(schema: JsonValue, path: string): readonly (readonly [string, JsonValue])[] {
  if (Array.isArray(schema)) return schema.flatMap((item: JsonValue) => fieldsOf(item, path));
  if (!isJsonObject(schema)) return [];
  return Object.entries(schema).flatMap(([keyword, value]) => {
    if (keyword === '$defs') return [];
    if (keyword !== 'properties' || !isJsonObject(value)) return fieldsOf(value, path);
    return Object.entries(value).flatMap(([name, field]) => [
      [`${path}.${name}`, field] as const,
      ...fieldsOf(field, `${path}.${name}`),
    ]);
  });
}

it.each([...jsonSchemas()])('every field of %s says what it is for', (_name, schema) => {
  const silent = fieldsOf(schema, '').filter(([, field]) => !isJsonObject(field) || field['description'] === undefined);
  expect(silent.map(([path]) => path)).toEqual([]);
});

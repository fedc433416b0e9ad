import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { downstreamPresets } from '../../lib/configuration/downstream-presets/table.ts';
import { jsonSchemas, schemaText } from '../../lib/configuration/json-schemas.ts';
import { loadConfiguration } from '../../lib/configuration/load.ts';
import { presets } from '../../lib/configuration/presets/table.ts';
import { ISSUER, NOW } from './folder-of.ts';

const root = join(import.meta.dirname, '..', '..');
const FOLDERS = { connections: 'connection', clients: 'client', scopes: 'scope' } as const;

const files = Object.entries(FOLDERS).flatMap(([folder, kind]) =>
  readdirSync(join(root, 'examples', folder))
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => ({
      kind,
      file: `${folder}/${file}`,
      text: readFileSync(join(root, 'examples', folder, file), 'utf8'),
    })),
);

describe('the examples', () => {
  it('load, without a warning', async () => {
    expect(await loadConfiguration(join(root, 'examples'), { issuer: ISSUER, now: NOW })).toMatchObject({
      warnings: [],
    });
  });

  it.each(Object.keys(presets))('show the preset %s', (preset) => {
    expect(files.filter(({ kind, text }) => kind === 'connection' && text.includes(`preset: ${preset}\n`))).not.toEqual(
      [],
    );
  });

  it.each(Object.keys(downstreamPresets))('show the downstream preset %s', (preset) => {
    expect(files.filter(({ kind, text }) => kind === 'scope' && text.includes(`preset: ${preset}\n`))).not.toEqual([]);
  });

  it.each(['aws-session', 'aws-federated', 'oauth-token', 'broker-token'])('show the grant %s', (type) => {
    expect(files.filter(({ text }) => text.includes(`type: ${type}\n`))).not.toEqual([]);
  });

  it('fit the JSON Schemas', () => {
    const ajv = new Ajv2020({ strict: false });
    for (const { kind, file, text } of files) {
      const valid = ajv.validate(jsonSchemas().get(`${kind}.schema.json`) as object, parse(text));
      expect([file, valid, ajv.errorsText()]).toEqual([file, true, 'No errors']);
    }
  });
});

describe('docs/schema', () => {
  it.each([...jsonSchemas()])('%s is what `npm run docs` writes', (name, schema) => {
    expect(readFileSync(join(root, 'docs', 'schema', name), 'utf8')).toBe(schemaText(schema));
  });

  it('refuses an unknown field', () => {
    const ajv = new Ajv2020({ strict: false });
    const validate = ajv.compile(jsonSchemas().get('client.schema.json') as object);
    expect(validate({ client: 'bot', secret: 'token-broker/clients/bot' })).toBe(true);
    expect(validate({ client: 'bot', secret: 'token-broker/clients/bot', secrets: 1 })).toBe(false);
  });
});

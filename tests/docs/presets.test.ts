import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { downstreamPresets } from '../../lib/configuration/downstream-presets/table.ts';
import { presets } from '../../lib/configuration/presets/table.ts';
import { oauthTokenFields } from '../../lib/configuration/schema/oauth-token-fields.ts';
import { presetsPage } from '../../local/docs/presets-page.ts';

const ROOT = join(import.meta.dirname, '..', '..');

it('docs/presets.md is what `npm run docs` writes', () => {
  expect(readFileSync(join(ROOT, 'docs/presets.md'), 'utf8')).toBe(presetsPage());
});

const sources = (folder: string): readonly string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file));

/**
 * Outside of its own file and the table, nothing knows a preset: what follows from it is a stated fact of the document.
 */
describe('the name of a preset', () => {
  // Kinds of a caller's proof have names of their own, some of them the same (contract section 6).
  const outside = ['lib', 'functions', 'bin']
    .flatMap(sources)
    .filter((file) => !/presets\/|bin\/caller\/proofs\//.test(file));
  /** A kind of grant of its own, too. */
  const providers: readonly string[] = oauthTokenFields.provider.unwrap().options;
  const names = [...Object.keys(presets), ...Object.keys(downstreamPresets)].filter(
    (name) => !providers.includes(name),
  );

  it.each([...new Set(names)])('%s stands nowhere else', (name) => {
    const quoted = new RegExp(`['"\`]${name}['"\`]`);
    expect(outside.filter((file) => quoted.test(readFileSync(join(ROOT, file), 'utf8')))).toEqual([]);
  });

  it('is not read by what decides', () => {
    const deciding = outside.filter((file) => !/^(lib\/configuration|bin)\//.test(file));
    expect(deciding.filter((file) => /\bpreset\b/.test(readFileSync(join(ROOT, file), 'utf8')))).toEqual([]);
  });
});

describe('parameters of presets', () => {
  it.each([
    ['connections', presets, []],
    ['downstream', downstreamPresets, Object.keys(oauthTokenFields)],
  ])('have one form each: %s', (_name, table, fields) => {
    const forms = new Map<string, unknown>();
    for (const { parameters } of Object.values(table)) {
      for (const [name, form] of Object.entries(parameters)) {
        expect(fields).not.toContain(name);
        expect(forms.get(name) ?? form).toBe(form);
        forms.set(name, form);
      }
    }
  });
});

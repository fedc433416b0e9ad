import { describe, expect, it } from '@jest/globals';
import { parseStrictJson } from '../../../lib/identity/strict-json.ts';
import { token, verdict } from '../../identity/oidc/fixture.ts';
import { corpusBytes, corpusFiles } from '../corpus.ts';

const FOLDER = 'json-testsuite/test_parsing';
const names = corpusFiles(FOLDER).filter((name) => name.endsWith('.json'));
const of = (letter: string): readonly string[] => names.filter((name) => name.startsWith(`${letter}_`));

/** Valid by RFC 8259, which lets a member come twice; refused here. */
const AMBIGUOUS = new Set(['y_object_duplicated_key.json', 'y_object_duplicated_key_and_value.json']);
const CLEAN_REFUSALS = ['token_malformed', 'token_too_large', 'claims_invalid', 'header_not_allowed'];

describe('the JSON test suite', () => {
  it('is there', () => {
    expect(names.length).toBeGreaterThanOrEqual(318);
  });

  it.each(names)('as a payload is a clean refusal: %s', async (name) => {
    expect(CLEAN_REFUSALS).toContain(await verdict(token({ payloadText: corpusBytes(`${FOLDER}/${name}`) })));
  });

  it.each(names)('as a header is a clean refusal: %s', async (name) => {
    expect(CLEAN_REFUSALS).toContain(await verdict(token({ headerText: corpusBytes(`${FOLDER}/${name}`) })));
  });

  it.each(of('n'))('is not JSON: %s', async (name) => {
    expect(parseStrictJson(corpusBytes(`${FOLDER}/${name}`), { maxBytes: 1_000_000 })).toBeNull();
    expect(await verdict(token({ payloadText: corpusBytes(`${FOLDER}/${name}`) }))).toMatch(
      /^token_(malformed|too_large)$/,
    );
  });

  it.each(of('y'))('is JSON inside an object, unless it is ambiguous: %s', (name) => {
    const document = Buffer.concat([Buffer.from('{"x":'), corpusBytes(`${FOLDER}/${name}`), Buffer.from('}')]);
    const value = parseStrictJson(document, { maxBytes: 1_000_000 });
    expect(value === null).toBe(AMBIGUOUS.has(name));
    if (value !== null) expect(value).toEqual(JSON.parse(document.toString('utf8')));
  });
});

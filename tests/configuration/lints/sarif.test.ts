import { expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { sarifOf } from '../../../lib/configuration/lints/sarif.ts';
import { validateFolder } from '../../../lib/configuration/lints/validate.ts';
import { problemCodes } from '../../../lib/configuration/problem-codes.ts';
import { folderOf, ISSUER, NOW, SESSION } from '../folder-of.ts';

const object = (properties: Record<string, object>, required: readonly string[]) => ({
  type: 'object',
  additionalProperties: false,
  properties,
  required,
});
const text = object({ text: { type: 'string', minLength: 1 } }, ['text']);
const level = { enum: ['none', 'note', 'warning', 'error'] };
const list = (items: object) => ({ type: 'array', items });
const atLeast = (minimum: number) => ({ type: 'integer', minimum });

/** What OASIS SARIF 2.1.0 says of the properties that are written here (sections 3.13 to 3.30, 3.49 and 3.50). */
const SARIF = object(
  {
    $schema: { type: 'string', format: 'uri' },
    version: { const: '2.1.0' },
    runs: list(
      object(
        {
          tool: object(
            {
              driver: object(
                {
                  name: { type: 'string' },
                  rules: {
                    ...list(
                      object(
                        {
                          id: { type: 'string' },
                          shortDescription: text,
                          help: text,
                          defaultConfiguration: object({ level }, []),
                        },
                        ['id'],
                      ),
                    ),
                    uniqueItems: true,
                  },
                },
                ['name'],
              ),
            },
            ['driver'],
          ),
          columnKind: { enum: ['utf16CodeUnits', 'unicodeCodePoints'] },
          results: list(
            object(
              {
                ruleId: { enum: [...problemCodes] },
                ruleIndex: atLeast(0),
                level,
                message: text,
                locations: list(
                  object(
                    {
                      physicalLocation: object(
                        {
                          artifactLocation: object(
                            { uri: { type: 'string', pattern: '^[A-Za-z0-9%._~/-]+$' }, uriBaseId: { type: 'string' } },
                            [],
                          ),
                          region: object({ startLine: atLeast(1), startColumn: atLeast(1) }, []),
                        },
                        [],
                      ),
                    },
                    [],
                  ),
                ),
              },
              ['message'],
            ),
          ),
        },
        ['tool'],
      ),
    ),
  },
  ['version', 'runs'],
);

it('is a SARIF 2.1.0 log, with a rule for each code and a result for each problem', () => {
  const folder = folderOf({ 'scopes/deploy now.yaml': SESSION, 'clients/bot.yaml': 'client: bot\nsecrets: x\n' });
  const { problems } = validateFolder(folder, { deployment: { issuer: ISSUER, now: NOW } });
  const log = sarifOf(problems, 'config/');
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  ajv.validate(SARIF, log);
  expect(ajv.errorsText()).toBe('No errors');
  expect(problems.length).toBeGreaterThan(2);
  const [run] = JSON.parse(JSON.stringify(log)).runs;
  expect(run.results.map(({ ruleIndex }: { ruleIndex: number }) => run.tool.driver.rules[ruleIndex].id)).toEqual(
    problems.map(({ code }) => code),
  );
  expect(run.results.at(-1).locations[0].physicalLocation.artifactLocation.uri).toBe('config/scopes/deploy%20now.yaml');
});

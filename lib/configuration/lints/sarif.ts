import { isAbsolute, posix } from 'node:path';
import type { JsonObject } from '../../json.ts';
import type { Problem } from '../problem.ts';
import { PROBLEM_CODES, type ProblemCode, problemCodes } from '../problem-codes.ts';

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';

/**
 * Problems as a SARIF 2.1.0 log (OASIS), for code scanning: one rule for every code, one result for every problem.
 * `folder` is the configuration folder as it was given: where it is relative, files are named from where it is.
 */
export function sarifOf(problems: readonly Problem[], folder: string): JsonObject {
  return {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'token-broker policy validate',
            rules: problemCodes.map((code) => ruleOf(code)),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: problems.map((problem) => resultOf(problem, folder)),
      },
    ],
  };
}

const ruleOf = (code: ProblemCode): JsonObject => ({
  id: code,
  shortDescription: { text: PROBLEM_CODES[code].says },
  help: { text: PROBLEM_CODES[code].remedy },
  defaultConfiguration: { level: PROBLEM_CODES[code].severity },
});

function resultOf({ code, severity, file, line, column, field, message, fix }: Problem, folder: string): JsonObject {
  const said = `${field === '' ? '' : `${field}: `}${message}`;
  return {
    ruleId: code,
    ruleIndex: problemCodes.indexOf(code),
    level: severity,
    message: { text: `${said}. To mend it: ${fix ?? PROBLEM_CODES[code].remedy}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(file, folder), uriBaseId: '%SRCROOT%' },
          region: { startLine: line, startColumn: column },
        },
      },
    ],
  };
}

const uriOf = (file: string, folder: string): string => {
  const whole = isAbsolute(folder) ? file : posix.join(folder.replaceAll('\\', '/'), file);
  return whole.split('/').map(encodeURIComponent).join('/');
};

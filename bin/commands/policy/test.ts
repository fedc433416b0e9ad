import { watch } from 'node:fs';
import type { ConfigurationDocuments } from '../../../lib/configuration/documents/configuration.ts';
import { loadConfiguration } from '../../../lib/configuration/load.ts';
import type { Problem } from '../../../lib/configuration/problem.ts';
import { type Deployment, issuerOrigin } from '../../../lib/configuration/web-address.ts';
import type { Arguments, Command, ExitCode, Terminal } from '../../command.ts';
import { documentConfiguration } from './document-configuration.ts';
import { deployedAs, folderArgument, formatProblemCounts, formatProblems, issuerArgument } from './folder.ts';
import { readTests } from './test-case.ts';
import { type Coverage, coverageOf, type Uncovered } from './test-coverage.ts';
import { runTest, type TestResult } from './test-run.ts';

/** Longest that one run may take; it waits for nothing but files. */
const RUN_MS = 120_000;
/** Editors write a file in several steps. */
const SETTLE_MS = 100;

export const command: Command = {
  arguments: '<dir>',
  description: `Runs tests/*.yaml of a configuration folder against that folder, by the code that requests run by: who comes, decision, templates, session policy, tags.
Nobody is asked anything: signatures, client secrets, limits, single use and what AWS or other servers answer are not tested.`,
  options: [
    { flags: '--issuer <url>', description: 'the issuer of the deployment (default: TOKEN_BROKER_ISSUER)' },
    { flags: '--coverage', description: 'list rules and conditions that no test made hold and fail' },
    { flags: '--watch', description: 'run again whenever a file of the folder changes, until interrupted' },
    {
      flags: '--json',
      description:
        'print {"passed", "failed", "problems": [...], "tests": [{name, file, line, passed, outcome, problems, notes}], "coverage"?}',
    },
  ],
  notes: 'Exit code: 0 all pass, 1 one does not, or there is none, or the folder does not load.',
  examples: ['token-broker policy test config/', 'token-broker policy test config/ --coverage --watch'],
  run: async (given, terminal) => {
    const directory = folderArgument(given, terminal);
    const deployment = deployedAs(issuerArgument(given, terminal));
    const once = () => runAll(directory, deployment, given, terminal);
    return given.has('watch') ? watching(directory, once, terminal) : once();
  },
};

async function runAll(
  directory: string,
  deployment: Deployment,
  given: Arguments,
  terminal: Terminal,
): Promise<ExitCode> {
  const loaded = await loadConfiguration(directory, deployment);
  const tests = readTests(directory);
  const wrong = [...('problems' in loaded ? loaded.problems : []), ...tests.problems];
  if ('problems' in loaded || tests.problems.length > 0) return refuse(wrong, given, terminal);
  const context = {
    configuration: documentConfiguration(loaded.documents),
    issuer: issuerOrigin(deployment),
    now: deployment.now,
    signal: AbortSignal.timeout(RUN_MS),
  };
  const results: TestResult[] = [];
  for (const test of tests.cases) results.push(await runTest(directory, test, context));
  return report(loaded.documents, results, given, terminal);
}

function refuse(problems: readonly Problem[], given: Arguments, terminal: Terminal): ExitCode {
  if (given.has('json')) terminal.out(`${JSON.stringify({ passed: 0, failed: 0, problems, tests: [] })}\n`);
  else terminal.out(formatProblems(problems));
  terminal.err(`${formatProblemCounts(problems)}: no test was run\n`);
  return 1;
}

function report(
  documents: ConfigurationDocuments,
  results: readonly TestResult[],
  given: Arguments,
  terminal: Terminal,
): ExitCode {
  const failed = results.filter(({ problems }) => problems.length > 0).length;
  const passed = results.length - failed;
  const coverage = given.has('coverage') ? coverageOf(documents, results) : null;
  if (given.has('json')) {
    const tests = results.map(asJson);
    const more = coverage === null ? {} : { coverage };
    terminal.out(`${JSON.stringify({ passed, failed, problems: [], tests, ...more })}\n`);
  } else terminal.out(`${results.map(asText).join('')}${coverage === null ? '' : coverageText(coverage)}`);
  terminal.err(results.length === 0 ? 'there is no test: tests/*.yaml\n' : `${passed} passed, ${failed} failed\n`);
  return failed === 0 && results.length > 0 ? 0 : 1;
}

const asJson = ({ test: { file, line, written }, problems, notes, outcome }: TestResult) => ({
  ...{ name: written.name, file, line, passed: problems.length === 0, outcome, problems, notes },
});

/** A test that passed is silent but for what it does not show. */
function asText({ test: { file, line, written }, problems, notes }: TestResult): string {
  const lines = [...problems.map((problem) => `failed: ${problem}`), ...notes.map((note) => `note: ${note}`)];
  return lines.map((text) => `${file}:${line}: ${written.name}: ${text}\n`).join('');
}

const NEVER: Readonly<Record<Uncovered['never'], string>> = {
  held: 'no test made it hold',
  failed: 'no test made it fail',
  either: 'no test tried it',
};

function coverageText({ uncovered, covered, total }: Coverage): string {
  const lines = uncovered.map(({ scope, effect, rule, source, condition, never }) => {
    const place = source === null ? `scope ${scope}` : `${source.file}:${source.line}`;
    return `${place}: ${effect}[${rule}]${condition === null ? '' : ` ${condition}`}: ${NEVER[never]}\n`;
  });
  return `${lines.join('')}coverage: ${covered} of ${total} rules and conditions held and failed\n`;
}

/** Runs at once and after every change. Ends with the process. */
async function watching(directory: string, run: () => Promise<ExitCode>, terminal: Terminal): Promise<ExitCode> {
  let timer: NodeJS.Timeout | undefined;
  let running = run();
  const watcher = watch(directory, { recursive: true });
  watcher.on('change', () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      running = running.then(() => {
        terminal.err('\n');
        return run();
      });
    }, SETTLE_MS);
  });
  return new Promise((_resolve, reject) => {
    watcher.on('error', reject);
    running.catch(reject);
  });
}

/** Runs a composite action as its `action.yml` says: inputs, env, shell, outputs and `if` of its steps. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';

export interface ActionRun {
  readonly status: 'success' | 'failure';
  readonly log: string;
  /** What the step left for the steps that follow, by name. */
  readonly env: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
}

interface Step {
  readonly id?: string;
  readonly if?: string;
  readonly shell?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly run?: string;
}

type Texts = Readonly<Record<string, string>>;

/** GitHub's own command for `shell: bash`. */
const SHELLS: Readonly<Record<string, readonly string[]>> = { bash: ['--noprofile', '--norc', '-eo', 'pipefail'] };

/** `inputs.NAME`, `steps.ID.outputs.NAME`, `success()`, `always()`; anything else is not obeyed, and told. */
function evaluate(expression: string, contexts: Readonly<Record<string, Texts>>, failed: boolean): string {
  const text = expression.trim();
  if (text === 'always()') return 'true';
  if (text === 'success()') return String(!failed);
  const [, context = '', name = ''] = /^(inputs|steps\.[\w-]+\.outputs)\.([\w-]+)$/.exec(text) ?? [];
  if (context === '') throw new Error(`this runner does not know the expression ${expression}`);
  return contexts[context]?.[name] ?? '';
}

const fill = (text: string, contexts: Readonly<Record<string, Texts>>): string =>
  text.replace(/\$\{\{(.*?)\}\}/g, (_, expression: string) => evaluate(expression, contexts, false));

/** `NAME=value` lines, as GITHUB_ENV and GITHUB_OUTPUT have them. */
const readFile = (path: string): Texts =>
  Object.fromEntries(
    readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );

function execute(command: string, args: readonly string[], env: Texts): Promise<{ code: number | null; log: string }> {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part) => (log += part));
  return new Promise((done, fail) => child.on('error', fail).on('close', (code) => done({ code, log })));
}

function inputsOf(action: Readonly<Record<string, unknown>>, given: Texts): Texts {
  const declared: Readonly<Record<string, { required?: boolean; default?: string }>> = Object(action['inputs']);
  for (const name of Object.keys(given)) if (!(name in declared)) throw new Error(`unexpected input ${name}`);
  return Object.fromEntries(Object.entries(declared).map(([name, spec]) => [name, given[name] ?? spec.default ?? '']));
}

/** Runs the steps one after another; after one that failed, only those whose `if` says `always()`. */
export async function runAction(file: string, given: Texts, job: Texts): Promise<ActionRun> {
  const action = parse(readFileSync(file, 'utf8'));
  if (action.runs.using !== 'composite') throw new Error(`${file} is no composite action`);
  const folder = mkdtempSync(join(tmpdir(), 'composite-action-'));
  const path = (name: string): string => join(folder, name);
  for (const name of ['env', 'output', 'summary']) writeFileSync(path(name), '');
  const contexts: Record<string, Texts> = { inputs: inputsOf(action, given) };
  let [log, failed] = ['', false];
  for (const step of action.runs.steps as readonly Step[]) {
    if (evaluate(step.if ?? 'success()', contexts, failed) !== 'true') continue;
    const shell = SHELLS[step.shell ?? ''];
    if (shell === undefined || step.run === undefined) throw new Error('a step is a run with a shell that is known');
    writeFileSync(path('output'), '');
    writeFileSync(path('script'), fill(step.run, contexts));
    const own = Object.fromEntries(Object.entries(step.env ?? {}).map(([name, text]) => [name, fill(text, contexts)]));
    const { code, log: said } = await execute(step.shell ?? '', [...shell, path('script')], {
      ...job,
      GITHUB_ACTION_PATH: resolve(dirname(file)),
      GITHUB_ENV: path('env'),
      GITHUB_OUTPUT: path('output'),
      GITHUB_STEP_SUMMARY: path('summary'),
      RUNNER_TEMP: folder,
      ...readFile(path('env')),
      ...own,
    });
    log += said;
    if (step.id !== undefined) contexts[`steps.${step.id}.outputs`] = readFile(path('output'));
    failed ||= code !== 0;
  }
  const declared: Readonly<Record<string, { value: string }>> = Object(action.outputs);
  const outputs = Object.fromEntries(
    Object.entries(declared).map(([name, { value }]) => [name, fill(value, contexts)]),
  );
  const summary = readFileSync(path('summary'), 'utf8');
  return { status: failed ? 'failure' : 'success', log, env: readFile(path('env')), outputs, summary };
}

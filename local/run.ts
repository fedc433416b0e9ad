import { dirname, resolve } from 'node:path';
import { cwd, env, exit, stderr, stdout } from 'node:process';
import { fileURLToPath } from 'node:url';
import { settingsProblems, takeAwsSettings } from './aws-settings.ts';
import { buildProblems, buildProject, isBuildFailure } from './build.ts';
import { callerCommands, consoleLink, operatorCommands } from './demo/commands.ts';
import { withDemoConfiguration } from './demo/configuration.ts';
import { demonstrate } from './demo/demonstration.ts';
import { type IdentityProvider, startIdentityProvider } from './demo/identity-provider.ts';
import { NothingAnswers } from './endpoints/embedded.ts';
import { isPortTaken } from './endpoints/server.ts';
import { HeldByAnother } from './held-by-another.ts';
import type { StartOptions } from './options.ts';
import { readSecretsFile } from './secrets-file.ts';
import { type Stack, startStack } from './stack.ts';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** What the probe asks for in the demonstration's configuration. */
const PROBE = { ProbeClient: 'demo-probe', ProbeScope: 'demo-probe', ProbeRefusedScope: 'demo' };

/** Traces go where OpenTelemetry's own variable says, as they do from what is deployed. */
const collectorOf = ({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }: typeof env): Record<string, string> =>
  endpoint ? { OtlpEndpoint: endpoint } : {};

const print = (line: string): void => void stdout.write(`${line}\n`);
const complain = (line: string): void => void stderr.write(`${line}\n`);

/** Keeps what the functions print until somebody serves or fails: it would tear the demonstration apart. */
function functionLog() {
  let kept: string[] | null = [];
  return {
    write: (line: string): void => void (kept === null ? complain(line) : kept.push(line)),
    /** From now on to standard error; what was kept so far first, or not at all. */
    open(past: 'show' | 'drop'): void {
      if (past === 'show') for (const line of kept ?? []) complain(line);
      kept = null;
    },
  };
}

/** What runs, so that a signal at any time ends all of it. */
const running: { stop(): Promise<void> }[] = [];

async function stopAll(): Promise<void> {
  for (let each = running.pop(); each !== undefined; each = running.pop()) await each.stop();
}

/** A problem that is told in its own words, without a stack. */
class Problem extends Error {}

const asProblem = (error: unknown, { port }: StartOptions): unknown => {
  if (isPortTaken(error)) {
    return new Problem(
      `127.0.0.1:${port} is taken by another program. Stop that, or take another port: npm start -- --port ${port + 100}`,
    );
  }
  if (error instanceof HeldByAnother || error instanceof NothingAnswers) return new Problem(error.message);
  if (isBuildFailure(error)) return new Problem(['The build failed:', ...buildProblems(error)].join('\n'));
  return error;
};

async function useFolder(stack: Stack, folder: string): Promise<void> {
  const file = readSecretsFile(folder);
  if (file.ok) await stack.checkSecrets(file.secrets);
  const problems = [...(file.ok ? [] : file.problems), ...(await stack.configure(folder))];
  if (problems.length > 0) throw new Problem(problems.join('\n'));
  if (file.ok) await stack.putSecrets(file.secrets);
}

async function startDemo(stack: Stack, port: number): Promise<IdentityProvider> {
  const idp = await startIdentityProvider(port === 0 ? 0 : stack.port + 1, stack.url);
  running.push(idp);
  await withDemoConfiguration({ broker: stack.url, idp: idp.issuer }, (folder) => useFolder(stack, folder));
  return idp;
}

function printCommands(stack: Stack, idp: IdentityProvider | null, environment: Readonly<NodeJS.ProcessEnv>): void {
  const paste = (title: string, commands: readonly string[]): void => {
    print(`\n${title}`);
    for (const command of commands) print(`  ${command}`);
  };
  if (idp !== null) {
    const token = `$(curl -s ${idp.issuer}/token)`;
    paste('Credentials with a fresh demonstration token:', [
      `curl -s -H "Authorization: ${token}" ${stack.url}/v1/credentials/demo`,
    ]);
    paste('As a caller, in a terminal of this folder:', callerCommands(stack, idp));
  }
  paste('As an operator, in another one:', operatorCommands(stack, environment));
  paste('The ledger in a browser:', consoleLink(stack, idp));
  print('');
}

async function start(options: StartOptions): Promise<void> {
  const environment = takeAwsSettings(env);
  const problems = settingsProblems(environment);
  if (problems.length > 0) throw new Problem(problems.join('\n'));
  const log = functionLog();
  const { build, fresh } = await buildProject(ROOT);
  print(fresh ? `Build ${build} is up to date.` : `Built ${build}.`);
  const others = options.takeOver ? 'take-over' : 'refuse';
  const stack = await startStack({
    root: ROOT,
    port: options.port,
    environment,
    others,
    archive: 'follows',
    parameters: { ...(options.config === null ? PROBE : {}), ...collectorOf(env) },
    log: log.write,
  });
  running.push(stack);
  if (stack.archive === null) print('The endpoint for S3 makes no bucket: there are no receipts.');
  for (const name of stack.failedRotations) print(`The key ring ${name} could not be made: what needs it refuses.`);
  if (options.config === null) {
    const idp = await startDemo(stack, options.port);
    const well = await demonstrate({ stack, idp, root: ROOT }, print);
    log.open(well ? 'drop' : 'show');
    if (options.once && !well) throw new Problem('\nNot all of the demonstration went well.');
    if (!options.once) printCommands(stack, idp, environment);
  } else {
    await useFolder(stack, resolve(cwd(), options.config));
    log.open('show');
    if (!options.once) printCommands(stack, null, environment);
  }
  if (options.once) await stopAll();
  else print(`ready ${stack.url}`);
}

function stopOnSignals(): void {
  let asked = false;
  const stop = (): void => {
    // A second Ctrl-C does not wait.
    if (asked) exit(0);
    asked = true;
    void stopAll().then(() => exit(0));
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

/** Starts what the options ask for. Ends the process with 1 where it cannot, and with 0 at SIGINT or SIGTERM. */
export async function run(options: StartOptions): Promise<void> {
  stopOnSignals();
  try {
    await start(options);
  } catch (error) {
    const problem = asProblem(error, options);
    complain(problem instanceof Problem ? problem.message : String(problem instanceof Error ? problem.stack : problem));
    await stopAll();
    exit(1);
  }
}

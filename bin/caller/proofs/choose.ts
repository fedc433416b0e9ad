import { isLoopback } from '../../../lib/loopback.ts';
import { type Terminal, UsageError } from '../../command.ts';
import type { CallerSettings } from '../settings.ts';
import type { ProofContext, ProofKind, ProofSource } from './proof.ts';

/** Every kind, loaded when it is looked at: most commands need one. In the order in which `auto` tries them. */
const KINDS: Readonly<Record<string, () => Promise<ProofKind>>> = {
  github: async () => (await import('./github.ts')).github,
  kubernetes: async () => (await import('./kubernetes.ts')).kubernetes,
  file: async () => (await import('./file.ts')).file,
  client: async () => (await import('./client.ts')).client,
  login: async () => (await import('./login.ts')).login,
  'aws-token': async () => (await import('./aws.ts')).awsToken,
  'aws-signed': async () => (await import('./aws.ts')).awsSigned,
  env: async () => (await import('./variable.ts')).env,
  exec: async () => (await import('./exec.ts')).exec,
  gitlab: async () => (await import('./variable.ts')).gitlab,
};

/** These are good at whoever else takes them: they go only to a broker that the caller named. */
const GOOD_ELSEWHERE = ['file', 'env', 'exec', 'client', 'kubernetes'];

/**
 * The proof that `settings` name, or the first that the environment offers. `--verbose` has it said. UsageError for a
 * kind that there is not; Error where `auto` finds none.
 */
export async function chooseProof(
  settings: CallerSettings,
  terminal: Terminal,
  say: (line: string) => void,
): Promise<ProofSource> {
  const context = { env: terminal.env, cwd: terminal.cwd, broker: settings.broker };
  const chosen =
    settings.proof === 'auto'
      ? await firstOffered(context, say)
      : { text: settings.proof, why: `by ${settings.proofFrom}` };
  const { kind, source } = await named(chosen.text, context, '--proof');
  refuseStrangers(kind, settings, terminal);
  say(`proof: ${source.name} (${chosen.why})`);
  return source;
}

/** Whoever acts, as `--actor` names it; null: nobody. */
export async function chooseActor(settings: CallerSettings, terminal: Terminal): Promise<ProofSource | null> {
  if (settings.actor === null) return null;
  const { kind, source } = await named(
    settings.actor,
    { env: terminal.env, cwd: terminal.cwd, broker: settings.broker },
    '--actor',
  );
  refuseStrangers(kind, settings, terminal);
  return source;
}

async function firstOffered(context: ProofContext, say: (line: string) => void) {
  for (const [name, load] of Object.entries(KINDS)) {
    const why = (await load()).offered(context);
    if (why !== null) return { text: name, why };
    say(`proof: not ${name}: the environment has none`);
  }
  throw new Error(
    'no proof was found: say --proof (file:PATH, env:NAME, exec:COMMAND, github, gitlab:NAME, kubernetes, client:NAME, login, aws-token, aws-signed), or run token-broker login',
  );
}

async function named(
  text: string,
  context: ProofContext,
  flag: string,
): Promise<{ kind: string; source: ProofSource }> {
  const [, kind = '', colon = '', operand = ''] = /^([A-Za-z_-]{0,15})(:?)(.*)$/s.exec(text) ?? [];
  const load = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  if (load === undefined)
    throw new UsageError(`${flag} ${kind} is no kind of proof; there are auto, ${Object.keys(KINDS).join(', ')}`);
  const found = await load();
  const isBare = colon === '' && operand === '';
  // What `auto` found by the environment has its operand there.
  const isOffered = isBare && found.operandIs === 'required' && found.offered(context) !== null;
  if (found.operandIs === 'required' && operand === '' && !isOffered)
    throw new UsageError(`${flag} ${kind} needs its operand: ${kind}:${found.operand}`);
  if (found.operandIs === 'none' && !isBare)
    throw new UsageError(`${flag} ${kind} stands alone, without "${colon}${operand}"`);
  return { kind, source: found.source(operand, context) };
}

/**
 * A folder that somebody else made may name a broker of theirs: a token for another broker, or a secret, that went
 * there would be theirs to use. A pipeline runs its folder's code anyway.
 */
function refuseStrangers(kind: string, { broker, brokerFrom }: CallerSettings, { env }: Terminal): void {
  if (brokerFrom !== 'folder' || !GOOD_ELSEWHERE.includes(kind) || isLoopback(new URL(broker)) || env['CI']) return;
  throw new Error(
    `${broker} is named by token-broker.yaml of this folder alone, and a proof by ${kind} could be used by whoever it is: say --broker or TOKEN_BROKER_URL once you trust it`,
  );
}

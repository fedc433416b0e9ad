import { chooseActor } from '../caller/proofs/choose.ts';
import type { Presented } from '../caller/proofs/proof.ts';
import {
  type CallerSettings,
  callerOptions,
  readScopedSettings,
  readSettings,
  scopeOption,
} from '../caller/settings.ts';
import { type Arguments, type Command, type Terminal, UsageError } from '../command.ts';
import { errorMessage } from '../error-message.ts';
import { lookAtBroker } from './doctor/broker.ts';
import { lookAtTokenFiles, lookAtVariables } from './doctor/environment.ts';
import { type Finding, skipped, wrong } from './doctor/finding.ts';
import { lookAtProof } from './doctor/proof.ts';
import { lookAtRole } from './doctor/role.ts';
import { lookAtScope } from './doctor/scope.ts';
import { lookAtVersions } from './doctor/versions.ts';

export const command: Command = {
  description: `Looks at everything between this machine and a scope, and says of each what is wrong and what mends it: the broker's address and name, clocks, the
proof that would be shown, the scope, AWS SDKs, variables that hide others, token files; for operators the trust of a role. With a scope it asks for that scope once, as a program would: an issuance in the ledger.`,
  options: [
    scopeOption,
    ...callerOptions.filter(({ flags }) => flags !== '--verbose'),
    { flags: '--role <arn>', description: 'look at the trust of this role too, with the AWS credentials at hand' },
    { flags: '--json', description: 'print {"findings": [{"check", "status", "message", "fix"}]}' },
  ],
  examples: [
    'token-broker doctor --broker https://broker.example.com --scope deploy-web',
    'token-broker doctor --scope deploy-web --role arn:aws:iam::111122223333:role/token-broker/deploy-web',
  ],
  notes: 'Exit code: 0 nothing is wrong, 1 something is.',
  run: async (given, terminal) => {
    const findings = await lookAtAll(given, terminal);
    terminal.out(given.has('json') ? `${JSON.stringify({ findings }, null, 2)}\n` : findings.map(line).join(''));
    return findings.some(({ status }) => status === 'wrong') ? 1 : 0;
  },
};

async function lookAtAll(given: Arguments, terminal: Terminal): Promise<readonly Finding[]> {
  const read = await settingsOf(given, terminal);
  const role = given.value('role');
  // An operator may look at a role without a broker to ask.
  const stated = given.value('scope') ?? terminal.env['TOKEN_BROKER_SCOPE'] ?? null;
  return [
    ...('status' in read ? [read] : await lookAtWay(read, terminal)),
    ...lookAtVariables(terminal.env),
    ...lookAtTokenFiles(terminal.env),
    ...(await lookAtVersions(terminal)),
    ...(role === undefined ? [] : await lookAtRole(role, 'status' in read ? stated : read.scope, terminal.env)),
  ];
}

interface Settings {
  readonly settings: CallerSettings;
  /** null: nobody said one. */
  readonly scope: string | null;
}

async function settingsOf(given: Arguments, terminal: Terminal): Promise<Settings | Finding> {
  try {
    const settings = await readScopedSettings(given, terminal).catch(async (error: unknown) => {
      if (!(error instanceof UsageError)) throw error;
      return { ...(await readSettings(given, terminal)), scope: null };
    });
    return { settings, scope: settings.scope };
  } catch (error) {
    return wrong('settings', errorMessage(error), 'by flag, by variable, or in token-broker.yaml');
  }
}

/** Broker, proof and scope, each with what was found before it. */
async function lookAtWay({ settings, scope }: Settings, terminal: Terminal): Promise<readonly Finding[]> {
  const broker = await lookAtBroker(settings.broker);
  if (broker.issuer === null) return [...broker.findings, skipped('proof', 'no broker to make one for')];
  const { findings, proof } = await lookAtProof({ ...settings, broker: broker.issuer }, terminal, Date.now() / 1000);
  const before = [...broker.findings, ...findings];
  if (scope === null) return [...before, skipped('scope', 'give --scope, or set TOKEN_BROKER_SCOPE')];
  if (proof === null) return [...before, skipped('scope', 'no proof to ask with')];
  const actor = await actorOf(settings, terminal);
  if (actor !== null && 'status' in actor) return [...before, actor];
  const intent = settings.intent ?? 'token-broker doctor';
  return [...before, await lookAtScope({ ...settings, scope, intent, actor }, proof)];
}

async function actorOf(settings: CallerSettings, terminal: Terminal): Promise<Presented | Finding | null> {
  try {
    return (await (await chooseActor(settings, terminal))?.present(AbortSignal.timeout(30_000))) ?? null;
  } catch (error) {
    return wrong('actor', errorMessage(error), 'mend that, or name another one (--actor)');
  }
}

const line = (finding: Finding): string => {
  const fix = finding.status === 'wrong' ? `: ${finding.fix}` : '';
  return `${finding.status.padEnd(8)} ${finding.check.padEnd(10)}  ${finding.message}${fix}\n`;
};

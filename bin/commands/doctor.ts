import { type BrokerSettings, readSettings } from '../broker/settings.ts';
import type { Arguments, Command, Terminal } from '../command.ts';
import { lookAtBroker } from './doctor/broker.ts';
import { lookAtTokenFiles, lookAtVariables } from './doctor/environment.ts';
import { type Finding, skipped } from './doctor/finding.ts';
import { lookAtProof } from './doctor/proof.ts';
import { lookAtRole } from './doctor/role.ts';
import { lookAtScope } from './doctor/scope.ts';
import { lookAtVersions } from './doctor/versions.ts';

export const command: Command = {
  description: `Looks at everything between this machine and a scope, and says of each what is wrong and what mends it: the broker's address and name, clocks, the
proof that would be shown, the scope, AWS SDKs, variables that hide others, token files; for operators the trust of a role. With a scope it asks for that scope once, as a program would: an issuance in the ledger.`,
  options: [
    { flags: '--broker <url>', description: "the broker's issuer (default: TOKEN_BROKER_URL)" },
    { flags: '--scope <name>', description: 'what to ask for (default: TOKEN_BROKER_SCOPE)' },
    {
      flags: '--proof <proof>',
      description: 'who is calling (default: TOKEN_BROKER_PROOF, else what the environment offers)',
    },
    { flags: '--intent <text>', description: 'why, for the ledger (default: token-broker doctor)' },
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
  const { env } = terminal;
  const settings = readSettings(terminal, (name) => given.value(name));
  const role = given.value('role');
  const broker = await lookAtBroker(settings.broker);
  return [
    ...broker.findings,
    ...(broker.issuer === null
      ? [skipped('proof', 'no broker to make one for')]
      : await lookAtGrant(broker.issuer, settings, env)),
    ...lookAtVariables(env),
    ...lookAtTokenFiles(env),
    ...(await lookAtVersions(terminal)),
    ...(role === undefined ? [] : await lookAtRole(role, settings.scope, env)),
  ];
}

async function lookAtGrant(
  issuer: string,
  { scope, proof: name, intent = 'token-broker doctor' }: BrokerSettings,
  env: Terminal['env'],
): Promise<readonly Finding[]> {
  const { findings, proof } = await lookAtProof(name, env, issuer, Date.now() / 1000);
  if (scope === undefined) return [...findings, skipped('scope', 'give --scope, or set TOKEN_BROKER_SCOPE')];
  if (proof === null) return [...findings, skipped('scope', 'no proof to ask with')];
  return [...findings, await lookAtScope({ issuer, scope, intent }, proof)];
}

const line = (finding: Finding): string => {
  const fix = finding.status === 'wrong' ? `: ${finding.fix}` : '';
  return `${finding.status.padEnd(8)} ${finding.check.padEnd(10)}  ${finding.message}${fix}\n`;
};

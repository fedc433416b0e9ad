import { parseArgs } from 'node:util';

export const USAGE = `npm run deploy -- [options]

The first time, with a domain:  npm run deploy -- --runbook https://... --domain broker.example.com --certificate arn:... [--hosted-zone Z...]
The first time, without one:    npm run deploy -- --runbook https://...
Later (an upgrade):             npm run deploy     (what was given before stays as it is)

  --domain NAME          DomainName: the issuer is https://NAME
  --certificate ARN      CertificateArn: in the Region of the deployment
  --hosted-zone ID       HostedZoneId: the records are made there
  --alarm-topic ARN      AlarmTopicArn
  --runbook URL          RunbookUrl: where your operators read docs/operations.md; every alarm links to its section there
  --kms-key ARN          KmsKeyArn (examples/kms-key.yaml)
  --external-id TEXT     ExternalId; the first time a new UUID where none is given
  --prefix NAME          TablePrefix (token-broker)
  --set NAME=VALUE       any parameter of template.yaml; may be repeated
  --stack-name NAME      token-broker
  --region REGION        else that of your AWS settings
  --check                look whether it would succeed, and deploy nothing
  --yes                  ask nothing before a change
`;

export interface DeployOptions {
  readonly stackName: string;
  /** null: that of the AWS settings. */
  readonly region: string | null;
  /** Parameters of the template, as given. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly mode: 'deploy' | 'check';
  readonly confirm: 'ask' | 'never';
}

/** What is wrong with the arguments; the message says so, and repeats no value. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const FLAGS = {
  domain: 'DomainName',
  certificate: 'CertificateArn',
  'hosted-zone': 'HostedZoneId',
  'alarm-topic': 'AlarmTopicArn',
  runbook: 'RunbookUrl',
  'kms-key': 'KmsKeyArn',
  'external-id': 'ExternalId',
  prefix: 'TablePrefix',
} as const;

const text = { type: 'string' } as const;
const OPTIONS = {
  ...(Object.fromEntries(Object.keys(FLAGS).map((flag) => [flag, text])) as Record<keyof typeof FLAGS, typeof text>),
  set: { type: 'string', multiple: true },
  'stack-name': text,
  region: text,
  check: { type: 'boolean' },
  yes: { type: 'boolean' },
} as const;

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: false }).values;
  } catch {
    throw new UsageError('an option is not known, or has no value');
  }
}

/** `NAME=VALUE`, of a parameter that the template has. */
function assignment(given: string, known: ReadonlySet<string>): readonly [string, string] {
  const [, name = '', value = ''] = /^([A-Za-z]+)=(.*)$/.exec(given) ?? [];
  if (!known.has(name))
    throw new UsageError(`--set takes NAME=VALUE with a parameter of template.yaml, such as ${[...known][0]}`);
  return [name, value];
}

/** Reads the arguments of `npm run deploy`; `known` are the template's parameters. Throws `UsageError`. */
export function readOptions(args: readonly string[], known: readonly string[]): DeployOptions {
  const values = parse(args);
  const names = new Set(known);
  const parameters = Object.fromEntries([
    ...Object.entries(FLAGS).flatMap(([flag, name]) => {
      const value = values[flag as keyof typeof FLAGS];
      return value === undefined ? [] : [[name, value] as const];
    }),
    ...(values.set ?? []).map((given) => assignment(given, names)),
  ]);
  // SAM splits what it is given at blanks and quotes.
  const unusable = Object.entries(parameters).find(([, value]) => /[\s"']/.test(value));
  if (unusable !== undefined) throw new UsageError(`${unusable[0]} may have no blank and no quote`);
  return {
    stackName: values['stack-name'] ?? 'token-broker',
    region: values.region ?? null,
    parameters,
    mode: values.check === true ? 'check' : 'deploy',
    confirm: values.yes === true ? 'never' : 'ask',
  };
}

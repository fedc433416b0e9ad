import { parseArgs } from 'node:util';

export const HELP = `npm start [-- OPTIONS]

Builds the broker, runs it on this machine with DynamoDB, Secrets Manager and STS of its own and a demonstration
identity provider, shows each main flow once, and serves until Ctrl-C.

  --config DIR  Serve this configuration (connections/, clients/, scopes/, and secrets.yaml for the local
                Secrets Manager) in place of the demonstration; nothing is demonstrated then.
  --port N      Listen on 127.0.0.1:N; default 3000, 0 for any free port. The issuer is http://127.0.0.1:N.
  --take-over   Use tables and secrets of an outside endpoint also where they hold another issuer's configuration or
                other values: refused otherwise, because whoever uses them would be out of service.
  --once        Exit after the demonstration: 0 if all of it went well.
  --help        Print this.

Where AWS_ENDPOINT_URL or that of a service is set (AWS_ENDPOINT_URL_DYNAMODB, _SECRETS_MANAGER, _STS, _S3,
_EVENTBRIDGE), that endpoint is used in place of the embedded one. AWS itself is never called unless one of them names
it. Of other AWS_* variables the Region counts, and keys where an endpoint is set; profiles are not read.
`;

export interface StartOptions {
  /** null: the demonstration's. */
  readonly config: string | null;
  readonly port: number;
  readonly once: boolean;
  readonly takeOver: boolean;
}

export type ParsedOptions =
  | { readonly kind: 'start'; readonly options: StartOptions }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly problem: string };

const OPTIONS = {
  config: { type: 'string' },
  port: { type: 'string', default: '3000' },
  'take-over': { type: 'boolean', default: false },
  once: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** Reads what follows `npm start --`. */
export function parseOptions(args: readonly string[]): ParsedOptions {
  try {
    const { values } = parseArgs({ args: [...args], options: OPTIONS, strict: true });
    const { config, port, once, help, 'take-over': takeOver } = values;
    if (help) return { kind: 'help' };
    if (!/^[0-9]{1,5}$/.test(port) || Number(port) > 65_535) {
      return { kind: 'wrong', problem: `--port takes a number from 0 to 65535, not ${JSON.stringify(port)}` };
    }
    if (config === '') return { kind: 'wrong', problem: '--config takes a folder' };
    return { kind: 'start', options: { config: config ?? null, port: Number(port), once, takeOver } };
  } catch (error) {
    return { kind: 'wrong', problem: error instanceof Error ? error.message : String(error) };
  }
}

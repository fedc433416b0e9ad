import { approved, waitOption } from '../caller/approval.ts';
import { credentialsIn } from '../caller/broker.ts';
import { callerOf } from '../caller/documents.ts';
import { callerOptions, readScopedSettings, scopeOption } from '../caller/settings.ts';
import type { Command } from '../command.ts';

export const command: Command = {
  description: `Prints an access token of a scope: a broker token, or one of another authorization server. It is asked for anew each time.`,
  options: [
    scopeOption,
    ...callerOptions,
    waitOption,
    { flags: '--header', description: 'print Authorization: Bearer …, as curl takes it from a file' },
    { flags: '--json', description: 'print all that the broker said of it' },
  ],
  examples: [
    'token-broker token --scope call-api',
    'token-broker token --scope call-api --header | curl -H @- https://api.example.com/',
  ],
  notes:
    'Exit code: 0 done, 1 refused or failed (reason, description and request_id on standard error), 2 wrong usage.',
  run: async (given, terminal) => {
    const settings = await readScopedSettings(given, terminal);
    const caller = await callerOf(settings, terminal, given.has('verbose') ? 'verbose' : 'quiet');
    const say = (line: string) => terminal.err(`token-broker token: ${line}\n`);
    const how = given.has('wait') ? 'wait' : 'once';
    const answer = await approved(() => caller.token(), { how, say });
    if (credentialsIn(answer) !== null) {
      throw new Error(`scope ${settings.scope} gives AWS credentials: token-broker credentials prints them`);
    }
    const text = given.has('header') ? `Authorization: Bearer ${answer.access_token}` : answer.access_token;
    terminal.out(given.has('json') ? `${JSON.stringify(answer, null, 2)}\n` : `${text}\n`);
    return 0;
  },
};

import { approved, waitOption } from '../caller/approval.ts';
import { cachedCredentials, cacheFolder, cacheKey } from '../caller/cache.ts';
import { callerOf } from '../caller/documents.ts';
import { callerOptions, readScopedSettings, scopeOption } from '../caller/settings.ts';
import type { Command } from '../command.ts';

export const command: Command = {
  description: `Prints AWS credentials of a scope as credential_process takes them. They are kept on this machine until five minutes before their end; programs that ask at once
ask the broker once.`,
  options: [
    scopeOption,
    ...callerOptions,
    waitOption,
    { flags: '--no-cache', description: 'ask the broker, and keep nothing (TOKEN_BROKER_CACHE names the folder)' },
  ],
  examples: [
    'token-broker credentials --broker https://broker.example.com --scope deploy-web',
    'aws configure set profile.deploy.credential_process "token-broker credentials --scope deploy-web"',
  ],
  notes:
    'Exit code: 0 done, 1 refused or failed (reason, description and request_id on standard error), 2 wrong usage.',
  run: async (given, terminal) => {
    const say = (line: string) => terminal.err(`token-broker credentials: ${line}\n`);
    const settings = await readScopedSettings(given, terminal);
    const caller = await callerOf(settings, terminal, given.has('verbose') ? 'verbose' : 'quiet');
    const fetch = () => caller.credentials();
    const key = await cacheKey(caller);
    const asked = () =>
      given.has('no-cache') ? fetch() : cachedCredentials(cacheFolder(terminal.env), key, fetch, say);
    const document = await approved(asked, { how: given.has('wait') ? 'wait' : 'once', say });
    if (Date.parse(document.Expiration) <= Date.now()) {
      say(`these credentials end at ${document.Expiration}, which is past by this machine's clock: is it right?`);
    }
    terminal.out(`${JSON.stringify(document)}\n`);
    return 0;
  },
};

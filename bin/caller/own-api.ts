import type { JsonObject } from '../../lib/json.ts';
import type { Arguments, OptionSpec, Terminal } from '../command.ts';
import { BrokerRefusal } from './broker.ts';
import { callerOf } from './documents.ts';
import { ask } from './http.ts';
import { callerOptions, readSettings } from './settings.ts';

/** What of a caller's settings says who asks the broker's own API. */
const WHO: readonly string[] = ['broker', 'proof', 'verbose'];

/** Options of the commands that ask the broker's own API; other names of `callerOptions` are free there. */
export const operatorOptions: readonly OptionSpec[] = callerOptions.filter(({ flags }) =>
  WHO.some((name) => flags.startsWith(`--${name}`)),
);

const DEADLINE_MS = 60_000;

/**
 * Asks `path` of the broker's own API with a token of that built-in scope, got with the proof that the settings name:
 * GET, or POST of `body`. Throws BrokerRefusal or Unreachable.
 */
export async function askOwnApi(
  given: Arguments,
  terminal: Terminal,
  { scope, path, body }: { readonly scope: string; readonly path: string; readonly body?: JsonObject },
): Promise<JsonObject> {
  const who: Arguments = {
    ...given,
    value: (name) => (WHO.includes(name) ? given.value(name) : undefined),
    values: () => [],
  };
  const settings = { ...(await readSettings(who, terminal)), scope };
  const caller = await callerOf(settings, terminal, given.has('verbose') ? 'verbose' : 'quiet');
  const { access_token: token } = await caller.token();
  const answer = await ask(`${settings.broker}${path}`, {
    ...(body === undefined ? { method: 'GET' } : { method: 'POST', json: body }),
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(DEADLINE_MS),
  });
  if (answer.status !== 200) throw new BrokerRefusal(answer);
  return answer.body;
}

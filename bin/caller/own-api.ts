import type { JsonObject } from '../../lib/json.ts';
import type { Arguments, OptionSpec, Terminal } from '../command.ts';
import { BrokerRefusal } from './broker.ts';
import { type Caller, callerOf } from './documents.ts';
import { ask } from './http.ts';
import { peekClaims } from './proofs/jwt.ts';
import { callerOptions, readSettings } from './settings.ts';

/** What of a caller's settings says who asks the broker's own API. */
const WHO: readonly string[] = ['broker', 'proof', 'verbose'];

/** Options of the commands that ask the broker's own API; other names of `callerOptions` are free there. */
export const operatorOptions: readonly OptionSpec[] = callerOptions.filter(({ flags }) =>
  WHO.some((name) => flags.startsWith(`--${name}`)),
);

const DEADLINE_MS = 60_000;

/**
 * Asks `path` of the broker's own API with a token of that built-in scope: the proof that the settings name where it is
 * one, else what is got with it. GET, or POST of `body`. Throws BrokerRefusal or Unreachable.
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
  const token = (await atHand(caller, scope)) ?? (await caller.token()).access_token;
  const answer = await ask(`${settings.broker}${path}`, {
    ...(body === undefined ? { method: 'GET' } : { method: 'POST', json: body }),
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(DEADLINE_MS),
  });
  if (answer.status !== 200) throw new BrokerRefusal(answer);
  return answer.body;
}

/** Proofs that are kept somewhere: to look at one costs nothing. */
const KEPT = /^(?:login$|file:|env:)/;

/**
 * A proof that is a token of that scope already, such as a login's. Another one got with it would lack the claims that
 * it does not carry, and with them the scope. null: it is none, which is the broker's to say better.
 */
async function atHand({ proof, settings: { broker } }: Caller, scope: string): Promise<string | null> {
  if (!KEPT.test(proof.name)) return null;
  const presented = await proof.present(AbortSignal.timeout(DEADLINE_MS));
  if (presented.kind !== 'token') return null;
  const { iss, aud, scope: scopes } = peekClaims(presented.token) ?? {};
  const isIts = iss === broker && [aud].flat().includes(broker) && String(scopes).split(' ').includes(scope);
  return isIts ? presented.token : null;
}

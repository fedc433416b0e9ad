import type { JsonObject } from '../../lib/json.ts';
import { readLogin } from '../caller/login-store.ts';
import { chooseProof } from '../caller/proofs/choose.ts';
import { peekClaims } from '../caller/proofs/jwt.ts';
import type { Presented } from '../caller/proofs/proof.ts';
import { callerOptions, readSettings } from '../caller/settings.ts';
import type { Command } from '../command.ts';
import { textTable } from './issuances/text.ts';

const WHO = ['--broker', '--proof', '--verbose'];
const DEADLINE_MS = 30_000;
/** What is shown of a token, in this order; a rule may read more. */
const SHOWN = ['iss', 'sub', 'aud', 'scope', 'client_id', 'jti'];

/** Who somebody is, as far as this machine can say: the broker verifies, and nothing here does. */
interface Who {
  readonly broker: string;
  readonly proof: string;
  readonly claims: JsonObject;
  /** RFC 3339; null: it does not say. */
  readonly expires: string | null;
  readonly expired: boolean;
}

export const command: Command = {
  description: `Says who you are to the broker: whom the kept login names, for what, and when it ends; with --proof, or where nobody has logged in, the proof
that the other commands would bring. Nothing is asked of the broker.`,
  options: [
    ...callerOptions.filter(({ flags }) => WHO.some((name) => flags.startsWith(name))),
    { flags: '--json', description: 'print {"broker", "proof", "claims", "expires", "expired"}' },
  ],
  examples: ['token-broker whoami', 'token-broker whoami --proof github --json'],
  notes: 'Exit code: 0 somebody, 1 nobody, or a login or token that has ended; 2 wrong usage.',
  run: async (given, terminal) => {
    const settings = await readSettings(given, terminal);
    const kept = settings.proof === 'auto' ? readLogin(settings.broker, terminal.env) : null;
    const say = (line: string) => (given.has('verbose') ? terminal.err(`${line}\n`) : undefined);
    let who: Who;
    if (kept === null) {
      const source = await chooseProof(settings, terminal, say);
      const presented = await source.present(AbortSignal.timeout(DEADLINE_MS));
      who = whoIs(settings.broker, source.name, claimsOf(presented));
    } else who = whoIs(settings.broker, 'login', { ...peekClaims(kept.token), exp: kept.expires });
    terminal.out(given.has('json') ? `${JSON.stringify(who)}\n` : textOf(who));
    if (who.expired) terminal.err(`It has ended: run token-broker login again.\n`);
    return who.expired ? 1 : 0;
  },
};

/** A client by secret or key has no token before it is asked for one. */
function claimsOf(presented: Presented): JsonObject {
  if (presented.kind !== 'token') return { client_id: presented.client };
  return peekClaims(presented.token) ?? {};
}

function whoIs(broker: string, proof: string, claims: JsonObject): Who {
  const { exp } = claims;
  const expires = typeof exp === 'number' ? new Date(exp * 1000).toISOString() : null;
  return { broker, proof, claims, expires, expired: typeof exp === 'number' && exp * 1000 <= Date.now() };
}

function textOf({ broker, proof, claims, expires }: Who): string {
  const shown = SHOWN.flatMap((name) => (claims[name] === undefined ? [] : [[name, [claims[name]].flat().join(', ')]]));
  const rows = [['broker', broker], ['proof', proof], ...shown, ['ends', expires ?? 'it does not say']];
  return textTable(rows);
}

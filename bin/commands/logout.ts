import { loginFile, readLogin, removeLogin } from '../caller/login-store.ts';
import { peekClaims } from '../caller/proofs/jwt.ts';
import { callerOptions, readSettings } from '../caller/settings.ts';
import type { Command } from '../command.ts';

export const command: Command = {
  description: `Removes what \`login\` keeps of a broker from this machine. The token itself lives to its end, which is minutes away; whoever may revoke ends it
at once by the issuance that is printed (\`token-broker revoke --issuance ID --reason WHY\`).`,
  options: [
    ...callerOptions.filter(({ flags }) => flags.startsWith('--broker')),
    { flags: '--json', description: 'print {"broker", "removed", "issuance", "expires"}' },
  ],
  examples: ['token-broker logout --broker https://broker.example.com'],
  notes: 'Exit code: 0 done, also where nobody was logged in; 1 failed; 2 wrong usage.',
  run: async (given, terminal) => {
    const { broker } = await readSettings(given, terminal);
    const kept = readKept(broker, terminal.env);
    removeLogin(broker, terminal.env);
    const issuance = kept === null ? null : String(peekClaims(kept.token)?.['jti'] ?? '') || null;
    const expires = kept === null ? null : new Date(kept.expires * 1000).toISOString();
    if (given.has('json')) {
      terminal.out(`${JSON.stringify({ broker, removed: kept !== null, issuance, expires })}\n`);
    } else if (kept === null) terminal.err(`Nobody was logged in to ${broker}.\n`);
    else {
      const live = kept.expires * 1000 > Date.now();
      const rest = live ? ` The token (issuance ${issuance}) ends by itself at ${expires}.` : '';
      terminal.err(`Logged out of ${broker}.${rest}\n`);
    }
    return 0;
  },
};

/** A file that is not trusted is removed all the same. */
function readKept(broker: string, env: Readonly<Record<string, string | undefined>>) {
  try {
    return readLogin(broker, env);
  } catch {
    return { broker, token: '', expires: 0, file: loginFile(broker, env) };
  }
}

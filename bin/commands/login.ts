import { createHash, randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { isBrokerIssuer } from '../../lib/loopback.ts';
import { keepLogin } from '../caller/login-store.ts';
import { type Arguments, type Command, type Terminal, UsageError } from '../command.ts';
import { errorMessage } from '../error-message.ts';
import { openBrowser } from './login-browser.ts';
import { type CallbackListener, listenForCallback } from './login-callback.ts';
import { beginOnDevice, redeemWhenAllowed } from './login-device.ts';
import { type Redeemed, redeemCode } from './login-redeem.ts';

/** As long as the broker keeps a sign-in. */
const TIMEOUT_MS = 600_000;

export interface Login {
  readonly issuer: string;
  readonly client: string;
  readonly connection: string;
  readonly scope: string;
  readonly intent: string | undefined;
  readonly duration: string | undefined;
}

export const command: Command = {
  description: `Signs you in at your identity provider, in your browser, and prints what the scope gives: AWS credentials as credential_process takes them,
or a token. A token of this broker is kept too (0600): \`--proof login\` of the other commands brings it, \`whoami\` shows it, \`logout\` ends it.`,
  options: [
    { flags: '--connection <name>', description: 'the SAML or OIDC connection to sign in at' },
    { flags: '--scope <name>', description: 'what for' },
    { flags: '--broker <url>', description: 'the broker (default: TOKEN_BROKER_URL)' },
    { flags: '--issuer <url>', description: 'the same (default: TOKEN_BROKER_ISSUER)' },
    { flags: '--client <name>', description: "this program's registration at the broker (default: broker-cli)" },
    { flags: '--port <number>', description: 'listen on this port of 127.0.0.1 (default: any that is free)' },
    { flags: '--device', description: 'print a URL and a code for a browser on another machine (RFC 8628)' },
    { flags: '--intent <text>', description: 'why, for the ledger' },
    { flags: '--duration <seconds>', description: 'how long the credentials live, within what the scope allows' },
    { flags: '--no-browser', description: 'only print the address' },
    { flags: '--json', description: 'print a token with all that was said of it' },
  ],
  examples: [
    'token-broker login --connection okta-saml --scope deploy-web',
    'token-broker login --device --connection okta --scope deploy-web',
    'ssh -L 8400:127.0.0.1:8400 build-7 token-broker login --no-browser --port 8400 --connection okta --scope api',
  ],
  notes: `As a credential_process:
  credential_process = token-broker login --broker URL --connection NAME --scope NAME
Exit code: 0 done, 1 refused or failed, 2 wrong usage.`,
  run: async (given, terminal) => {
    const login = readLogin(given, terminal);
    const port = readPort(given);
    const answer = given.has('device')
      ? await signInOnDevice(login, terminal)
      : await signIn(login, terminal, { how: given.has('no-browser') ? 'print' : 'open', port });
    keep(login, answer, terminal);
    terminal.out(answer.token === null || !given.has('json') ? answer.text : answer.token);
    return 0;
  },
};

function readLogin(given: Arguments, { env }: Terminal): Login {
  const connection = given.value('connection');
  const scope = given.value('scope') ?? (env['TOKEN_BROKER_SCOPE'] || undefined);
  if (connection === undefined || connection === '') throw new UsageError('--connection is required');
  if (scope === undefined || scope === '') throw new UsageError('--scope is required');
  return {
    issuer: readIssuer(issuerOf(given, env)),
    client: given.value('client') ?? 'broker-cli',
    connection,
    scope,
    intent: given.value('intent'),
    duration: given.value('duration'),
  };
}

function readPort(given: Arguments): number {
  const text = given.value('port');
  if (text === undefined) return 0;
  if (given.has('device')) throw new UsageError('--port goes without --device: nothing comes back to this machine');
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw new UsageError('--port is a number from 1 to 65535');
  return port;
}

/** The first that is said, as every command for callers has it: `--issuer` is what this one had before them. */
const issuerOf = (given: Arguments, env: Terminal['env']): string | undefined =>
  given.value('broker') ?? given.value('issuer') ?? (env['TOKEN_BROKER_URL'] || env['TOKEN_BROKER_ISSUER']);

/** RFC 8252 section 8.3 and RFC 9700: https, but for a broker on this machine. One final slash is dropped. */
function readIssuer(text: string | undefined): string {
  if (text === undefined || text === '') throw new UsageError('--broker or TOKEN_BROKER_URL is required');
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !isBrokerIssuer(url.origin) || url.pathname !== '/' || url.search !== '') {
    throw new UsageError('--broker is an https origin, such as https://broker.example.com');
  }
  return url.origin;
}

/** What cannot be kept was got all the same. */
function keep({ issuer }: Login, { kept }: Redeemed, { env, err }: Terminal): void {
  if (kept === null) return;
  try {
    const path = keepLogin({ broker: issuer, ...kept }, env);
    err(`Kept in ${path} until ${new Date(kept.expires * 1000).toISOString()}; token-broker logout ends it.\n`);
  } catch (error) {
    err(`The token is not kept: ${errorMessage(error)}\n`);
  }
}

async function signIn(
  login: Login,
  terminal: Terminal,
  { how, port }: { readonly how: 'open' | 'print'; readonly port: number },
): Promise<Redeemed> {
  const [verifier, state] = [randomBytes(32).toString('base64url'), randomBytes(16).toString('base64url')];
  const listener = await listenForCallback({ issuer: login.issuer, state, port });
  try {
    const url = authorizeUrl(login, listener, verifier, state);
    terminal.err(`Sign in at ${login.connection} in your browser:\n\n  ${url}\n\n`);
    if (how === 'open') openBrowser(url, terminal);
    const code = await listener.code(AbortSignal.timeout(TIMEOUT_MS));
    return await redeemCode({ ...login, code, verifier, redirectUri: listener.redirectUri });
  } finally {
    listener.close();
  }
}

async function signInOnDevice(login: Login, terminal: Terminal): Promise<Redeemed> {
  const device = await beginOnDevice(login, hostname());
  terminal.err(`On any machine with a browser, open

  ${device.verificationUri}

and type the code  ${device.userCode}
(or open ${device.verificationUriComplete} and compare the code)

Waiting for ${Math.round(device.expiresInSeconds / 60)} minutes …\n`);
  return redeemWhenAllowed(login, device);
}

function authorizeUrl(login: Login, { redirectUri }: CallbackListener, verifier: string, state: string): string {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: login.client,
    redirect_uri: redirectUri,
    scope: login.scope,
    state,
    connection: login.connection,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  return `${login.issuer}/oauth2/authorize?${query}`;
}

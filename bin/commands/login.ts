import { createHash, randomBytes } from 'node:crypto';
import { isBrokerIssuer } from '../../lib/loopback.ts';
import { type Arguments, type Command, type Terminal, UsageError } from '../command.ts';
import { openBrowser } from './login-browser.ts';
import { type CallbackListener, listenForCallback } from './login-callback.ts';
import { redeemCode } from './login-redeem.ts';

/** As long as the broker keeps a sign-in. */
const TIMEOUT_MS = 600_000;

interface Login {
  readonly issuer: string;
  readonly client: string;
  readonly connection: string;
  readonly scope: string;
  readonly intent: string | undefined;
  readonly duration: string | undefined;
}

export const command: Command = {
  description: `Signs you in at your identity provider, in your browser, and prints what the scope gives: AWS credentials as credential_process takes them,
or a token.`,
  options: [
    { flags: '--connection <name>', description: 'the SAML connection to sign in at' },
    { flags: '--scope <name>', description: 'what for' },
    { flags: '--broker <url>', description: 'the broker (default: TOKEN_BROKER_URL)' },
    { flags: '--issuer <url>', description: 'the same (default: TOKEN_BROKER_ISSUER)' },
    { flags: '--client <name>', description: "this program's registration at the broker (default: broker-cli)" },
    { flags: '--intent <text>', description: 'why, for the ledger' },
    { flags: '--duration <seconds>', description: 'how long the credentials live, within what the scope allows' },
    { flags: '--no-browser', description: 'only print the address' },
    { flags: '--json', description: 'print a token with all that was said of it' },
  ],
  notes: `As a credential_process:
  credential_process = token-broker login --broker URL --connection NAME --scope NAME`,
  run: async (given, terminal) => {
    const connection = given.value('connection');
    const scope = given.value('scope');
    if (connection === undefined || connection === '') throw new UsageError('--connection is required');
    if (scope === undefined || scope === '') throw new UsageError('--scope is required');
    const login: Login = {
      issuer: readIssuer(issuerOf(given, terminal.env)),
      client: given.value('client') ?? 'broker-cli',
      connection,
      scope,
      intent: given.value('intent'),
      duration: given.value('duration'),
    };
    const answer = await signIn(login, terminal, given.has('no-browser') ? 'print' : 'open');
    terminal.out(answer.token === null || !given.has('json') ? answer.text : answer.token);
    return 0;
  },
};

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

async function signIn(login: Login, terminal: Terminal, how: 'open' | 'print') {
  const [verifier, state] = [randomBytes(32).toString('base64url'), randomBytes(16).toString('base64url')];
  const listener = await listenForCallback({ issuer: login.issuer, state });
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

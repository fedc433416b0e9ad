import { createHash, randomBytes } from 'node:crypto';
import { readArguments } from '../arguments.ts';
import { type Command, type Terminal, UsageError } from '../command.ts';
import { openBrowser } from './login-browser.ts';
import { type CallbackListener, listenForCallback } from './login-callback.ts';
import { redeemCode } from './login-redeem.ts';

const help = `Usage: token-broker login --connection NAME --scope NAME [--issuer URL] [--client NAME] [--json]

Signs you in at your identity provider, in your browser, and prints what the scope gives: AWS credentials as credential_process takes them, or a token.

  --connection NAME  the SAML connection to sign in at
  --scope NAME       what for
  --issuer URL       the broker; default TOKEN_BROKER_ISSUER
  --client NAME      this program's registration at the broker; default broker-cli
  --intent TEXT      why, for the ledger
  --duration SECONDS how long the credentials live, within what the scope allows
  --no-browser       only print the address
  --json             print a token with all that was said of it

As a credential_process:
  credential_process = token-broker login --issuer URL --connection NAME --scope NAME
`;

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
  help,
  run: async (args, terminal) => {
    const values = ['connection', 'scope', 'issuer', 'client', 'intent', 'duration'];
    const given = readArguments(args, { values, flags: ['json', 'no-browser'] });
    if (given.positionals.length > 0) throw new UsageError('login takes options only');
    const connection = given.value('connection');
    const scope = given.value('scope');
    if (connection === undefined || connection === '') throw new UsageError('--connection is required');
    if (scope === undefined || scope === '') throw new UsageError('--scope is required');
    const login: Login = {
      issuer: readIssuer(given.value('issuer') ?? terminal.env['TOKEN_BROKER_ISSUER']),
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

/** RFC 8252 section 8.3 and RFC 9700: https, but for a broker on this machine. */
function readIssuer(text: string | undefined): string {
  if (text === undefined || text === '') throw new UsageError('--issuer or TOKEN_BROKER_ISSUER is required');
  const url = URL.canParse(text) ? new URL(text) : null;
  const loopback = url?.protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  if (url === null || (url.protocol !== 'https:' && !loopback) || url.pathname !== '/' || url.search !== '') {
    throw new UsageError('--issuer is an https origin, such as https://broker.example.com');
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

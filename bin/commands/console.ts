import { isLoopback } from '../../lib/loopback.ts';
import type { CredentialDocument } from '../caller/credential-document.ts';
import { callerOf } from '../caller/documents.ts';
import { type Answer, ask } from '../caller/http.ts';
import { callerOptions, readScopedSettings, scopeOption } from '../caller/settings.ts';
import { type Command, type Terminal, UsageError } from '../command.ts';
import { openBrowser } from './login-browser.ts';

const FEDERATION = 'https://signin.aws.amazon.com/federation';
const CONSOLE = 'https://console.aws.amazon.com/';
const DEADLINE_MS = 30_000;

export const command: Command = {
  description: `Prints a link that signs in to the AWS console with the session of a scope. The session is asked for anew, and its record says
request.purpose: console. Whoever has the link has the session: it is good for 15 minutes and opens once.`,
  options: [
    scopeOption,
    ...callerOptions,
    { flags: '--destination <url>', description: `where in the console it leads (default: ${CONSOLE})` },
    { flags: '--open', description: 'open it in the browser, and print nothing' },
    { flags: '--json', description: 'print {"url", "expires", "issuance"}' },
  ],
  examples: [
    'token-broker console --scope support-read --open',
    'token-broker console --scope support-read --destination https://eu-west-1.console.aws.amazon.com/ecs/v2',
  ],
  notes: `TOKEN_BROKER_AWS_SIGNIN_URL: the federation endpoint (default: ${FEDERATION}), such as that of AWS GovCloud or China.
Exit code: 0 done, 1 refused or failed, 2 wrong usage.`,
  run: async (given, terminal) => {
    const settings = await readScopedSettings(given, terminal);
    const destination = addressOf(given.value('destination') ?? CONSOLE, '--destination');
    const federation = addressOf(
      terminal.env['TOKEN_BROKER_AWS_SIGNIN_URL'] || FEDERATION,
      'TOKEN_BROKER_AWS_SIGNIN_URL',
    );
    const caller = await callerOf(settings, terminal, given.has('verbose') ? 'verbose' : 'quiet');
    const document = await caller.credentials('console');
    const token = await signinToken(federation, document);
    const url = loginUrl(federation, { issuer: settings.broker, destination: destination.href, token });
    show(url, document, given.has('open') ? 'open' : given.has('json') ? 'json' : 'text', terminal);
    return 0;
  },
};

function show(url: string, document: CredentialDocument, how: 'open' | 'json' | 'text', terminal: Terminal): void {
  if (how === 'open') openBrowser(url, terminal);
  else if (how === 'text') terminal.out(`${url}\n`);
  else {
    const issuance = document['IssuanceId'] ?? null;
    terminal.out(`${JSON.stringify({ url, expires: document.Expiration, issuance })}\n`);
  }
}

/** https, but for an endpoint on this machine (tests, a proxy). */
function addressOf(text: string, name: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !(url.protocol === 'https:' || isLoopback(url)) || url.username !== '' || url.hash !== '') {
    throw new UsageError(`${name} is an https URL`);
  }
  return url;
}

/**
 * A sign-in token for the session (IAM User Guide, "Enable custom identity broker access to the AWS console"). The keys
 * go in a form, so that they stand in no URL; an endpoint that takes none gets them as AWS documents it, in the query
 * over TLS. No SessionDuration: the broker's own session came by role chaining, for which AWS refuses one.
 */
async function signinToken(federation: URL, document: CredentialDocument): Promise<string> {
  const { AccessKeyId, SecretAccessKey, SessionToken } = document;
  const session = { sessionId: AccessKeyId, sessionKey: SecretAccessKey, sessionToken: SessionToken };
  const form = new URLSearchParams({ Action: 'getSigninToken', Session: JSON.stringify(session) });
  const signal = AbortSignal.timeout(DEADLINE_MS);
  const posted = await ask(federation.href, { method: 'POST', form, signal });
  const token = tokenIn(posted);
  if (token !== null) return token;
  const query = new URL(federation);
  for (const [name, value] of form) query.searchParams.set(name, value);
  const got = posted.status < 500 ? await ask(query.href, { method: 'GET', signal }) : posted;
  const found = tokenIn(got);
  if (found !== null) return found;
  throw new Error(
    `${federation.host} gave no sign-in token (${got.status}): is the session of this partition, and may its role use the console?`,
  );
}

function tokenIn({ status, body }: Answer): string | null {
  const token = body['SigninToken'];
  return status === 200 && typeof token === 'string' ? token : null;
}

function loginUrl(
  federation: URL,
  { issuer, destination, token }: { readonly issuer: string; readonly destination: string; readonly token: string },
): string {
  const url = new URL(federation);
  const parameters = { Action: 'login', Issuer: issuer, Destination: destination, SigninToken: token };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

/**
 * Who is signed in. The access token is kept in memory alone: no storage of the browser has it, and it ends with the
 * page. Other tabs of this page are given it where they ask, so that a link opened beside signs in to nothing again.
 */
export const READ = 'broker:issuances:read';
export const EXPLAIN = 'broker:explain';

export interface Session {
  readonly token: string;
  readonly scopes: readonly string[];
  /** Milliseconds since the epoch. */
  readonly ends: number;
  /** `<connection>:<subject>` or `client:<name>`. */
  readonly subject: string;
  readonly connection: string;
}

/** A sign-in that gave nothing: what was asked for, and what the broker said. */
export interface Refused {
  readonly error: string;
  readonly description: string;
  readonly reason: string;
  readonly requestId: string;
  readonly scopes: readonly string[];
  readonly connection: string;
}

export type SessionState =
  /** The other tabs are being asked. */
  | { readonly kind: 'asking' }
  | { readonly kind: 'out' }
  | { readonly kind: 'redeeming' }
  | { readonly kind: 'in'; readonly session: Session }
  | { readonly kind: 'ended'; readonly session: Session }
  | { readonly kind: 'refused'; readonly refused: Refused };

/** What is remembered between leaving for the identity provider and coming back; never a token. */
interface Begun {
  readonly verifier: string;
  /** Empty: the person chooses on the broker's list, and the answer says what. */
  readonly connection: string;
  readonly scopes: readonly string[];
  /** Address to come back to. */
  readonly back: string;
}

const CLIENT = 'console';
const CHANNEL = 'token-broker-console';
const LAST = 'token-broker-console:last';

let state: SessionState = { kind: 'asking' };
const listeners = new Set<() => void>();
const channel = new BroadcastChannel(CHANNEL);
let ending = 0;

export const sessionState = (): SessionState => state;

export function onSessionChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function become(next: SessionState): void {
  state = next;
  clearTimeout(ending);
  if (next.kind === 'in') {
    ending = window.setTimeout(() => endSession(next.session), Math.max(0, next.session.ends - Date.now()));
  }
  for (const listener of listeners) listener();
}

/** The broker no longer takes the token, or its time is over. */
export function endSession(session: Session): void {
  if (state.kind === 'in' && state.session.token === session.token) become({ kind: 'ended', session });
}

/** Forgets the token, in every tab. */
export function signOut(): void {
  channel.postMessage({ kind: 'signed-out' });
  become({ kind: 'out' });
}

/** The connection of the last sign-in here, and the scopes that it gave; a convenience, and nothing secret. */
export function lastSignIn(): { readonly connection: string; readonly scopes: readonly string[] } {
  const [connection = '', ...scopes] = (localStorage.getItem(LAST) ?? '').split(' ');
  return { connection, scopes };
}

/**
 * Leaves for the identity provider, or for the list of them where `connection` is empty (RFC 6749 section 4.1.1 with
 * RFC 7636); `finishSignIn` takes what comes back.
 */
export async function beginSignIn(connection: string, scopes: readonly string[], back: string): Promise<void> {
  const [state, verifier] = [randomText(), randomText()];
  const begun: Begun = { verifier, connection, scopes, back };
  sessionStorage.setItem(`sign-in:${state}`, JSON.stringify(begun));
  const query = new URLSearchParams({
    response_type: 'code',
    response_mode: 'fragment',
    client_id: CLIENT,
    redirect_uri: redirectUri(),
    ...(connection === '' ? {} : { connection }),
    scope: scopes.join(' '),
    state,
    code_challenge: await challengeOf(verifier),
    code_challenge_method: 'S256',
  });
  location.assign(`/oauth2/authorize?${query}`);
}

/**
 * Takes the answer of the authorization endpoint out of the address, if there is one, and gives the address that the
 * person was at when the sign-in began. An answer to a sign-in that did not begin in this tab is nobody's.
 */
export async function finishSignIn(): Promise<string | null> {
  const answer = new URLSearchParams(location.hash.slice(1));
  const given = answer.get('state') ?? '';
  if (given === '' || !(answer.has('code') || answer.has('error'))) return null;
  history.replaceState(null, '', location.pathname);
  const key = `sign-in:${given}`;
  const kept = sessionStorage.getItem(key);
  sessionStorage.removeItem(key);
  if (kept === null) return null;
  const asked: Begun = JSON.parse(kept);
  const begun = { ...asked, connection: answer.get('connection') ?? asked.connection };
  // RFC 9207: an answer of another authorization server is not redeemed here.
  if (answer.get('iss') !== location.origin) return begun.back;
  const code = answer.get('code');
  if (code === null) become({ kind: 'refused', refused: refusedOf(Object.fromEntries(answer), begun, begun.scopes) });
  else await redeem(begun, code);
  return begun.back;
}

async function redeem(begun: Begun, code: string): Promise<void> {
  become({ kind: 'redeeming' });
  const first = await askForToken(begun, code, begun.scopes);
  // All or none: whoever may only read is refused both, and the code is not used up by that.
  const less = begun.scopes.length > 1 && !first.ok && first.body['error'] === 'invalid_scope';
  const scopes = less ? [READ] : begun.scopes;
  const { ok, body } = less ? await askForToken(begun, code, scopes) : first;
  if (!ok) return become({ kind: 'refused', refused: refusedOf(body, begun, scopes) });
  localStorage.setItem(LAST, [begun.connection, ...scopes].join(' '));
  const token = String(body['access_token']);
  const session: Session = {
    ...{ token, scopes, connection: begun.connection },
    subject: subjectOf(token),
    ends: Date.now() + Number(body['expires_in']) * 1000,
  };
  become({ kind: 'in', session });
  channel.postMessage({ kind: 'session', session });
}

/** What the token endpoint said. */
interface TokenAnswer {
  readonly ok: boolean;
  readonly body: Readonly<Record<string, unknown>>;
}

async function askForToken({ verifier }: Begun, code: string, scopes: readonly string[]): Promise<TokenAnswer> {
  const form = {
    grant_type: 'authorization_code',
    client_id: CLIENT,
    redirect_uri: redirectUri(),
    code,
    code_verifier: verifier,
    scope: scopes.join(' '),
  };
  try {
    const response = await fetch('/oauth2/token', { method: 'POST', body: new URLSearchParams(form) });
    return { ok: response.ok, body: await response.json() };
  } catch {
    return { ok: false, body: { error: 'unreachable', error_description: 'The broker could not be reached.' } };
  }
}

const refusedOf = (body: TokenAnswer['body'], { connection }: Begun, scopes: readonly string[]): Refused => ({
  ...{ scopes, connection },
  error: String(body['error'] ?? ''),
  description: String(body['error_description'] ?? ''),
  reason: String(body['reason'] ?? ''),
  requestId: String(body['request_id'] ?? ''),
});

const ANSWER_MS = 150;

/** Asks the other tabs for their session, and answers theirs from now on. */
export function shareSession(): void {
  channel.onmessage = ({ data }) => {
    if (data?.kind === 'asked' && state.kind === 'in') channel.postMessage({ kind: 'session', session: state.session });
    if (data?.kind === 'session' && isLater(data.session)) become({ kind: 'in', session: data.session });
    if (data?.kind === 'signed-out' && state.kind === 'in') become({ kind: 'out' });
  };
  if (state.kind !== 'asking') return;
  channel.postMessage({ kind: 'asked' });
  setTimeout(() => {
    if (state.kind === 'asking') become({ kind: 'out' });
  }, ANSWER_MS);
}

const isLater = ({ ends }: Session): boolean => ends > Date.now() && (state.kind !== 'in' || state.session.ends < ends);

const redirectUri = (): string => `${location.origin}/console`;

/** The token came from its issuer just now; who may what is the API's to check at every request. */
function subjectOf(token: string): string {
  const [, payload = ''] = token.split('.');
  const { sub } = JSON.parse(new TextDecoder().decode(fromBase64Url(payload)));
  return String(sub);
}

const BYTES = 32;

const randomText = (): string => toBase64Url(crypto.getRandomValues(new Uint8Array(BYTES)));

const challengeOf = async (verifier: string): Promise<string> =>
  toBase64Url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))));

const toBase64Url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

const fromBase64Url = (text: string): Uint8Array =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0));

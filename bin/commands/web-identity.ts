import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { callerOf } from '../caller/documents.ts';
import { writePrivate } from '../caller/private-file.ts';
import { chooseProof } from '../caller/proofs/choose.ts';
import { peekClaims } from '../caller/proofs/jwt.ts';
import { callerOptions, readScopedSettings, readSettings, scopeOption } from '../caller/settings.ts';
import { type Arguments, type Command, type Terminal, UsageError } from '../command.ts';
import { errorMessage } from '../error-message.ts';

/** What is no JWT, or says no end, is renewed this often. */
const UNKNOWN_MS = 5 * 60_000;
const PAUSE_MS = 5_000;
/** A machine that slept looks at its clock at least this often. */
const TICK_MS = 30_000;
const TIMEOUT_MS = 30_000;

export const command: Command = {
  description: `Keeps a fresh proof in a file, so that any AWS SDK goes to the broker's /sts by itself. It is written beside and renamed: nobody reads half of it.`,
  options: [
    { flags: '--file <file>', description: 'where (0600)' },
    { flags: '--once', description: 'write it once, and end' },
    { flags: '--broker-token', description: 'keep a broker token of the scope instead' },
    scopeOption,
    ...callerOptions,
  ],
  examples: ['token-broker web-identity --file /broker/token --proof aws-token'],
  notes: `For a program:
  AWS_WEB_IDENTITY_TOKEN_FILE=FILE AWS_ROLE_ARN=arn:aws:broker:::scope/SCOPE AWS_ENDPOINT_URL_STS=URL/sts`,
  run: async (given, terminal) => {
    const file = given.value('file');
    if (file === undefined) throw new UsageError('--file is required: where the proof is kept');
    const path = resolve(terminal.cwd, file);
    const fetch = await tokenSource(given, terminal);
    const first = await fetch();
    writePrivate(path, first);
    if (given.has('once')) return 0;
    terminal.out(`ready ${path}\n`);
    await keepFresh(path, first, fetch, (line) => terminal.err(`token-broker web-identity: ${line}\n`));
    rmSync(path, { force: true });
    return 0;
  },
};

/** What is kept, made anew at each call. UsageError and Error as the proof's. */
async function tokenSource(given: Arguments, terminal: Terminal): Promise<() => Promise<string>> {
  const how = given.has('verbose') ? 'verbose' : 'quiet';
  if (given.has('broker-token')) {
    const caller = await callerOf(await readScopedSettings(given, terminal), terminal, how);
    return async () => (await caller.token()).access_token;
  }
  const say = (line: string) => (how === 'verbose' ? terminal.err(`${line}\n`) : undefined);
  const source = await chooseProof(await readSettings(given, terminal), terminal, say);
  return async () => {
    const proof = await source.present(AbortSignal.timeout(TIMEOUT_MS));
    if (proof.kind === 'token' && peekClaims(proof.token) !== null) return proof.token;
    throw new UsageError(`${source.name} is no token that /sts takes: keep a broker token instead (--broker-token)`);
  };
}

/** Until a signal ends it. What fails is said and tried again: the file keeps what it has. */
async function keepFresh(
  path: string,
  first: string,
  fetch: () => Promise<string>,
  say: (line: string) => void,
): Promise<void> {
  const stopped = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stopped.abort());
  let renewAt = whenToRenew(first, Date.now());
  while (!stopped.signal.aborted) {
    if (!(await rest(Math.min(TICK_MS, Math.max(0, renewAt - Date.now())), stopped.signal))) return;
    if (Date.now() < renewAt) continue;
    try {
      const token = await fetch();
      writePrivate(path, token);
      renewAt = whenToRenew(token, Date.now());
    } catch (error) {
      say(errorMessage(error));
      renewAt = Date.now() + PAUSE_MS;
    }
  }
}

/** Half-way to its end. */
function whenToRenew(token: string, now: number): number {
  const end = peekClaims(token)?.['exp'];
  return typeof end === 'number' ? now + Math.max(1_000, (end * 1000 - now) / 2) : now + UNKNOWN_MS;
}

/** False where the signal comes first. */
function rest(ms: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((done) => {
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', end);
      done(true);
    }, ms);
    function end(): void {
      clearTimeout(timer);
      done(false);
    }
    signal.addEventListener('abort', end, { once: true });
  });
}

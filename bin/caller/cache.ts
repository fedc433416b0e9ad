import { closeSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { errorMessage } from '../error-message.ts';
import { type CredentialDocument, isCredentialDocument } from './credential-document.ts';
import { sha256Hex } from './digest.ts';
import type { Caller } from './documents.ts';
import { writePrivate } from './private-file.ts';
import { faultOf, privateFolder } from './private-folder.ts';

/** Credentials are used until so long before their end (contract section 6): whoever gets them has some time left. */
const LEFT_MS = 300_000;

/** Longer than any request: whoever holds a lock for longer is gone, or its machine slept. */
const LOCK_MS = 45_000;
const POLL_MS = 50;

/** What nobody asked for since is nobody's any more. */
const KEPT_MS = 24 * 3_600_000;

type Environment = Readonly<Record<string, string | undefined>>;

/** `TOKEN_BROKER_CACHE`, else `$XDG_CACHE_HOME/token-broker` (default `~/.cache`). */
export const cacheFolder = (env: Environment): string =>
  env['TOKEN_BROKER_CACHE'] || join(env['XDG_CACHE_HOME'] || join(env['HOME'] || homedir(), '.cache'), 'token-broker');

/** The name of what is kept for this request of this caller: a hash of all that decides what the broker would give. */
export async function cacheKey({ settings, proof, actor }: Caller): Promise<string> {
  const { broker, scope, parameters, policy, durationSeconds, intent } = settings;
  const asked = [broker, scope, Object.entries(parameters).sort(), policy, durationSeconds, intent];
  const who = [await proof.identity(), (await actor?.identity()) ?? null];
  return sha256Hex(JSON.stringify([...asked, ...who]));
}

/**
 * Credentials of the cache, or those that `fetch` gets, kept for the next; processes that ask at once ask the broker
 * once. Where the broker is down, credentials that have not ended go on. `say` gets what does not hinder it: a cache
 * that cannot be written. Throws Error for a folder that is not ours alone, and what `fetch` throws.
 */
export async function cachedCredentials(
  folder: string,
  key: string,
  fetch: () => Promise<CredentialDocument>,
  say: (line: string) => void,
): Promise<CredentialDocument> {
  const fault = folderFault(folder);
  if (fault !== null) {
    say(`the cache ${folder} is not used: ${fault}`);
    return fetch();
  }
  const file = join(folder, `${key}.json`);
  const kept = read(file, LEFT_MS);
  if (kept !== null) return kept;
  const lock = await takeLock(join(folder, `${key}.lock`), () => read(file, LEFT_MS) !== null);
  try {
    // Whoever had the lock before has asked for all of us.
    const theirs = read(file, LEFT_MS);
    if (theirs !== null) return theirs;
    const document = await fetchOrKeep(file, fetch, say);
    write(file, document, say);
    prune(folder);
    return document;
  } finally {
    lock.release();
  }
}

/** A disk that takes nothing hinders nobody; a folder of somebody else's is refused. */
function folderFault(folder: string): string | null {
  try {
    privateFolder(folder);
    return null;
  } catch (error) {
    if (codeOf(error) === null) throw error;
    return errorMessage(error);
  }
}

async function fetchOrKeep(file: string, fetch: () => Promise<CredentialDocument>, say: (line: string) => void) {
  try {
    return await fetch();
  } catch (error) {
    const { mayPass } = await import('./broker.ts');
    // A refusal is an answer, and ends what was given before it.
    const last = mayPass(error) ? read(file, 0) : null;
    if (last === null) throw error;
    say(`the broker gives nothing new (${errorMessage(error)}): the credentials at hand end at ${last.Expiration}`);
    return last;
  }
}

/**
 * What is kept and has longer left than this; a file that cannot be read is none. Throws Error for one that is not ours
 * alone: who wrote it may have chosen whose credentials we would use.
 */
function read(file: string, leftMs: number): CredentialDocument | null {
  const fault = faultOf(file);
  if (fault !== null) throw new Error(`${file} is not used: ${fault}, or remove it`);
  try {
    const document: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (!isCredentialDocument(document)) return null;
    return Date.parse(document.Expiration) - Date.now() > leftMs ? document : null;
  } catch {
    return null;
  }
}

function write(file: string, document: CredentialDocument, say: (line: string) => void): void {
  try {
    writePrivate(file, JSON.stringify(document));
  } catch (error) {
    say(`the credentials are not kept: ${errorMessage(error)}`);
  }
}

function prune(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (!/^[0-9a-f]{64}\.(json|lock)/.test(name)) continue;
    const path = join(folder, name);
    const changed = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    if (changed !== undefined && Date.now() - changed > KEPT_MS) rmSync(path, { force: true });
  }
}

interface Lock {
  release(): void;
}

/** Waits for its turn, or until `isDone`. Where no lock can be made, everybody asks for himself. */
async function takeLock(path: string, isDone: () => boolean): Promise<Lock> {
  const mark = `${process.pid} ${crypto.randomUUID()}`;
  for (;;) {
    const taken = tryLock(path, mark);
    if (taken === 'taken') return { release: () => dropLock(path, mark) };
    if (taken === 'impossible' || isDone()) return { release: () => undefined };
    if (isAbandoned(path)) rmSync(path, { force: true });
    else await new Promise((done) => setTimeout(done, POLL_MS * (0.5 + Math.random())));
  }
}

function tryLock(path: string, mark: string): 'taken' | 'held' | 'impossible' {
  try {
    const file = openSync(path, 'wx', 0o600);
    writeFileSync(file, mark);
    closeSync(file);
    return 'taken';
  } catch (error) {
    return codeOf(error) === 'EEXIST' ? 'held' : 'impossible';
  }
}

/** Held by a process of this machine that is gone, or for longer than anything takes. */
function isAbandoned(path: string): boolean {
  const changed = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  if (changed === undefined) return false;
  const heldMs = Date.now() - changed;
  // A clock that was set back makes the file one of the future.
  if (heldMs > LOCK_MS || heldMs < -LOCK_MS) return true;
  const holder = Number(readText(path).split(' ')[0]);
  return Number.isInteger(holder) && holder > 0 && !isRunning(holder);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}

/** Ours only: one that was taken over while we slept is somebody else's. */
function dropLock(path: string, mark: string): void {
  if (readText(path) === mark) rmSync(path, { force: true });
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

const codeOf = (error: unknown): string | null => {
  const { code } = Object(error);
  return typeof code === 'string' ? code : null;
};

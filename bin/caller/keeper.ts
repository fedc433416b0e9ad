import { setTimeout as pause } from 'node:timers/promises';
import { errorMessage } from '../error-message.ts';
import { mayPass } from './broker.ts';
import type { CredentialDocument } from './credential-document.ts';

/** Renewed this long before their end, ahead of every SDK's window, or half-way where they are shorter. */
const AHEAD_MS = 15 * 60_000;
/** A machine that slept sees its clock at least this often. */
const TICK_MS = 30_000;
/** What has failed is tried again so long after. */
const PAUSE_MS = 5_000;

/** Credentials of one scope, in memory, renewed ahead of their end for as long as it runs. */
export interface Keeper {
  readonly scope: string;
  /** What is there, ended or not. Secret. */
  current(): CredentialDocument;
  stop(): void;
}

/**
 * Fetches, and keeps what it got fresh. Where the broker cannot be reached at first it is asked again until it can; a
 * refusal is thrown, and so is what ends `signal`. Later failures are said, and what is there goes on to its end.
 */
export async function keep(
  scope: string,
  fetch: () => Promise<CredentialDocument>,
  say: (line: string) => void,
  signal: AbortSignal = new AbortController().signal,
): Promise<Keeper> {
  let document = await firstOf(scope, fetch, say, signal);
  let renewAt = whenToRenew(document, Date.now());
  let isAsking = false;
  const renew = async (): Promise<void> => {
    if (isAsking || Date.now() < renewAt) return;
    isAsking = true;
    try {
      document = await fetch();
      renewAt = whenToRenew(document, Date.now());
    } catch (error) {
      renewAt = Date.now() + PAUSE_MS;
      say(`${scope} is not renewed (${errorMessage(error)}); what is there ends at ${document.Expiration}`);
    } finally {
      isAsking = false;
    }
  };
  const timer = setInterval(() => void renew(), Math.min(TICK_MS, Math.max(500, (renewAt - Date.now()) / 4)));
  // Whoever serves it keeps the process: where that fails, nothing else should.
  timer.unref();
  return { scope, current: () => document, stop: () => clearInterval(timer) };
}

async function firstOf(
  scope: string,
  fetch: () => Promise<CredentialDocument>,
  say: (line: string) => void,
  signal: AbortSignal,
) {
  for (;;) {
    try {
      return await fetch();
    } catch (error) {
      if (!mayPass(error)) throw error;
      say(`${scope}: ${errorMessage(error)}; it is asked again`);
      await pause(PAUSE_MS, undefined, { signal });
    }
  }
}

/**
 * Where this machine's clock is so far ahead that what is new has ended by it, the next would have too: each is an
 * issuance, so it is asked for no more often than this.
 */
const CLOCK_MS = 60_000;

export function whenToRenew({ Expiration }: CredentialDocument, now: number): number {
  const end = Date.parse(Expiration);
  if (end <= now) return now + CLOCK_MS;
  return end - Math.min(AHEAD_MS, (end - now) / 2);
}

import { parseStrictJson } from '../identity/strict-json.ts';
import type { Fetcher, FetchResult } from '../ports/documents.ts';
import type { EpochMilliseconds } from '../time.ts';

/** One grant that must succeed and one that must be refused, both asked for over the public URL. */
export interface Trial {
  /** The broker's own, without a final slash. */
  readonly issuer: string;
  /** The client that asks. */
  readonly client: string;
  /** It grants this client an AWS session. */
  readonly scope: string;
  /** It exists, and does not. */
  readonly refusedScope: string;
}

export interface TrialPorts {
  readonly fetcher: Fetcher;
  /** null: there is no such secret. Throws `Fault('secrets')`. */
  secret(client: string, signal: AbortSignal): Promise<string | null>;
  /** Whether the configuration in force has it, switched on. Throws `Fault('configuration')`. */
  isScope(name: string, signal: AbortSignal): Promise<boolean>;
}

/** What became of one of the two. */
export interface TrialFinding {
  readonly check: 'grant' | 'refusal';
  readonly scope: string;
  readonly status: 'ok' | 'broken';
  readonly message: string;
}

/** A cold start of the function, and the 1.7 s that it has; no caller waits as long. */
const TIMEOUT_MS = 8_000;
const MAX_BYTES = 64 * 1024;

/**
 * Asks for both at `now` (epoch milliseconds). What a grant gave is read for its end and dropped here. Throws `Fault`
 * where the client's secret or the configuration cannot be read.
 */
export async function tryGrants(
  trial: Trial,
  ports: TrialPorts,
  now: EpochMilliseconds,
  signal: AbortSignal,
): Promise<readonly TrialFinding[]> {
  const secret = await ports.secret(trial.client, signal);
  const granted = (status: TrialFinding['status'], message: string): TrialFinding => ({
    ...{ check: 'grant', scope: trial.scope, status, message },
  });
  const refused = (status: TrialFinding['status'], message: string): TrialFinding => ({
    ...{ check: 'refusal', scope: trial.refusedScope, status, message },
  });
  if (secret === null) {
    const message = `the client ${trial.client} has no secret`;
    return [granted('broken', message), refused('broken', message)];
  }
  const ask = (scope: string) => askFor(trial, scope, secret, ports.fetcher, signal);
  const [given, denied, exists] = await Promise.all([
    ask(trial.scope),
    ask(trial.refusedScope),
    ports.isScope(trial.refusedScope, signal),
  ]);
  return [
    given.kind === 'session' && given.ends > now
      ? granted('ok', 'it was granted')
      : granted('broken', `it was not granted: ${given.said}`),
    // A name that leads nowhere is refused in the same words, and proves nothing.
    exists ? refused(...judgeRefusal(denied)) : refused('broken', 'it is not in the configuration, or switched off'),
  ];
}

function judgeRefusal(answer: TrialAnswer): readonly ['ok' | 'broken', string] {
  if (answer.kind === 'session') return ['broken', 'it was granted, and must be refused'];
  if (answer.kind === 'not-allowed') return ['ok', 'it was refused'];
  return ['broken', `it was not refused by its rules: ${answer.said}`];
}

/** `said`: status and reason, never a body. */
type TrialAnswer =
  | { readonly kind: 'session'; readonly ends: number; readonly said: string }
  | { readonly kind: 'not-allowed' | 'else'; readonly said: string };

async function askFor(
  { issuer, client }: Trial,
  scope: string,
  secret: string,
  fetcher: Fetcher,
  signal: AbortSignal,
): Promise<TrialAnswer> {
  // RFC 6749 section 2.3.1.
  const pair = `${encodeURIComponent(client)}:${encodeURIComponent(secret)}`;
  const headers = { authorization: `Basic ${Buffer.from(pair).toString('base64')}`, accept: 'application/json' };
  const url = `${issuer}/v1/credentials/${encodeURIComponent(scope)}`;
  const request = { url, method: 'GET', headers, maxBytes: MAX_BYTES, timeoutMs: TIMEOUT_MS } as const;
  return readAnswer(await fetcher.fetch({ ...request, redirects: 'none', publicAddressOnly: false }, signal));
}

function readAnswer(result: FetchResult): TrialAnswer {
  if (!result.ok) return { kind: 'else', said: `no answer: ${result.problem} (${result.cause})` };
  const members = parseStrictJson(result.body, { maxBytes: MAX_BYTES }) ?? {};
  if (result.status === 200) {
    const ends = Date.parse(String(members['Expiration']));
    return { kind: 'session', ends, said: 'credentials that have ended, or none' };
  }
  const { reason } = members;
  const named = typeof reason === 'string' && /^[a-z_]{1,64}$/.test(reason) ? reason : 'without a reason';
  const kind = result.status === 403 && named === 'not_allowed' ? 'not-allowed' : 'else';
  return { kind, said: `${result.status} ${named}` };
}

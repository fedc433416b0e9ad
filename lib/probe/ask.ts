import type { Fetcher, FetchResult } from '../ports/documents.ts';
import type { Clock } from '../ports/host.ts';
import type { EpochMilliseconds } from '../time.ts';
import type { Finding, Found } from './finding.ts';
import { statusAt } from './finding.ts';

/** As long as the runtime waits for such a document. */
const TIMEOUT_MS = 3_000;

export interface Answer {
  readonly result: FetchResult;
  /** When it was asked, in the middle of question and answer, in milliseconds. */
  readonly askedAt: number;
}

export interface AskerPorts {
  /** The runtime's own. */
  readonly fetcher: Fetcher;
  readonly clock: Clock;
  /** When the certificate of an https server ends; null: no connection comes about within `timeoutMs`. */
  certificateEnd(host: string, port: number, timeoutMs: number): Promise<EpochMilliseconds | null>;
}

/**
 * Asks for each address once, as the runtime's own fetcher does. Whatever is asked after `signal` cannot be had.
 */
export class Asker {
  private readonly answers = new Map<string, Promise<Answer>>();
  private readonly ports: AskerPorts;
  private readonly signal: AbortSignal;

  constructor(ports: AskerPorts, signal: AbortSignal) {
    this.ports = ports;
    this.signal = signal;
  }

  ask(url: string, maxBytes: number, address: 'any' | 'public' = 'any'): Promise<Answer> {
    const known = this.answers.get(url) ?? this.get(url, maxBytes, address);
    this.answers.set(url, known);
    return known;
  }

  private async get(url: string, maxBytes: number, address: 'any' | 'public'): Promise<Answer> {
    const { fetcher, clock } = this.ports;
    const began = clock.now();
    const request = { url, method: 'GET', maxBytes, timeoutMs: TIMEOUT_MS, redirects: 'same-host' } as const;
    const headers = { accept: 'application/json, */*' };
    const result = await fetcher.fetch({ ...request, headers, publicAddressOnly: address === 'public' }, this.signal);
    return { result, askedAt: (began + clock.now()) / 2 };
  }

  /** When the certificate of an https host ends; nothing for plain http, or where no connection comes about. */
  async certificate(found: Found, address: string, now: number): Promise<readonly Finding[]> {
    const { protocol, hostname, port } = new URL(address);
    if (protocol !== 'https:' || this.signal.aborted) return [];
    const end = await this.ports.certificateEnd(hostname, Number(port || 443), TIMEOUT_MS);
    if (end === null) return [];
    return [found('certificate', statusAt(end, now), `the certificate of ${hostname}`, end)];
  }
}

/** Why there is no document; null: there is one. */
export function failureOf({ result }: Answer): string | null {
  if (!result.ok) return `cannot be had: ${result.problem} (${result.cause})`;
  return result.status === 200 ? null : `answers ${result.status}`;
}

/** Less than this nobody notices; the tolerance of the connection says what breaks. */
const NOTICED_SECONDS = 5;

/** The provider's clock by its `Date`, beside this machine's. */
export function clockFinding(found: Found, { result, askedAt }: Answer, toleranceSeconds: number): readonly Finding[] {
  const date = result.ok ? Date.parse(result.headers['date'] ?? '') : Number.NaN;
  if (Number.isNaN(date)) return [];
  // `Date` has whole seconds.
  const off = Math.round((date + 500 - askedAt) / 1000);
  const away = Math.abs(off);
  if (away <= NOTICED_SECONDS) return [found('clock', 'ok', 'its clock and that of this machine agree')];
  const said = `its clock is ${away} s ${off > 0 ? 'ahead of' : 'behind'} this machine's`;
  return away > toleranceSeconds
    ? [found('clock', 'broken', `${said}: more than the ${toleranceSeconds} s that are tolerated`)]
    : [found('clock', 'soon', `${said}: ${toleranceSeconds} s are tolerated`)];
}

import { accept, type Outcome, refuse } from '../outcome.ts';
import { Circuits } from './circuits.ts';
import type { DownstreamPorts } from './downstream-ports.ts';
import type { DownstreamRequest, DownstreamToken } from './downstream-request.ts';
import { fetchToken, type SharedCircuits } from './fetch-token.ts';
import { type HeldSecrets, readHeldSecrets } from './held-secrets.ts';
import { tokenByIdJag } from './id-jag.ts';
import { KeptTokens, sharingKey } from './kept-tokens.ts';

/** A token, and whether somebody was asked for it on account of this request. */
export interface HandOut {
  readonly token: DownstreamToken;
  readonly cached: boolean;
}

/** Tokens of other authorization servers. */
export interface DownstreamTokens {
  /** One that is at hand for the very same request; null: the server must be asked. Never throws. */
  atHand(request: DownstreamRequest, signal: AbortSignal): Promise<HandOut | null>;
  /**
   * That, or one that the server gives now; callers with the same request share one fetch. Throws `Fault('secrets')`.
   */
  get(request: DownstreamRequest, signal: AbortSignal): Promise<Outcome<HandOut>>;
}

/** A fetch with its retries; it is shared, so that no caller's deadline may end it. */
const FETCH_BUDGET_MS = 10_000;

/**
 * Tokens of other servers, with what one process keeps of them: tokens, fetches under way, and which providers fail.
 */
export function downstreamTokens(ports: DownstreamPorts): DownstreamTokens {
  const kept = new KeptTokens();
  const circuits = new Circuits();
  const flights = new Map<string, Promise<Outcome<DownstreamToken>>>();

  const fetchOnce = (key: string, request: DownstreamRequest, held: readonly [HeldSecrets, ...HeldSecrets[]]) => {
    const since = ports.clock.now();
    const budget = AbortSignal.timeout(FETCH_BUDGET_MS);
    const flight = fetch(ports, { circuits, name: key }, request, held, budget).then((outcome) => {
      if (outcome.ok) kept.keep(key, outcome.value, request, since);
      return outcome;
    });
    flights.set(key, flight);
    const forget = () => flights.delete(key);
    flight.then(forget, forget);
    return flight;
  };

  return {
    async atHand(request, signal) {
      try {
        const held = await readHeldSecrets(ports.secrets, request.grant, 'cached', signal);
        const token = held.ok ? kept.find(sharingKey(request, held.value), ports.clock.now()) : null;
        return token === null ? null : { token, cached: true };
      } catch {
        // Whoever asks next says what is wrong, after it was recorded as started.
        return null;
      }
    },
    async get(request, signal) {
      const held = await readHeldSecrets(ports.secrets, request.grant, 'cached', signal);
      if (!held.ok) return held;
      const key = sharingKey(request, held.value);
      const known = kept.find(key, ports.clock.now());
      if (known !== null) return accept({ token: known, cached: true });
      const flight = flights.get(key);
      const outcome = await within(flight ?? fetchOnce(key, request, held.value), signal);
      return outcome.ok ? accept({ token: outcome.value, cached: flight !== undefined }) : outcome;
    },
  };
}

function fetch(
  ports: DownstreamPorts,
  shared: SharedCircuits,
  request: DownstreamRequest,
  held: readonly [HeldSecrets, ...HeldSecrets[]],
  signal: AbortSignal,
): Promise<Outcome<DownstreamToken>> {
  const { grant } = request;
  return grant.provider === 'id-jag'
    ? tokenByIdJag(ports, shared, { ...request, grant }, signal)
    : fetchToken(ports, shared, { ...request, grant }, held, signal);
}

/** Waits for what others may be waiting for too, no longer than the caller's own deadline. */
function within<T>(shared: Promise<Outcome<T>>, signal: AbortSignal): Promise<Outcome<T>> {
  return new Promise((resolve, reject) => {
    const late = () => resolve(refuse('provider_timeout'));
    if (signal.aborted) late();
    signal.addEventListener('abort', late, { once: true });
    shared.then(resolve, reject).finally(() => signal.removeEventListener('abort', late));
  });
}

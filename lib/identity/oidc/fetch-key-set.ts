import { accept, type Outcome, refuse } from '../../outcome.ts';
import type { Fetcher, FetchRequest } from '../../ports/documents.ts';
import type { KeySource } from '../../ports/keys.ts';
import {
  DISCOVERY_LIMITS,
  discoveryFault,
  discoveryUrl,
  type KeySetDocument,
  keySetFault,
  MAX_KEY_SET_BYTES,
  readDiscovery,
  readKeySet,
} from './key-document.ts';

/** Longest wait for each of the two documents. */
const TIMEOUT_MS = 2_000;

interface FetchedKeySet extends KeySetDocument {
  readonly jwksUri: string;
}

/**
 * Fetches the key set of a source: from its `jwksUri`, from the one that discovery named lately, or through discovery.
 * Refuses with `keys_unavailable`; the log has which document could not be had or read, and why.
 */
export async function fetchKeySet(
  fetcher: Fetcher,
  source: KeySource,
  discovered: string | undefined,
  signal: AbortSignal,
): Promise<Outcome<FetchedKeySet>> {
  const known = source.jwksUri ?? discovered;
  const place = known === undefined ? await discover(fetcher, source.issuer, signal) : accept(known);
  if (!place.ok) return place;
  const jwksUri = place.value;
  const publicAddressOnly = isForeign(jwksUri, source);
  const answer = await get(fetcher, { url: jwksUri, maxBytes: MAX_KEY_SET_BYTES, publicAddressOnly }, signal);
  if (!answer.ok) return answer;
  const document = readKeySet(answer.value);
  return document === null ? unavailable(jwksUri, keySetFault(answer.value)) : accept({ jwksUri, ...document });
}

async function discover(fetcher: Fetcher, issuer: string, signal: AbortSignal): Promise<Outcome<string>> {
  const url = discoveryUrl(issuer);
  const answer = await get(fetcher, { url, maxBytes: DISCOVERY_LIMITS.maxBytes, publicAddressOnly: false }, signal);
  if (!answer.ok) return answer;
  const jwksUri = readDiscovery(answer.value, issuer);
  return jwksUri === null ? unavailable(url, discoveryFault(answer.value, issuer)) : accept(jwksUri);
}

const unavailable = (url: string, why: string) => refuse('keys_unavailable', { log: { found: `${url} ${why}` } });

/**
 * Whether it is on a host that the configuration does not name. A lying issuer must not have us dial addresses of our
 * own network.
 */
const isForeign = (jwksUri: string, source: KeySource): boolean =>
  source.jwksUri === null && URL.parse(jwksUri)?.hostname !== URL.parse(source.issuer)?.hostname;

type Place = Pick<FetchRequest, 'url' | 'maxBytes' | 'publicAddressOnly'>;

async function get(fetcher: Fetcher, place: Place, signal: AbortSignal): Promise<Outcome<Uint8Array>> {
  const headers = { accept: 'application/json' };
  const how = { method: 'GET', headers, timeoutMs: TIMEOUT_MS, redirects: 'same-host' } as const;
  const result = await fetcher.fetch({ ...place, ...how }, signal);
  if (!result.ok) return unavailable(place.url, `cannot be had: ${result.problem} (${result.cause})`);
  return result.status === 200 ? accept(result.body) : unavailable(place.url, `answers ${result.status}`);
}

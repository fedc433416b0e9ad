import type { Fetcher, FetchRequest } from '../../ports/documents.ts';
import type { KeySource } from '../../ports/keys.ts';
import {
  DISCOVERY_LIMITS,
  discoveryUrl,
  type KeySetDocument,
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
 * null: no good document could be had in time.
 */
export async function fetchKeySet(
  fetcher: Fetcher,
  source: KeySource,
  discovered: string | undefined,
  signal: AbortSignal,
): Promise<FetchedKeySet | null> {
  const jwksUri = source.jwksUri ?? discovered ?? (await discover(fetcher, source.issuer, signal));
  if (jwksUri === null) return null;
  const place = { url: jwksUri, maxBytes: MAX_KEY_SET_BYTES, publicAddressOnly: isForeign(jwksUri, source) };
  const bytes = await get(fetcher, place, signal);
  const document = bytes === null ? null : readKeySet(bytes);
  return document === null ? null : { jwksUri, ...document };
}

async function discover(fetcher: Fetcher, issuer: string, signal: AbortSignal): Promise<string | null> {
  const place = { url: discoveryUrl(issuer), maxBytes: DISCOVERY_LIMITS.maxBytes, publicAddressOnly: false };
  const bytes = await get(fetcher, place, signal);
  return bytes === null ? null : readDiscovery(bytes, issuer);
}

/**
 * Whether it is on a host that the configuration does not name. A lying issuer must not have us dial addresses of our
 * own network.
 */
const isForeign = (jwksUri: string, source: KeySource): boolean =>
  source.jwksUri === null && URL.parse(jwksUri)?.hostname !== URL.parse(source.issuer)?.hostname;

type Place = Pick<FetchRequest, 'url' | 'maxBytes' | 'publicAddressOnly'>;

async function get(fetcher: Fetcher, place: Place, signal: AbortSignal): Promise<Uint8Array | null> {
  const headers = { accept: 'application/json' };
  const how = { method: 'GET', headers, timeoutMs: TIMEOUT_MS, redirects: 'same-host' } as const;
  const result = await fetcher.fetch({ ...place, ...how }, signal);
  return result.ok && result.status === 200 ? result.body : null;
}

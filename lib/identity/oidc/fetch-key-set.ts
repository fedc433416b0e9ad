import type { Fetcher } from '../../ports/documents.ts';
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
  discovered: string | null,
  signal: AbortSignal,
): Promise<FetchedKeySet | null> {
  const jwksUri = source.jwksUri ?? discovered ?? (await discover(fetcher, source.issuer, signal));
  if (jwksUri === null) return null;
  const bytes = await get(fetcher, jwksUri, MAX_KEY_SET_BYTES, isForeign(jwksUri, source), signal);
  const document = bytes === null ? null : readKeySet(bytes);
  return document === null ? null : { jwksUri, ...document };
}

async function discover(fetcher: Fetcher, issuer: string, signal: AbortSignal): Promise<string | null> {
  const bytes = await get(fetcher, discoveryUrl(issuer), DISCOVERY_LIMITS.maxBytes, 'configured', signal);
  return bytes === null ? null : readDiscovery(bytes, issuer);
}

/**
 * `foreign`: a host that the configuration does not name. A lying issuer must not have us dial addresses of our own
 * network.
 */
type Destination = 'configured' | 'foreign';

function isForeign(jwksUri: string, source: KeySource): Destination {
  if (source.jwksUri !== null || !URL.canParse(source.issuer)) return 'configured';
  return new URL(jwksUri).hostname === new URL(source.issuer).hostname ? 'configured' : 'foreign';
}

async function get(
  fetcher: Fetcher,
  url: string,
  maxBytes: number,
  destination: Destination,
  signal: AbortSignal,
): Promise<Uint8Array | null> {
  const result = await fetcher.fetch(
    {
      url,
      method: 'GET',
      headers: { accept: 'application/json' },
      maxBytes,
      timeoutMs: TIMEOUT_MS,
      redirects: 'same-host',
      publicAddressOnly: destination === 'foreign',
    },
    signal,
  );
  return result.ok && result.status === 200 ? result.body : null;
}

import {
  DISCOVERY_LIMITS,
  discoveryFault,
  discoveryUrl,
  readProviderMetadata,
} from '../../identity/oidc/key-document.ts';
import type { JsonValue } from '../../json.ts';
import { isLoopback } from '../../loopback.ts';
import { accept, type Outcome, refuse } from '../../outcome.ts';
import type { Fetcher } from '../../ports/documents.ts';
import type { Clock } from '../../ports/host.ts';
import type { EpochMilliseconds } from '../../time.ts';

/** What a sign-in needs to know of an OIDC issuer. */
export interface OidcProvider {
  readonly issuer: string;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  /** True: each of its answers says who gives it (RFC 9207), and one that does not is refused. */
  readonly saysIssuer: boolean;
}

export interface OidcProviders {
  /** The provider by its own discovery document. Refuses with metadata_unavailable. */
  find(issuer: string, signal: AbortSignal): Promise<Outcome<OidcProvider>>;
}

interface ProviderPorts {
  readonly fetcher: Fetcher;
  readonly clock: Clock;
  /** Plain http is for the local stack (contract section 5). */
  readonly loopback: boolean;
}

interface Held {
  readonly provider: OidcProvider;
  readonly fetchedAt: EpochMilliseconds;
}

/** Discovery is believed this long, as for keys (`lib/identity/oidc/key-sets.ts`) … */
const FRESH_MS = 3_600_000;
/** … and this long while the issuer cannot be reached. */
const STALE_MS = 24 * 3_600_000;
const TIMEOUT_MS = 2_000;

/** Discovery documents, kept in memory by issuer. A bad document never replaces a good one. */
export function oidcProviders(ports: ProviderPorts): OidcProviders {
  const held = new Map<string, Held>();
  return {
    async find(issuer, signal) {
      const before = held.get(issuer);
      const age = before === undefined ? STALE_MS : ports.clock.now() - before.fetchedAt;
      if (before !== undefined && age >= 0 && age < FRESH_MS) return accept(before.provider);
      const found = await discover(ports, issuer, signal);
      if (found.ok) held.set(issuer, { provider: found.value, fetchedAt: ports.clock.now() });
      return !found.ok && before !== undefined && age < STALE_MS ? accept(before.provider) : found;
    },
  };
}

async function discover(ports: ProviderPorts, issuer: string, signal: AbortSignal): Promise<Outcome<OidcProvider>> {
  const answer = await ports.fetcher.fetch(
    {
      url: discoveryUrl(issuer),
      method: 'GET',
      headers: { accept: 'application/json' },
      maxBytes: DISCOVERY_LIMITS.maxBytes,
      timeoutMs: TIMEOUT_MS,
      redirects: 'same-host',
      publicAddressOnly: false,
    },
    signal,
  );
  if (!answer.ok) return unavailable(issuer, answer.problem);
  if (answer.status !== 200) return unavailable(issuer, `status ${answer.status}`);
  const document = readProviderMetadata(answer.body, issuer);
  if (document === null) return unavailable(issuer, `discovery ${discoveryFault(answer.body, issuer)}`);
  const authorizationEndpoint = endpointOf(document['authorization_endpoint'], ports.loopback);
  const tokenEndpoint = endpointOf(document['token_endpoint'], ports.loopback);
  if (authorizationEndpoint === null || tokenEndpoint === null) return unavailable(issuer, 'an endpoint is missing');
  const saysIssuer = document['authorization_response_iss_parameter_supported'] === true;
  return accept({ issuer, authorizationEndpoint, tokenEndpoint, saysIssuer });
}

const unavailable = (issuer: string, problem: string) =>
  refuse('metadata_unavailable', { log: { host: new URL(issuer).host, problem } });

/** RFC 6749 sections 3.1 and 3.2: TLS, and no fragment. null: it is none that a browser or the broker is sent to. */
function endpointOf(value: JsonValue | undefined, loopback: boolean): string | null {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : null;
  if (url === null || url.hash !== '' || url.username !== '' || url.password !== '') return null;
  return url.protocol === 'https:' || (loopback && url.protocol === 'http:' && isLoopback(url)) ? url.href : null;
}

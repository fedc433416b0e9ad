/** Documents of identity providers and of other authorization servers. Types only. */
import type { EpochMilliseconds } from '../time.ts';

/**
 * A small shared store for documents of others (key sets, IdP metadata), so that a cold start does not need the IdP.
 */
export interface DocumentStore {
  get(key: string, signal: AbortSignal): Promise<StoredDocument | null>;
  put(key: string, document: StoredDocument, signal: AbortSignal): Promise<void>;
}

export interface StoredDocument {
  readonly text: string;
  readonly fetchedAt: EpochMilliseconds;
}

/**
 * Fetches a document of an identity provider or another authorization server. https only, loopback http where the own
 * issuer is loopback.
 */
export interface Fetcher {
  /**
   * GET, or POST of a form. No redirects to other hosts, a byte cap, a deadline. Network failure, timeout, oversize:
   * `ok: false`, never thrown.
   */
  fetch(request: FetchRequest, signal: AbortSignal): Promise<FetchResult>;
}

export interface FetchRequest {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly maxBytes: number;
  readonly timeoutMs: number;
  /** `same-host`: at most three redirects on the same origin. */
  readonly redirects: 'none' | 'same-host';
  /** Refuse to dial private, loopback and link-local addresses, after resolving the name. */
  readonly publicAddressOnly: boolean;
}

export type FetchResult =
  | {
      readonly ok: true;
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Uint8Array;
    }
  | {
      readonly ok: false;
      readonly problem: 'timeout' | 'network' | 'too-large' | 'redirect' | 'address' | 'url';
      readonly cause: string;
      /** false: no connection was made (name, TCP, TLS), so that nothing in the request can be the cause. */
      readonly connected?: false;
    };

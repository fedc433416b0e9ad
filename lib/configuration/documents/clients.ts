import type { JsonObject } from '../../json.ts';
import type { Seconds } from '../../time.ts';

export type ClientAuthentication =
  | { readonly method: 'secret'; readonly secret: string; readonly overlap: Seconds }
  | {
      readonly method: 'jwks';
      readonly jwks: { readonly keys: readonly JsonObject[] };
      readonly audience: 'issuer' | 'token-endpoint';
    }
  | { readonly method: 'jwks-uri'; readonly jwksUri: string; readonly audience: 'issuer' | 'token-endpoint' }
  | { readonly method: 'public' };

export interface Client {
  readonly client: string;
  readonly authentication: ClientAuthentication;
  readonly redirectUris: readonly string[];
  readonly claims: JsonObject;
  /** Programs whose client_id is the address of a document at these hosts are this client; absent: none. */
  readonly metadataDocuments?: { readonly hosts: readonly string[] };
  /** Only where so: its broker tokens are bound to a key (RFC 9449). */
  readonly dpop?: 'required';
  /** Audiences whose tokens it may introspect, beside its own. */
  readonly introspects: readonly string[];
  /** The audiences that it is, and whose broker tokens it may exchange, acting; absent: none. */
  readonly audiences?: readonly string[];
}

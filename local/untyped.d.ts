declare module 'dynalite' {
  import type { Server } from 'node:http';

  interface Options {
    readonly createTableMs?: number;
    readonly updateTableMs?: number;
    readonly deleteTableMs?: number;
  }

  /** An HTTP server that speaks DynamoDB over an in-memory store. */
  export default function dynalite(options?: Options): Server;
}

declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  /** Only what the demonstration sets; the package ships no types. */
  export interface Configuration {
    readonly adapter: new (model: string) => object;
    readonly clients: readonly object[];
    readonly jwks: { readonly keys: readonly object[] };
    readonly cookies: { readonly keys: readonly string[] };
    readonly features: object;
    readonly ttl: object;
    readonly extraTokenClaims: (
      context: unknown,
      token: { readonly clientId?: string },
    ) => Readonly<Record<string, unknown>>;
  }

  export default class Provider {
    constructor(issuer: string, configuration: Configuration);
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  }
}

declare module 'postject' {
  /** Puts `data` into an executable as the resource `name`, and turns its fuse on. */
  export function inject(
    file: string,
    name: string,
    data: Uint8Array,
    options: { readonly sentinelFuse: string },
  ): Promise<void>;
}

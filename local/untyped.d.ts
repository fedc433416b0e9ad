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
    readonly claims?: Readonly<Record<string, readonly string[]>>;
    readonly conformIdTokenClaims?: boolean;
    readonly findAccount?: (context: unknown, accountId: string) => object;
    readonly interactions?: { readonly url: (context: unknown, interaction: { readonly uid: string }) => string };
    readonly loadExistingGrant?: (context: {
      readonly oidc: {
        readonly client?: { readonly clientId: string };
        readonly session?: { readonly accountId?: string };
        readonly provider: Provider;
      };
    }) => Promise<Grant>;
    readonly extraTokenClaims: (
      context: unknown,
      token: { readonly clientId?: string },
    ) => Readonly<Record<string, unknown>>;
  }

  export interface Grant {
    addOIDCScope(scope: string): void;
    save(): Promise<string>;
  }

  export default class Provider {
    readonly Grant: new (of: {
      readonly clientId: string;
      readonly accountId: string;
    }) => Grant;
    constructor(issuer: string, configuration: Configuration);
    interactionFinished(request: IncomingMessage, response: ServerResponse, result: object): Promise<void>;
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

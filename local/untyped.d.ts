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

  /** Of a request to the token endpoint whose client is authenticated. */
  export interface GrantContext {
    readonly oidc: {
      readonly client: { readonly clientId: string };
      readonly params: Readonly<Record<string, unknown>>;
    };
    body: unknown;
  }

  interface IdToken {
    scope: string;
    issue(of: { readonly use: 'idtoken' }): Promise<string>;
  }

  /** Answered as errors of the token endpoint (RFC 6749 section 5.2). */
  export const errors: Readonly<
    Record<'AccessDenied' | 'InvalidGrant' | 'InvalidRequest', new (detail: string) => Error>
  >;

  export default class Provider {
    readonly IdToken: new (
      claims: object,
      of: { readonly ctx: GrantContext },
    ) => IdToken;
    registerGrantType(
      name: string,
      handler: (context: GrantContext) => Promise<void>,
      parameters: readonly string[],
    ): void;
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

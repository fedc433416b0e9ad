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

import type { Client } from '../../configuration/documents.ts';
import { refuse } from '../../outcome.ts';
import type { Configuration, KeySets, Secrets } from '../../ports.ts';
import type { EpochSeconds } from '../../time.ts';
import type { Claims } from '../principal.ts';

export interface ClientContext {
  readonly configuration: Configuration;
  readonly secrets: Secrets;
  readonly keySets: KeySets;
  /** This broker's issuer, which client assertions are for. */
  readonly issuer: string;
  readonly now: EpochSeconds;
  readonly signal: AbortSignal;
}

/** Refused alike, whatever was wrong; the log says which check it was. */
export const clientRefusal = (check: string) => refuse('client_authentication_failed', { log: { check } });

const CLIENT_NAME = /^[a-z][a-z0-9-]{0,62}$/;

export const isClientName = (name: string): boolean => CLIENT_NAME.test(name);

/** null for a name that no client can have, without a read. */
export async function readClient(
  name: string,
  configuration: Configuration,
  signal: AbortSignal,
): Promise<Client | null> {
  return isClientName(name) ? configuration.client(name, signal) : null;
}

export const clientClaims = (client: Client): Claims => ({
  values: new Map(Object.entries(client.claims)),
  unavailable: new Map(),
});

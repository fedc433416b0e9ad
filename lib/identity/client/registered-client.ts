import type { Client } from '../../configuration/documents/clients.ts';
import type { RefusalLog } from '../../log-members.ts';
import { type Refusal, refuse } from '../../outcome.ts';
import type { Configuration } from '../../ports/configuration.ts';
import type { Clock, Pauses } from '../../ports/host.ts';
import type { KeySets } from '../../ports/keys.ts';
import type { Secrets } from '../../ports/secrets.ts';
import type { EpochSeconds } from '../../time.ts';
import type { FailedAttempts } from '../failed-attempts.ts';
import type { AuthenticatedClient, Claims } from '../principal.ts';
import { clientIdUrl } from './client-id-url.ts';

/** What authenticating clients needs of the world, in the life of a process. */
export interface ClientPorts {
  readonly clock: Clock;
  readonly pauses: Pauses;
  readonly secrets: Secrets;
  readonly keySets: KeySets;
  readonly wrongSecrets: FailedAttempts;
  /** This broker's issuer, which client assertions are for. */
  readonly issuer: string;
}

/** With what is of one request. */
export interface ClientContext extends ClientPorts {
  readonly configuration: Configuration;
  /** Where the request came from, as API Gateway says. */
  readonly sourceIp: string;
  readonly now: EpochSeconds;
  readonly signal: AbortSignal;
}

/**
 * Refused alike, whatever was wrong; the log says which check it was. `detail` only of an assertion whose signature
 * holds: nobody but the client learns it.
 */
export const clientRefusal = (check: string, detail?: string, log: RefusalLog = {}) =>
  refuse('client_authentication_failed', { ...(detail === undefined ? {} : { detail }), log: { ...log, check } });

/**
 * The same where an assertion was refused as any token is: its reason is the check, and the log keeps what was found.
 */
export const assertionRefusal = ({ reason, detail, log }: Refusal, told: 'detail' | 'nothing') =>
  clientRefusal(reason, told === 'detail' ? detail : undefined, log);

const CLIENT_NAME = /^[a-z][a-z0-9-]{0,62}$/;

const isClientName = (name: string): boolean => CLIENT_NAME.test(name);

/** null for a name that no client can have, without a read. */
export async function readClient(
  name: string,
  configuration: Configuration,
  signal: AbortSignal,
): Promise<Client | null> {
  return isClientName(name) ? configuration.client(name, signal) : null;
}

/**
 * The registration of a public client, which a metadata document may stand for: then it is that of the document's host.
 */
export async function readPublicClient(
  name: string,
  configuration: Configuration,
  signal: AbortSignal,
): Promise<Client | null> {
  // Where plain http is no address of a document, no code was ever given to it.
  const url = clientIdUrl(name, 'loopback');
  return url === null ? readClient(name, configuration, signal) : configuration.metadataClient(url.host, signal);
}

/** What its registration says of a client that authenticated. */
export const clientFacts = (client: Client): Pick<AuthenticatedClient, 'claims' | 'requiresDpop' | 'audiences'> => ({
  claims: clientClaims(client),
  ...(client.dpop === 'required' ? { requiresDpop: true } : {}),
  // A public client proves nothing: it is no server that anybody could send a token to, whatever its document says.
  ...(client.audiences === undefined || client.authentication.method === 'public'
    ? {}
    : { audiences: client.audiences }),
});

export const clientClaims = (client: Client): Claims => ({
  values: new Map(Object.entries(client.claims)),
  unavailable: new Map(),
});

import type { Client } from '../../configuration/documents/clients.ts';
import type {
  AwsIamConnection,
  Connection,
  OidcConnection,
  SamlConnection,
} from '../../configuration/documents/connections.ts';
import { awaitShared, type SharedRead } from '../../host/shared-read.ts';
import { Fault } from '../../outcome.ts';
import { type CompiledConnection, loadConnection } from '../../policy/connection.ts';
import { loadScope } from '../../policy/scope.ts';
import type { Configuration } from '../../ports/configuration.ts';
import { canonicalResource } from '../../resource-indicator.ts';
import { type ConfigurationTable, documentKey, lateConfiguration, text } from './configuration-item.ts';

/** What one version keeps in memory: documents, and names that it does not have. */
const MAX_ENTRIES = 4_096;
const MAX_CHARACTERS = 16_000_000;
/** One read serves every caller that waits for it, so it has a deadline of its own. */
const READ_MS = 1_200;

/** Which version, and who put it in force where that is known. */
export type InForce = Pick<Configuration, 'version' | 'applied'>;

/**
 * One immutable version of the configuration, read by key: what it has is the same with ten scopes and with ten
 * thousand.
 */
export function configurationVersion(table: ConfigurationTable, { version, applied }: InForce): Configuration {
  const cache = documentCache(table, version);
  const scopes = cache.of(loadScope);
  const connections = cache.of<Connection, CompiledConnection>(loadConnection);
  const clients = cache.of((client: Client) => client);
  const issuers = cache.of(loadAll<OidcConnection>);
  const names = cache.of((listed: readonly string[]) => listed);
  const serverIds = cache.of(loadAll<AwsIamConnection>);
  const samlConnection = async (name: string, signal: AbortSignal): Promise<CompiledConnection<SamlConnection>> => {
    const connection = await connections(`connection#${name}`, signal);
    if (connection?.type === 'saml') return connection;
    throw new Fault('configuration', `the version names a SAML connection ${name} that it does not have`);
  };
  return {
    version,
    ...(applied === undefined ? {} : { applied }),
    scope: (name, signal) => scopes(`scope#${name}`, signal),
    connection: (name, signal) => connections(`connection#${name}`, signal),
    client: (name, signal) => clients(`client#${name}`, signal),
    metadataClient: (host, signal) => clients(`metadata-documents#${host}`, signal),
    oidcIssuer: async (issuer, signal) => (await issuers(`issuer#${issuer}`, signal)) ?? [],
    samlAudience: async (entityId, signal) => {
      const listed = (await names(`saml#${entityId}`, signal)) ?? [];
      return Promise.all(listed.map((name) => samlConnection(name, signal)));
    },
    audience: async (resource, signal) => (await names(`audience#${canonicalResource(resource)}`, signal)) ?? [],
    signInConnections: async (signal) => (await names('sign-in#connections', signal)) ?? [],
    samlDecryptsCbc: async (signal) => (await names('saml-encryption#cbc', signal)) !== null,
    awsIamServer: async (serverId, signal) => (await serverIds(`aws-iam#${serverId}`, signal)) ?? [],
  };
}

const loadAll = <C extends Connection>(connections: readonly C[]): readonly CompiledConnection<C>[] =>
  connections.map(loadConnection);

/** What a document was loaded as, or that there is none, with what it counts for in memory. */
interface Entry {
  readonly loaded: unknown;
  readonly characters: number;
}

type Read<T> = (key: string, signal: AbortSignal) => Promise<T | null>;

interface DocumentCache {
  /** Reads the documents of one kind of key, each loaded once. Throws `Fault('configuration')`. */
  of<D, T>(load: (document: D) => T): Read<T>;
}

function documentCache(table: ConfigurationTable, version: number): DocumentCache {
  const entries = new Map<string, Entry>();
  const underWay = new Map<string, Promise<Entry>>();
  let characters = 0;

  /** The oldest go first; a Map keeps the order in which entries were last used. */
  const keep = (pk: string, entry: Entry): void => {
    entries.set(pk, entry);
    characters += entry.characters;
    for (const [oldest, { characters: freed }] of entries) {
      if (entries.size <= MAX_ENTRIES && characters <= MAX_CHARACTERS) return;
      entries.delete(oldest);
      characters -= freed;
    }
  };
  const start = <D>(pk: string, load: (document: D) => unknown): Promise<Entry> => {
    const reading = readDocument(table, pk, load)
      .then((entry) => {
        keep(pk, entry);
        return entry;
      })
      .finally(() => underWay.delete(pk));
    underWay.set(pk, reading);
    return reading;
  };
  const shared = <D>(pk: string, load: (document: D) => unknown): SharedRead<Entry> => {
    const reading = underWay.get(pk);
    if (reading !== undefined) return { result: reading, whose: 'joined' };
    return { result: start(pk, load), whose: 'own' };
  };

  return {
    of<D, T>(load: (document: D) => T): Read<T> {
      return async (key, signal) => {
        const pk = documentKey(version, key);
        if (pk === null) return null;
        const kept = entries.get(pk);
        if (kept !== undefined) {
          entries.delete(pk);
          entries.set(pk, kept);
          return kept.loaded as T | null;
        }
        return (await awaitShared(() => shared(pk, load), signal, lateConfiguration)).loaded as T | null;
      };
    },
  };
}

/**
 * Items are immutable and were written before the pointer; the read is consistent so that a new version's are found at
 * once.
 */
async function readDocument<D>(
  { client, table }: ConfigurationTable,
  pk: string,
  load: (document: D) => unknown,
): Promise<Entry> {
  try {
    const input = { TableName: table, Key: { pk: { S: pk } }, ConsistentRead: true };
    const { Item } = await client.call('GetItem', input, AbortSignal.timeout(READ_MS));
    if (Item === undefined) return { loaded: null, characters: pk.length };
    const doc = text(Item, 'doc');
    return { loaded: load(JSON.parse(doc) as D), characters: pk.length + doc.length };
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    throw new Fault('configuration', 'a document of the configuration cannot be read', { cause });
  }
}

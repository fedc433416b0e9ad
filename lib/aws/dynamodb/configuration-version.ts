import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import type {
  AwsIamConnection,
  Client,
  Connection,
  OidcConnection,
  SamlConnection,
  Scope,
} from '../../configuration/documents.ts';
import { waitAtMost } from '../../host/shared-read.ts';
import { Fault } from '../../outcome.ts';
import type { Configuration } from '../../ports.ts';
import { type ConfigurationTable, documentKey, text } from './configuration-item.ts';

/** What one version keeps in memory: documents, and names that it does not have. */
const MAX_ENTRIES = 4_096;
const MAX_CHARACTERS = 16_000_000;
/** One read serves every caller that waits for it, so it has a deadline of its own. */
const READ_MS = 1_200;

/** One immutable version of the configuration, read by key: what it has is the same with ten scopes and with ten thousand. */
export function configurationVersion(table: ConfigurationTable, version: number): Configuration {
  const read = documentReader(table, version);
  return {
    version,
    scope: (name, signal) => read<Scope>(`scope#${name}`, signal),
    connection: (name, signal) => read<Connection>(`connection#${name}`, signal),
    client: (name, signal) => read<Client>(`client#${name}`, signal),
    oidcIssuer: async (issuer, signal) => (await read<readonly OidcConnection[]>(`issuer#${issuer}`, signal)) ?? [],
    samlAudience: async (entityId, signal) => {
      const names = (await read<readonly string[]>(`saml#${entityId}`, signal)) ?? [];
      return Promise.all(names.map((name) => samlConnection(read, name, signal)));
    },
    awsIamServer: async (serverId, signal) =>
      (await read<readonly AwsIamConnection[]>(`aws-iam#${serverId}`, signal)) ?? [],
  };
}

type Read = <T>(key: string, signal: AbortSignal) => Promise<T | null>;

async function samlConnection(read: Read, name: string, signal: AbortSignal): Promise<SamlConnection> {
  const connection = await read<Connection>(`connection#${name}`, signal);
  if (connection?.type === 'saml') return connection;
  throw new Fault('configuration', `the version names a SAML connection ${name} that it does not have`);
}

/** A document, or that there is none, with what it counts for in memory. */
interface Entry {
  readonly document: unknown;
  readonly characters: number;
}

function documentReader(table: ConfigurationTable, version: number): Read {
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
  const start = (pk: string): Promise<Entry> => {
    const reading = readDocument(table, pk)
      .then((entry) => {
        keep(pk, entry);
        return entry;
      })
      .finally(() => underWay.delete(pk));
    underWay.set(pk, reading);
    return reading;
  };

  return async <T>(key: string, signal: AbortSignal): Promise<T | null> => {
    const pk = documentKey(version, key);
    if (pk === null) return null;
    const kept = entries.get(pk);
    if (kept !== undefined) {
      entries.delete(pk);
      entries.set(pk, kept);
      return kept.document as T | null;
    }
    return (await waitAtMost(underWay.get(pk) ?? start(pk), signal)).document as T | null;
  };
}

/** Items are immutable and were written before the pointer; the read is consistent so that a new version's are found at once. */
async function readDocument({ client, table }: ConfigurationTable, pk: string): Promise<Entry> {
  try {
    const command = new GetItemCommand({ TableName: table, Key: { pk: { S: pk } }, ConsistentRead: true });
    const { Item } = await client.send(command, { abortSignal: AbortSignal.timeout(READ_MS) });
    if (Item === undefined) return { document: null, characters: pk.length };
    const doc = text(Item, 'doc');
    return { document: JSON.parse(doc), characters: pk.length + doc.length };
  } catch (cause) {
    throw new Fault('configuration', 'a document of the configuration cannot be read', { cause });
  }
}

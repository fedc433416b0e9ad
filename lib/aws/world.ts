import type { Clock, Fetcher, KeySets, OwnKeys, Revocations, Secrets } from '../ports.ts';
import { dynamoDbClient } from './clients.ts';
import { systemClock } from './clock.ts';
import { configurationReader } from './configuration-table.ts';
import { httpFetcher } from './fetcher.ts';
import { liveKeySets } from './key-sets.ts';
import { ownKeys } from './own-keys.ts';
import { dynamoRevocations } from './revocations.ts';
import { readSettings, type Settings } from './settings.ts';
import { tableName } from './tables.ts';

/** Everything that several ports share, once in the life of a process. */
export interface World {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly dynamoDb: ReturnType<typeof dynamoDbClient>;
  readonly fetcher: Fetcher;
  readonly keySets: KeySets;
  readonly ownKeys: OwnKeys;
  readonly revocations: Revocations;
  /** Loaded with the Secrets Manager client when first needed. */
  secrets(): Promise<Secrets>;
  table(suffix: 'config' | 'ledger' | 'state' | 'keys'): string;
}

let made: World | null = null;

/** The one world of this process; made when first asked for. */
export function world(): World {
  made ??= makeWorld(readSettings());
  return made;
}

function makeWorld(settings: Settings): World {
  const dynamoDb = dynamoDbClient(settings);
  const table = (suffix: 'config' | 'ledger' | 'state' | 'keys') => tableName(settings.tablePrefix, suffix);
  const clock = systemClock;
  const fetcher = httpFetcher({ loopback: settings.loopback });
  let secrets: Promise<Secrets> | null = null;
  return {
    settings,
    clock,
    dynamoDb,
    fetcher,
    keySets: liveKeySets({ fetcher, clock, client: dynamoDb, table: table('keys') }),
    ownKeys: ownKeys({ client: dynamoDb, table: table('keys') }, clock),
    revocations: dynamoRevocations({ client: dynamoDb, table: table('state'), clock }),
    secrets: () => {
      secrets ??= import('./live-secrets.ts').then(({ liveSecrets }) => liveSecrets(settings, clock));
      return secrets;
    },
    table,
  };
}

export function liveConfigurations() {
  const { settings, clock, dynamoDb, table } = world();
  return configurationReader({ client: dynamoDb, table: table('config'), issuer: settings.issuer, clock });
}

import { dynamoDbClient } from '../aws/dynamodb/client.ts';
import { configurationReader } from '../aws/dynamodb/configuration-table.ts';
import { ownKeys } from '../aws/dynamodb/own-keys.ts';
import { dynamoRevocations } from '../aws/dynamodb/revocations.ts';
import { tableName } from '../aws/dynamodb/tables.ts';
import { systemClock } from '../host/clock.ts';
import { readSettings, type Settings } from '../host/settings.ts';
import type { Configurations } from '../ports/configuration.ts';
import type { Fetcher } from '../ports/documents.ts';
import type { Clock } from '../ports/host.ts';
import type { KeySets, OwnKeys } from '../ports/keys.ts';
import type { Revocations } from '../ports/revocations.ts';
import type { Secrets } from '../ports/secrets.ts';
import { liveFetcher } from './fetcher.ts';
import { liveKeySets } from './key-sets.ts';

/** What several ports of a function share: one of each in the life of a process. */
export interface Resources {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly dynamoDb: ReturnType<typeof dynamoDbClient>;
  readonly fetcher: Fetcher;
  readonly keySets: KeySets;
  readonly ownKeys: OwnKeys;
  readonly revocations: Revocations;
  readonly configurations: Configurations;
  /** Loaded with the Secrets Manager client when first needed. */
  secrets(): Promise<Secrets>;
  table(suffix: 'config' | 'ledger' | 'state' | 'keys'): string;
}

let made: Resources | null = null;

/** Those of this process; made from its settings when first asked for. */
export function resources(): Resources {
  made ??= makeResources(readSettings());
  return made;
}

function makeResources(settings: Settings): Resources {
  const dynamoDb = dynamoDbClient(settings);
  const table: Resources['table'] = (suffix) => tableName(settings.tablePrefix, suffix);
  const clock = systemClock;
  const fetcher = liveFetcher(settings);
  const of = (suffix: Parameters<typeof table>[0]) => ({ client: dynamoDb, table: table(suffix) });
  let secrets: Promise<Secrets> | null = null;
  return {
    settings,
    clock,
    dynamoDb,
    fetcher,
    keySets: liveKeySets({ fetcher, clock, ...of('keys') }),
    ownKeys: ownKeys(of('keys'), clock),
    revocations: dynamoRevocations({ ...of('state'), clock }),
    configurations: configurationReader({ ...of('config'), issuer: settings.issuer, clock }),
    secrets: () => {
      secrets ??= import('./secrets.ts').then(({ liveSecrets }) => liveSecrets(settings, clock));
      return secrets;
    },
    table,
  };
}

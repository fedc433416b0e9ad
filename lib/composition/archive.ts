import type { ArchivePorts } from '../archive/archive.ts';
import { transparencyLog, type Witness } from '../archive/log.ts';
import { type NoteSigner, parseVerifier, signerOf } from '../archive/note.ts';
import { witnessClient } from '../archive/witness-client.ts';
import { dynamoDbClient } from '../aws/dynamodb/client.ts';
import { type Item, readItem } from '../aws/dynamodb/ledger-item.ts';
import { dynamoLedgerQueries } from '../aws/dynamodb/ledger-queries.ts';
import { dynamoSubjectKeys } from '../aws/dynamodb/subject-keys.ts';
import { tableName } from '../aws/dynamodb/tables.ts';
import { s3Objects } from '../aws/s3/objects.ts';
import { secretsManagerClient } from '../aws/secrets-manager/client.ts';
import { secretsManagerSecrets } from '../aws/secrets-manager/secrets.ts';
import { systemClock } from '../host/clock.ts';
import { jsonLog } from '../host/log.ts';
import { systemPauses } from '../host/pauses.ts';
import { systemRandom } from '../host/random.ts';
import { readSettings, type Settings } from '../host/settings.ts';
import type { IssuanceRecord } from '../ledger/record.ts';
import { Fault } from '../outcome.ts';
import type { Log } from '../ports/log.ts';
import { epochMilliseconds } from '../time.ts';
import { liveFetcher } from './fetcher.ts';

const LEAST_SECRET_CHARACTERS = 32;

/** The log's name: its origin, and the name of its key (C2SP tlog-checkpoint). */
const originOf = ({ issuer }: Settings): string => `${new URL(issuer).host}/ledger`;

/** The ports of the archive function. */
export function archivePorts(): ArchivePorts & { readItem(image: object): IssuanceRecord; readonly lines: Log } {
  const settings = readSettings();
  const { region, tablePrefix, archiveBucket: bucket, archiveLock } = settings;
  if (bucket === null) throw new Fault('bug', 'ARCHIVE_BUCKET is missing');
  const ledger = { client: dynamoDbClient(settings), table: tableName(tablePrefix, 'ledger') };
  const until = (now: number) => epochMilliseconds(now + archiveLock.length * 1000);
  return {
    clock: systemClock,
    lines: jsonLog(systemClock),
    // An event has what DynamoDB's JSON has, binary as base64.
    readItem: (image) => readItem(image as Item),
    queries: dynamoLedgerQueries(ledger),
    keys:
      settings.archivePersons === 'sealed'
        ? dynamoSubjectKeys({ ...ledger, clock: systemClock, random: systemRandom })
        : null,
    log: transparencyLog({
      objects: s3Objects({ region, bucket, lock: { until, mode: archiveLock.mode } }),
      signer: logSigner(settings),
      pauses: systemPauses,
      witness: liveWitness(settings),
      since: () => epochMilliseconds(systemClock.now() - settings.ledgerRetention * 1000),
    }),
  };
}

/** None where no witness is set. */
function liveWitness(settings: Settings): Witness | null {
  const { witnessUrl: url, witnessKey } = settings;
  if (url === null) return null;
  const key = parseVerifier(witnessKey ?? '');
  if (key?.kind !== 'witness') throw new Fault('bug', 'WITNESS_KEY is no verifier key of a witness');
  return witnessClient({ fetcher: liveFetcher(settings), url, key, lines: jsonLog(systemClock) });
}

/** Read once in the life of a process: the key never changes. */
function logSigner(settings: Settings): (signal: AbortSignal) => Promise<NoteSigner> {
  const name = settings.logKeySecret;
  if (name === null) throw new Fault('bug', 'LOG_KEY_SECRET is missing');
  const secrets = secretsManagerSecrets({
    client: secretsManagerClient(settings),
    clock: systemClock,
    own: [name],
  });
  let made: NoteSigner | null = null;
  return async (signal) => {
    made ??= signerOf(keySecret((await secrets.read(name, signal))?.current.value), originOf(settings), 'log');
    return made;
  };
}

/** The characters are drawn by Secrets Manager; a value that somebody put there by hand may be too little. */
function keySecret(value: string | undefined): string {
  if (value === undefined || value.length < LEAST_SECRET_CHARACTERS)
    throw new Fault('secrets', "the log's key is missing");
  return value;
}

import { type NoteSigner, parseVerifier, signerOf } from '../archive/note.ts';
import type { WitnessPorts } from '../archive/witness.ts';
import { dynamoDbClient } from '../aws/dynamodb/client.ts';
import { dynamoWitnessStore } from '../aws/dynamodb/witness-store.ts';
import { secretsManagerClient } from '../aws/secrets-manager/client.ts';
import { systemClock } from '../host/clock.ts';
import { jsonLog } from '../host/log.ts';
import { readWitnessSettings } from '../host/witness-settings.ts';
import { Fault } from '../outcome.ts';
import type { Log } from '../ports/log.ts';

const LEAST_SECRET_CHARACTERS = 32;

export interface WitnessFunctionPorts extends Omit<WitnessPorts, 'signer'> {
  readonly signer: (signal: AbortSignal) => Promise<NoteSigner>;
  readonly lines: Log;
}

/** The ports of a witness, which is deployed apart from any broker. */
export function witnessPorts(): WitnessFunctionPorts {
  const settings = readWitnessSettings();
  const client = secretsManagerClient(settings);
  let made: NoteSigner | null = null;
  return {
    logs: settings.logKeys.flatMap((text) => parseVerifier(text) ?? []),
    store: dynamoWitnessStore(dynamoDbClient(settings), settings.table),
    clock: systemClock,
    lines: jsonLog(systemClock),
    signer: async (signal) => {
      if (made !== null) return made;
      const { SecretString: secret = '' } = await client.call(
        'GetSecretValue',
        { SecretId: settings.keySecret },
        signal,
      );
      if (secret.length < LEAST_SECRET_CHARACTERS) throw new Fault('secrets', 'the key of the witness is missing');
      made = signerOf(secret, settings.name, 'witness');
      return made;
    },
  };
}

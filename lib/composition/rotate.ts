import { dynamoDbClient } from '../aws/dynamodb/client.ts';
import { publishOwnKeys } from '../aws/dynamodb/own-keys.ts';
import { secretsManagerClient } from '../aws/secrets-manager/client.ts';
import { rotatingSecret } from '../aws/secrets-manager/rotating-secret.ts';
import { systemClock } from '../host/clock.ts';
import { jsonLog } from '../host/log.ts';
import { systemRandom } from '../host/random.ts';
import { readSettings, type Settings } from '../host/settings.ts';
import { rotatedSigningKeys } from '../keys/rotate-signing-keys.ts';
import type { Rotated, RotatingSecret } from '../keys/rotation.ts';
import { makeSamlKey } from '../keys/saml-key.ts';
import { makeSigningKey } from '../keys/signing-key.ts';
import type { Random } from '../ports/host.ts';
import type { Log } from '../ports/log.ts';

const CLIENT_SECRETS = 'token-broker/clients/';
const CLIENT_SECRET_BYTES = 32;

/** The ports of the rotation function. */
export function rotatePorts(settings: Settings = readSettings()) {
  const client = dynamoDbClient(settings);
  const table = { client, table: `${settings.tablePrefix}-keys` };
  const secret: RotatingSecret = rotatingSecret(secretsManagerClient(settings));
  const log: Log = jsonLog(systemClock);
  const rotated = (secretId: string): Rotated | null => {
    const name = secretName(secretId);
    if (name === settings.signingKeysSecret) return signingKeys(settings, table);
    if (name === settings.samlKeysSecret) return samlKeys(settings);
    return name.startsWith(CLIENT_SECRETS) ? rotatedClientSecret(systemRandom) : null;
  };
  return { secret, log, rotated };
}

const signingKeys = (settings: Settings, table: Parameters<typeof publishOwnKeys>[0]): Rotated =>
  rotatedSigningKeys({
    makeKey: () => makeSigningKey(settings.signingAlgorithm, systemRandom),
    publish: (keys) => publishOwnKeys(table, keys),
  });

/** Its metadata is made from the secret itself, so there is nothing else to publish. */
const samlKeys = (settings: Settings): Rotated =>
  rotatedSigningKeys({
    makeKey: () => makeSamlKey(settings.issuer, systemClock, systemRandom),
    publish: async () => {},
  });

/** 256 random bits; the previous one works on for the client's `secretOverlap`. */
const rotatedClientSecret = (random: Random): Rotated => ({
  make: async () => Buffer.from(random.bytes(CLIENT_SECRET_BYTES)).toString('base64url'),
  publish: async () => {},
  test: async () => {},
});

/** Secrets Manager names a secret by its ARN, which ends in `-` and six characters of its own. */
function secretName(secretId: string): string {
  const match = /^arn:[^:]+:secretsmanager:[^:]*:[^:]*:secret:(.+)-[A-Za-z0-9]{6}$/.exec(secretId);
  return match?.[1] ?? secretId;
}

import {
  CreateSecretCommand,
  GetSecretValueCommand,
  ResourceExistsException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { type Rotator, type SecretsManager, startSecretsManager } from './endpoints/secrets-manager.ts';
import type { RunningFunction } from './gateway/function-host.ts';
import type { TemplateSecret } from './gateway/template.ts';
import { fillSecrets } from './secrets-file.ts';

const STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;

/** Calls a rotation function as Secrets Manager does: four steps, the next only where the one before did not fail. */
const rotateBy =
  (rotation: RunningFunction): Rotator =>
  async (SecretId, ClientRequestToken) => {
    for (const Step of STEPS) {
      const { kind } = await rotation.invoke(JSON.stringify({ SecretId, ClientRequestToken, Step }));
      if (kind !== 'result') return false;
    }
    return true;
  };

async function create(client: SecretsManagerClient, { name, value }: TemplateSecret): Promise<'created' | 'there'> {
  try {
    await client.send(new CreateSecretCommand({ Name: name, SecretString: value }));
    return 'created';
  } catch (error) {
    if (error instanceof ResourceExistsException) return 'there';
    throw error;
  }
}

const clientOf = (url: string): SecretsManagerClient =>
  new SecretsManagerClient({
    region: 'us-east-1',
    endpoint: url,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });

/**
 * Rotates in an embedded Secrets Manager of its own, whose steps an outside one would not run, and hands over what came
 * out.
 */
async function makeElsewhere(
  target: SecretsManagerClient,
  secret: TemplateSecret,
  host: (secretsManagerUrl: string) => RunningFunction,
): Promise<boolean> {
  if ((await create(target, secret)) === 'there') return true;
  const embedded = await startSecretsManager(0);
  const rotation = host(embedded.url);
  embedded.rotateWith(rotateBy(rotation));
  const client = clientOf(embedded.url);
  try {
    await create(client, secret);
    if (!(await embedded.rotate(secret.name))) return false;
    const { SecretString: value = '' } = await client.send(new GetSecretValueCommand({ SecretId: secret.name }));
    await fillSecrets(target, [{ name: secret.name, value, host: null }]);
    return true;
  } finally {
    client.destroy();
    await rotation.stop();
    await embedded.stop();
  }
}

export interface SecretMaker {
  /** Where the secrets go. */
  readonly client: SecretsManagerClient;
  /** The embedded Secrets Manager if it is the one, else null. */
  readonly embedded: SecretsManager | null;
  /** The running rotation function by logical id, or null where the template's is not built. */
  rotation(logicalId: string): RunningFunction | null;
  /** The same function over another Secrets Manager. */
  rotationOver(logicalId: string, secretsManagerUrl: string): RunningFunction;
}

/** With the template's first value and, as at a deployment, one rotation. False: the rotation failed. */
async function makeSecret(secret: TemplateSecret, maker: SecretMaker): Promise<boolean> {
  const { client, embedded } = maker;
  const by = secret.rotatedBy;
  const rotation = by === null ? null : maker.rotation(by);
  if (by === null || rotation === null) {
    await create(client, secret);
    return true;
  }
  if (embedded === null) return makeElsewhere(client, secret, (url) => maker.rotationOver(by, url));
  embedded.rotateWith(rotateBy(rotation));
  await create(client, secret);
  return embedded.rotate(secret.name);
}

/**
 * Makes the deployment's own secrets (key rings) and sets up RotateSecret. Secrets that are there already, in an
 * outside Secrets Manager, are left as they are. Returns the names of those whose rotation failed.
 */
export async function makeSecrets(secrets: readonly TemplateSecret[], maker: SecretMaker): Promise<readonly string[]> {
  const made = await Promise.all(secrets.map((secret) => makeSecret(secret, maker)));
  return secrets.filter((_, index) => made[index] === false).map(({ name }) => name);
}

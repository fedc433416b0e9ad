import { secretsManagerClient } from '../aws/secrets-manager/client.ts';
import { secretsManagerSecrets } from '../aws/secrets-manager/secrets.ts';
import type { Settings } from '../host/settings.ts';
import type { Clock } from '../ports/host.ts';
import type { Secrets } from '../ports/secrets.ts';

/** Secrets over Secrets Manager, in a module of its own so that its client is loaded only where a secret is read. */
export const liveSecrets = (settings: Settings, clock: Clock): Secrets =>
  secretsManagerSecrets({
    client: secretsManagerClient(settings),
    clock,
    own: [settings.signingKeysSecret, settings.samlKeysSecret].filter((name) => name !== null),
  });

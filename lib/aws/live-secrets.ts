import type { Clock, Secrets } from '../ports.ts';
import { secretsManagerSecrets } from './secrets.ts';
import { secretsManagerClient } from './secrets-manager-client.ts';
import type { Settings } from './settings.ts';

/** Secrets over Secrets Manager, in a module of its own so that its client is loaded only where a secret is read. */
export const liveSecrets = (settings: Settings, clock: Clock): Secrets =>
  secretsManagerSecrets(secretsManagerClient(settings), clock);

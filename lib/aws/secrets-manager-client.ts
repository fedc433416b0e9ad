import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { clientOptions } from './client-options.ts';
import type { Settings } from './settings.ts';

/** In a module of its own, so that a function that seldom reads a secret loads the client when it does. */
export const secretsManagerClient = (settings: Pick<Settings, 'region'>): SecretsManagerClient =>
  new SecretsManagerClient(clientOptions(settings));

import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Settings } from '../../host/settings.ts';
import { clientOptions } from '../client-options.ts';

/** In a module of its own, so that a function that seldom reads a secret loads the client when it does. */
export const secretsManagerClient = (settings: Pick<Settings, 'region'>): SecretsManagerClient =>
  new SecretsManagerClient(clientOptions(settings));

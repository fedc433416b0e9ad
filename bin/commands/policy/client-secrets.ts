import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { Client } from '../../../lib/configuration/documents/clients.ts';
import { isJson, isLongEnough } from '../../../lib/identity/client/secret-form.ts';
import { withoutLineEnd } from '../../../lib/line-end.ts';
import type { Terminal } from '../../command.ts';

/**
 * A client's own secret, and whether it can authenticate anybody. `JSON`: whoever sends it whole, which hardly
 * anybody does. `unread`: it could not be read, or nobody was asked.
 */
export interface ClientSecret {
  readonly client: string;
  readonly secret: string;
  readonly state: 'good' | 'too short' | 'JSON' | 'absent' | 'unread';
}

/** Longest that one secret is waited for. */
const READ_MS = 5_000;

/** Variables without which there is no account to ask: then nothing is. */
const ACCOUNT = [
  ...['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_SECRETS_MANAGER', 'AWS_PROFILE', 'AWS_ACCESS_KEY_ID'],
  ...['AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_CONTAINER_CREDENTIALS_FULL_URI', 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'],
];

/** Those of the clients that have one, by name. A value is measured and dropped: it is neither printed nor kept. */
export async function clientSecrets(clients: readonly Client[], { env }: Terminal): Promise<readonly ClientSecret[]> {
  const named = clients.flatMap(({ client, authentication }) =>
    authentication.method === 'secret' ? [{ client, secret: authentication.secret }] : [],
  );
  const isAsked = named.length > 0 && ACCOUNT.some((name) => (env[name] ?? '') !== '');
  if (!isAsked) return named.map((each) => ({ ...each, state: 'unread' }));
  const manager = new SecretsManagerClient({});
  const states = named.map(async (each) => ({ ...each, state: await stateOf(manager, each.secret) }));
  return Promise.all(states).finally(() => manager.destroy());
}

async function stateOf(manager: SecretsManagerClient, SecretId: string): Promise<ClientSecret['state']> {
  try {
    const abortSignal = AbortSignal.timeout(READ_MS);
    const { SecretString = '' } = await manager.send(new GetSecretValueCommand({ SecretId }), { abortSignal });
    if (!isLongEnough(withoutLineEnd(SecretString))) return 'too short';
    return isJson(SecretString) ? 'JSON' : 'good';
  } catch (error) {
    return error instanceof ResourceNotFoundException ? 'absent' : 'unread';
  }
}

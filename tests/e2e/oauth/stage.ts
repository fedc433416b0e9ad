import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type CryptoKey, exportJWK, generateKeyPair } from 'jose';
import { type Broker, type BrokerOptions, ROOT, startBroker } from '../broker.ts';
import { oauthFolder, SECRET, SECRET_VALUE } from './folder.ts';

export interface OauthStage {
  readonly broker: Broker;
  /** Signs for the clients `jwt-bot` and `endpoint-bot`. */
  readonly key: CryptoKey;
  readonly secretsManager: SecretsManagerClient;
  stop(): Promise<void>;
}

/**
 * A broker with clients of each kind, scopes of each grant, and their secrets. `endpoints` are as `startBroker` takes
 * them.
 */
export async function startOauthStage(
  endpoints?: BrokerOptions['endpoints'],
  more: Pick<BrokerOptions, 'archive' | 'parameters'> = {},
): Promise<OauthStage> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }] };
  const demo = await readFile(join(ROOT, 'local', 'demo', 'configuration', 'connections', 'demo.yaml'), 'utf8');
  const broker = await startBroker({
    config: oauthFolder(demo, jwks),
    ...more,
    ...(endpoints === undefined ? {} : { endpoints }),
  });
  await broker.putSecrets([
    { name: SECRET, value: SECRET_VALUE, host: null },
    ...['api', 'stranger', 'strict-bot', 'bound-bot'].map((name) => ({
      name: `token-broker/clients/${name}`,
      value: `the-secret-of-${name}`,
      host: null,
    })),
  ]);
  const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = broker.aws;
  const secretsManager = new SecretsManagerClient({
    region: broker.aws['AWS_REGION'] ?? 'us-east-1',
    endpoint: broker.aws['AWS_ENDPOINT_URL_SECRETS_MANAGER'] ?? broker.aws['AWS_ENDPOINT_URL'] ?? '',
    credentials: { accessKeyId, secretAccessKey },
  });
  const stop = async (): Promise<void> => {
    secretsManager.destroy();
    await broker.stop();
  };
  return { broker, key: privateKey, secretsManager, stop };
}

export const basic = (client: string, secret: string): string =>
  `Basic ${Buffer.from(`${encodeURIComponent(client)}:${encodeURIComponent(secret)}`).toString('base64')}`;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

/** POSTs a form to the broker and reads the JSON answer (nothing: an empty object). */
export async function post(
  { broker }: Pick<OauthStage, 'broker'>,
  path: string,
  form: Readonly<Record<string, string>> | [string, string][],
  authorization?: string,
): Promise<Answer> {
  const response = await fetch(`${broker.url}${path}`, {
    method: 'POST',
    body: new URLSearchParams(Array.isArray(form) ? form : { ...form }),
    ...(authorization === undefined ? {} : { headers: { authorization } }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? {} : Object(JSON.parse(text)) };
}

export const nightly = basic('nightly-bot', SECRET_VALUE);
export const TOKEN = '/oauth2/token';
export const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
export const JWT = 'urn:ietf:params:oauth:token-type:jwt';
export const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

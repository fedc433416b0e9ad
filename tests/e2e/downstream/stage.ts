import { generateKeyPairSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type Broker, ROOT, startBroker } from '../broker.ts';
import { downstreamFolder } from './folder.ts';
import { startOidcProvider } from './oidc-provider.ts';
import { type Registered, type StrictServer, startStrictServer } from './strict-server.ts';

export interface DownstreamStage {
  readonly broker: Broker;
  readonly strict: StrictServer;
  readonly registered: Registered;
  /** Where oidc-provider is. */
  readonly oidc: string;
  readonly secrets: readonly string[];
  /** A new version of the strict server's client secret in Secrets Manager. */
  rotate(value: string): Promise<void>;
  stop(): Promise<void>;
}

/**
 * A broker with the real bundles, an authorization server that others wrote, and one that refuses whatever is
 * unplanned.
 */
export async function startDownstreamStage(): Promise<DownstreamStage> {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pkcs1 = rsa.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
  const pkcs8 = ec.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const secret = 'p%a :+/=&-oidc-secret-of-some-length';
  const jwk = { ...ec.publicKey.export({ format: 'jwk' }), kid: 'k1', use: 'sig', alg: 'ES256' };
  const oidc = await startOidcProvider({ secret, jwk });
  const registered: Registered = {
    brokerIssuer: '',
    secrets: new Set(['first']),
    publicKey: rsa.publicKey,
    proofIssuer: '',
    awsIssuer: '',
  };
  const strict = await startStrictServer(registered);
  const demo = await readFile(join(ROOT, 'local', 'demo', 'configuration', 'connections', 'demo.yaml'), 'utf8');
  const broker = await startBroker({ config: downstreamFolder(demo, oidc.url, strict.url) });
  registered.brokerIssuer = broker.url;
  registered.proofIssuer = broker.idp.issuer;
  registered.awsIssuer = broker.aws['AWS_ENDPOINT_URL_STS'] ?? '';
  // The embedded STS takes its issuer from the first who asks.
  await fetch(`${registered.awsIssuer}/.well-known/openid-configuration`);
  const [oidcHost, strictHost] = [new URL(oidc.url).host, new URL(strict.url).host];
  const downstream = (name: string, value: string, host: string) => ({
    name: `token-broker/downstream/${name}`,
    value,
    host,
  });
  await broker.putSecrets([
    { name: 'token-broker/clients/nightly-bot', value: 'the-secret-of-nightly-bot', host: null },
    { name: 'token-broker/clients/agent', value: 'the-secret-of-the-agent', host: null },
    downstream('oidc-basic-bot', secret, oidcHost),
    downstream('oidc-post-bot', secret, oidcHost),
    downstream('oidc-jwt-bot', pkcs8, oidcHost),
    downstream('strict', 'first', strictHost),
    downstream('foreign', 'first', 'login.example.com'),
    downstream('key', pkcs1, strictHost),
  ]);
  const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = broker.aws;
  const client = new SecretsManagerClient({
    region: broker.aws['AWS_REGION'] ?? 'us-east-1',
    endpoint: broker.aws['AWS_ENDPOINT_URL_SECRETS_MANAGER'] ?? '',
    credentials: { accessKeyId, secretAccessKey },
  });
  return {
    ...{ broker, strict, registered, oidc: oidc.url, secrets: [secret, pkcs1.slice(60, 120), pkcs8.slice(40, 100)] },
    rotate: async (SecretString) => {
      await client.send(new PutSecretValueCommand({ SecretId: 'token-broker/downstream/strict', SecretString }));
    },
    stop: async () => {
      client.destroy();
      await broker.stop();
      await strict.stop();
      await oidc.stop();
    },
  };
}

import { endpointVariable, outsideEndpoints, type Service } from '../aws-settings.ts';
import { startDynamoDb } from './dynamodb.ts';
import { startEventBridge } from './eventbridge.ts';
import { startS3 } from './s3.ts';
import { type SecretsManager, startSecretsManager } from './secrets-manager.ts';
import { startSts } from './sts.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface Endpoints {
  /** Where each service is, embedded or outside. */
  readonly urls: Readonly<Record<Service, string>>;
  /** The embedded Secrets Manager, or null where an outside one took its place. */
  readonly secretsManager: SecretsManager | null;
  stop(): Promise<void>;
}

const WAIT_MS = 15_000;
const PAUSE_MS = 200;

/** A variable leads to an endpoint where nothing answers. */
export class NothingAnswers extends Error {
  constructor(url: string, variable: string | null) {
    super(
      `Nothing answers at ${url}, which ${variable} names. Start what should; or unset it, and the embedded endpoint serves.`,
    );
  }
}

/** Waits until something answers HTTP there. Rejects with `NothingAnswers` after 15 s. */
async function waitFor(url: string, variable: string | null): Promise<string> {
  const end = Date.now() + WAIT_MS;
  while (Date.now() < end) {
    try {
      const { body } = await fetch(url, { signal: AbortSignal.timeout(2_000) });
      await body?.cancel();
      return url;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
  throw new NothingAnswers(url, variable);
}

/**
 * Starts the embedded endpoints that no outside one takes the place of, on the ports after `port` where those are free,
 * and waits for the outside ones. With `port` 0 all take any free port.
 */
export async function startEndpoints(environment: Environment, port: number): Promise<Endpoints> {
  const outside = outsideEndpoints(environment);
  const near = (offset: number): number => (port === 0 ? 0 : port + offset);
  const started: { stop(): Promise<void> }[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(started.map((endpoint) => endpoint.stop()));
  };
  const either = async <T extends { readonly url: string; stop(): Promise<void> }>(
    service: Service,
    start: () => Promise<T>,
  ): Promise<{ readonly url: string; readonly embedded: T | null }> => {
    const url = outside.endpoint(service);
    if (url !== null) return { url: await waitFor(url, endpointVariable(environment, service)), embedded: null };
    const embedded = await start();
    started.push(embedded);
    return { url: embedded.url, embedded };
  };
  try {
    const [dynamoDb, secretsManager, sts, s3, events] = await Promise.all([
      either('DYNAMODB', () => startDynamoDb(near(2))),
      either('SECRETS_MANAGER', () => startSecretsManager(near(3))),
      either('STS', () => startSts(near(4))),
      either('S3', () => startS3(near(5))),
      either('EVENTBRIDGE', () => startEventBridge(near(6))),
    ]);
    const urls = {
      ...{ DYNAMODB: dynamoDb.url, SECRETS_MANAGER: secretsManager.url, STS: sts.url },
      ...{ S3: s3.url, EVENTBRIDGE: events.url },
    };
    return { urls, secretsManager: secretsManager.embedded, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

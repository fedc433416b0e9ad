import type { Settings } from '../host/settings.ts';
import { defaultProvider } from './environment-credentials.ts';

/** Longest wait for a connection, and then for an answer; a call has one retry, and its signal ends it sooner. */
const CONNECTION_TIMEOUT_MS = 500;
const ANSWER_TIMEOUT_MS = 1_000;

/** What every client has: regional endpoint, the environment's credentials, short timeouts, kept connections. */
export const clientOptions = ({ region }: Pick<Settings, 'region'>) => ({
  region,
  credentials: defaultProvider(),
  maxAttempts: 2,
  retryMode: 'standard',
  requestHandler: {
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: ANSWER_TIMEOUT_MS,
    // Without it the SDK only writes a warning and goes on waiting.
    throwOnRequestTimeout: true,
    httpsAgent: { keepAlive: true, maxSockets: 128 },
    httpAgent: { keepAlive: true, maxSockets: 128 },
  },
});

import { environmentCredentials } from '../../lib/aws/wire/environment-credentials.ts';

/** Longest wait for a connection, and then for an answer; a call has one retry, and its signal ends it sooner. */
const CONNECTION_TIMEOUT_MS = 500;
const ANSWER_TIMEOUT_MS = 1_000;

/** What both clients of the script have: the environment's credentials, short timeouts, kept connections. */
export const clientOptions = ({ region }: { readonly region: string }) => ({
  region,
  credentials: environmentCredentials,
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

import { setTimeout as pause } from 'node:timers/promises';
import type { AwsCredentialIdentity } from '@smithy/types';
import { systemClock } from '../../host/clock.ts';
import { systemRandom } from '../../host/random.ts';
import { type AwsError, NoAnswer, retryOf } from './aws-error.ts';
import { ask, dropIdleConnections, type WireAnswer } from './connections.ts';
import { endpointOf, type ServiceName } from './endpoint.ts';
import { environmentCredentials } from './environment-credentials.ts';
import { canonicalPath, requestSigner } from './sign-request.ts';

/** One request in a service's own protocol, all but its signature. */
export interface ServiceRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** `none`: the operation takes no signature. */
  readonly signature: 'sigv4' | 'none';
}

export interface ServiceOptions {
  readonly service: ServiceName;
  readonly region: string;
  readonly endpoint?: URL;
  readonly credentials?: () => Promise<AwsCredentialIdentity>;
  /** What an answer of another status than 200 says. */
  readonly errorOf: (answer: WireAnswer) => AwsError;
}

/** Asks the service; resolves with an answer of status 200. */
export type Service = (request: ServiceRequest, signal: AbortSignal) => Promise<WireAnswer>;

const TRIES = 2;
/** Longest pause before another try, chosen at random up to it. */
const PAUSE_MS = { soon: 50, later: 200 } as const;

/**
 * One AWS service at its endpoint, asked without the SDK (ADR 14, ADR 65). What may pass (no answer, a fault,
 * throttling) is tried once more, over a new connection where none answered. Every request may arrive twice. Throws
 * `AwsError`, `NoAnswer`, or the signal's reason.
 */
export function awsService({ service, region, errorOf, ...options }: ServiceOptions): Service {
  const url = options.endpoint ?? endpointOf(service, region);
  const credentials = options.credentials ?? environmentCredentials;
  const sign = requestSigner(service, region);
  const target = { method: 'POST', host: url.host, path: canonicalPath(url.pathname), query: '' };
  const headersOf = async ({ headers, body, signature }: ServiceRequest): Promise<Readonly<Record<string, string>>> =>
    signature === 'none' ? headers : sign({ ...target, headers, body }, await credentials(), systemClock.now());
  const once = async (request: ServiceRequest, signal: AbortSignal): Promise<WireAnswer> => {
    const answer = await ask({ url, headers: await headersOf(request), body: request.body }, signal);
    if (answer.status !== 200) throw errorOf(answer);
    return answer;
  };
  return async (request, signal) => {
    for (let left = TRIES - 1; ; left -= 1) {
      try {
        return await once(request, signal);
      } catch (error) {
        const retry = retryOf(error);
        if (left === 0 || retry === 'never' || signal.aborted) throw error;
        if (error instanceof NoAnswer) dropIdleConnections();
        await pause(jitter(PAUSE_MS[retry]), undefined, { signal });
      }
    }
  };
}

const jitter = (mostMs: number): number => ((systemRandom.bytes(1)[0] ?? 0) / 255) * mostMs;

import { setTimeout as pause } from 'node:timers/promises';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AwsCredentialIdentity } from '@smithy/types';
import { systemClock } from '../../host/clock.ts';
import { systemRandom } from '../../host/random.ts';
import { type AwsError, NoAnswer, retryOf } from './aws-error.ts';
import { ask, dropIdleConnections, type WireAnswer } from './connections.ts';
import { endpointOf, type ServiceName } from './endpoint.ts';
import { environmentCredentials } from './environment-credentials.ts';
import { Sha256 } from './sha256.ts';

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
 * One AWS service at its endpoint, asked with the SDK's signer and without the rest of the SDK (ADR 14). What may pass
 * (no answer, a fault, throttling) is tried once more, over a new connection where none answered. Every request may
 * arrive twice. Throws `AwsError`, `NoAnswer`, or the signal's reason.
 */
export function awsService({ service, region, errorOf, ...options }: ServiceOptions): Service {
  const url = options.endpoint ?? endpointOf(service, region);
  const credentials = options.credentials ?? environmentCredentials;
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256, applyChecksum: false });
  const target = {
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
  };
  const signed = async ({ headers, body, signature }: ServiceRequest): Promise<Record<string, string>> => {
    const all = { ...headers, host: url.host };
    if (signature === 'none') return all;
    const request = { ...target, query: {}, headers: all, body };
    return (await signer.sign(request, { signingDate: new Date(systemClock.now()) })).headers;
  };
  const once = async (request: ServiceRequest, signal: AbortSignal): Promise<WireAnswer> => {
    const answer = await ask({ url, headers: await signed(request), body: request.body }, signal);
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

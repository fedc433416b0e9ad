import { partitionOf } from '../identity/aws-iam/partition.ts';
import { RefusedRequests } from '../identity/aws-iam/refused-requests.ts';
import { verifyAwsIam } from '../identity/aws-iam/verify-aws-iam.ts';
import type { Authenticators } from '../issuance/authenticate.ts';
import { toEpochSeconds } from '../time.ts';
import { resources } from './resources.ts';

let refused: RefusedRequests | null = null;

/** Verifies signed AWS requests, of which this process remembers what was refused; loaded with the first. */
export const authenticateAwsIam: NonNullable<Authenticators['awsIam']> = (envelope, context) => {
  const { settings, clock, fetcher } = resources();
  const { stsEndpoint, region } = settings;
  refused ??= new RefusedRequests(clock);
  const now = toEpochSeconds(clock.now());
  return verifyAwsIam(envelope, { ...context, fetcher, stsEndpoint, partition: partitionOf(region), refused, now });
};

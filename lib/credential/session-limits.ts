import type { JsonObject } from '../json.ts';
import type { KeyLookup } from '../policy/decision.ts';
import type { AwsSessionGrant } from '../policy/grants/aws-session.ts';
import { type EpochSeconds, epochSeconds, toRfc3339 } from '../time.ts';

/** What an aws-session grant rules out for every caller, and when that ends what the session may do. */
export interface SessionLimits {
  /** Statements that deny. */
  readonly statements: readonly JsonObject[];
  /** `effective` from now; null: as long as the session lasts. */
  readonly ends: EpochSeconds | null;
}

/**
 * The limits of a grant with `effective` or `network: pinned`. An AWS session lasts 15 minutes at least, so what is
 * shorter is a Deny after that; a request from elsewhere than `request.sourceIp` is denied too, one of an AWS service
 * for the caller excepted, because those come from AWS's own addresses.
 */
export function sessionLimits(
  { effective, network }: Pick<AwsSessionGrant, 'effective' | 'network'>,
  now: EpochSeconds,
  lookup: KeyLookup,
): SessionLimits {
  const ends = effective === undefined ? null : epochSeconds(now + effective);
  const statements = [
    ...(ends === null ? [] : [deny({ DateGreaterThan: { 'aws:CurrentTime': toRfc3339(ends) } })]),
    ...(network === 'pinned' ? [denyElsewhere(String(lookup('request.sourceIp')))] : []),
  ];
  return { statements, ends };
}

const deny = (condition: JsonObject): JsonObject => ({
  Effect: 'Deny',
  Action: '*',
  Resource: '*',
  Condition: condition,
});

const denyElsewhere = (address: string): JsonObject =>
  deny({
    NotIpAddress: { 'aws:SourceIp': `${address}/${address.includes(':') ? 128 : 32}` },
    BoolIfExists: { 'aws:ViaAWSService': 'false' },
  });

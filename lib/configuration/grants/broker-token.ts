import * as z from 'zod';
import { LINEAGE_CLAIM, LONGEST_BROKER_TOKEN, PROTOCOL_CLAIMS } from '../../broker-token-claims.ts';
import type { BrokerTokenGrant } from '../../policy/grants/broker-token.ts';
import { duration, line, toSeconds } from '../schema/values.ts';
import type { WrittenGrantKind } from './written-grant.ts';

/** A JWT access token signed by this broker (RFC 9068). */
export const brokerTokenSchema = z.strictObject({
  type: z.literal('broker-token'),
  audience: line(1000),
  duration: duration(1, LONGEST_BROKER_TOKEN).optional(),
  claims: z.record(line(256), z.json()).optional(),
});

/** Its claims are constants and templates, and never what the protocol itself says. */
export const brokerToken: WrittenGrantKind<z.infer<typeof brokerTokenSchema>, BrokerTokenGrant> = {
  normalize: (written, _deployment, report) => {
    const claims = written.claims ?? {};
    for (const claim of Object.keys(claims)) {
      if (PROTOCOL_CLAIMS.has(claim)) {
        report(['claims', claim], 'is defined by RFC 7519, 8693 or 9068: the broker sets it');
      }
      if (claim === LINEAGE_CLAIM) report(['claims', claim], 'says what a token came of: the broker sets it');
    }
    return { type: 'broker-token', audience: written.audience, duration: toSeconds(written.duration ?? '1h'), claims };
  },
  demand: () => null,
};

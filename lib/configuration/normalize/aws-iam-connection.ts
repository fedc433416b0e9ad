import type { AwsIamConnection } from '../documents/connections.ts';
import type { WrittenAwsIamConnection } from '../schema/connection.ts';
import { toSeconds } from '../schema/values.ts';
import { type Deployment, issuerHost } from '../web-address.ts';
import { normalizeConditions } from './conditions.ts';

/** An aws-iam connection with defaults written out; `serverId` is the issuer's host unless named. */
export function normalizeAwsIamConnection(written: WrittenAwsIamConnection, deployment: Deployment): AwsIamConnection {
  return {
    connection: written.connection,
    type: 'aws-iam',
    accounts: written.accounts,
    partition: written.partition ?? null,
    serverId: written.serverId ?? issuerHost(deployment),
    ecsRoles: written.ecsRoles ?? [],
    require: written.require ? [normalizeConditions(written.require)] : [],
    principal: written.principal ?? '${claims.arn}',
    record: written.record ?? [],
    reuse: written.reuse ?? 'allow',
    clockTolerance: toSeconds(written.clockTolerance ?? '60s'),
  };
}

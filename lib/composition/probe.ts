import { connectionsInForce } from '../aws/dynamodb/connections-in-force.ts';
import { certificateEnd } from '../host/certificate-end.ts';
import { jsonLog } from '../host/log.ts';
import type { ProbePorts } from '../probe/probe.ts';
import { resources } from './resources.ts';

/** The ports of the scheduled probe. */
export function probePorts(): ProbePorts {
  const { settings, clock, dynamoDb, fetcher, configurations, secrets, table } = resources();
  const { issuer, probe } = settings;
  return {
    fetcher,
    clock,
    certificateEnd,
    log: jsonLog(clock),
    trial: probe === null ? null : { issuer, ...probe },
    connections: async (signal) => {
      // It refuses what was applied for another issuer or by a later release.
      await configurations.current(signal);
      return connectionsInForce({ client: dynamoDb, table: table('config') }, signal);
    },
    isScope: async (name, signal) => {
      const found = await (await configurations.current(signal)).scope(name, signal);
      return found?.scope.enabled === true;
    },
    secret: async (client, signal) => {
      const versions = await (await secrets()).read(`token-broker/clients/${client}`, signal);
      return versions?.current.value ?? null;
    },
  };
}

import type { Connection } from '../configuration/documents/connections.ts';
import type { Asker } from './ask.ts';
import { type Finding, findingsOf } from './finding.ts';
import { checkOidc } from './oidc.ts';
import { checkSaml } from './saml.ts';

/** What the identity provider of a connection serves, read as the runtime reads it, at `now` (epoch milliseconds). */
export async function checkConnection(connection: Connection, asker: Asker, now: number): Promise<readonly Finding[]> {
  switch (connection.type) {
    case 'oidc':
      return checkOidc(connection, asker, now);
    case 'saml':
      return checkSaml(connection, asker, now);
    case 'aws-iam':
      return [findingsOf(connection.connection)('nothing', 'ok', 'AWS STS itself answers for its callers')];
  }
}

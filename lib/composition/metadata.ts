import { dynamoDbClient } from '../aws/dynamodb/client.ts';
import { ownKeys } from '../aws/dynamodb/own-keys.ts';
import { tableName } from '../aws/dynamodb/tables.ts';
import { systemClock } from '../host/clock.ts';
import { readSettings } from '../host/settings.ts';
import { CLIENT_ASSERTION_ALGORITHMS } from '../identity/client/client-assertion.ts';
import { DPOP_ALGORITHMS } from '../identity/dpop/algorithms.ts';
import { routePorts } from './route.ts';

/** The ports of `GET /.well-known/…`: the published keys are all that it reads. */
export function metadataPorts() {
  const settings = readSettings();
  const table = { client: dynamoDbClient(settings), table: tableName(settings.tablePrefix, 'keys') };
  const assertionAlgorithms = CLIENT_ASSERTION_ALGORITHMS;
  return {
    ...routePorts(),
    issuer: settings.issuer,
    ownKeys: ownKeys(table, systemClock),
    assertionAlgorithms,
    dpopAlgorithms: DPOP_ALGORITHMS,
  };
}

import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DynamoDb } from '../../../lib/aws/dynamodb/client.ts';
import { dynamoLedgerQueries } from '../../../lib/aws/dynamodb/ledger-queries.ts';
import { dynamoLedger } from '../../../lib/aws/dynamodb/ledger-table.ts';
import { aDenial, aRecord } from '../../ledger/a-record.ts';
import { clientAt, deadClient, noDeadline } from './dynamodb.ts';

describe('where DynamoDB does not answer', () => {
  const options = { client: deadClient(), table: 'none' };
  const ledger = dynamoLedger(options);
  const queries = dynamoLedgerQueries(options);

  it.each([
    ['a start', () => ledger.started(aRecord({ outcome: 'started' }), noDeadline)],
    ['an outcome', () => ledger.finished(aRecord(), noDeadline)],
    ['an outcome of several scopes', () => ledger.finished(aRecord({ scope: 'a b' }), noDeadline)],
    ['a record', () => queries.get(aRecord().id, noDeadline)],
    ['a list by time', () => queries.list({}, 100, null, noDeadline)],
    ['a list by scope', () => queries.list({ scope: 'deploy-web' }, 100, null, noDeadline)],
  ])('%s is a fault', async (_, call) => {
    await expect(call()).rejects.toMatchObject({ name: 'Fault', dependency: 'ledger' });
  });

  it('a denial goes unrecorded, without a word', async () => {
    await expect(ledger.denied(aDenial())).resolves.toBeUndefined();
  });

  it('a denial that cannot be written down at all does not disturb the answer', async () => {
    const damaged = aDenial({
      claims: {
        get broken(): string {
          throw new Error('never thrown on');
        },
      },
    });
    await expect(ledger.denied(damaged)).resolves.toBeUndefined();
  });
});

describe('where DynamoDB hangs', () => {
  let server: Server;
  let client: DynamoDb;
  beforeAll(async () => {
    server = createServer(() => {});
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = address === null || typeof address === 'string' ? 0 : address.port;
    client = clientAt(`http://127.0.0.1:${port}`);
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('a denial holds the answer up for 200 ms and no longer', async () => {
    const start = performance.now();
    await dynamoLedger({ client, table: 'none' }).denied(aDenial());
    const tookMs = performance.now() - start;
    expect(tookMs).toBeGreaterThan(150);
    expect(tookMs).toBeLessThan(400);
  });

  it('an outcome ends with the deadline of the request', async () => {
    const written = dynamoLedger({ client, table: 'none' }).finished(aRecord(), AbortSignal.timeout(50));
    await expect(written).rejects.toMatchObject({ dependency: 'ledger' });
  });
});

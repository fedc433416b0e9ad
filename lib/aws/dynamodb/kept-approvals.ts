import type { QueryOutput } from '@aws-sdk/client-dynamodb';
import { requestOf } from '../../approval/approval-json.ts';
import type { ApprovalRequest } from '../../approval/approvals.ts';
import { Fault } from '../../outcome.ts';
import type { LedgerTable } from './ledger-queries.ts';

/** As `approvals.ts` spreads them. */
const SHARDS = 8;
const PAGE = 200;

/** What was asked to be approved, and its item's text as it stands. */
export interface KeptApproval {
  readonly pk: string;
  readonly request: ApprovalRequest;
  readonly text: string;
}

/** Every request for approval that is kept, a page at a time. Throws `Fault('approvals')`. */
export async function* keptApprovals(
  { client, table }: LedgerTable,
  signal: AbortSignal,
): AsyncGenerator<readonly KeptApproval[]> {
  for (let shard = 0; shard < SHARDS; shard += 1) {
    const pk = `approval#${shard}`;
    let next: QueryOutput['LastEvaluatedKey'];
    do {
      const input = {
        TableName: table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: pk } },
        ConsistentRead: true,
        Limit: PAGE,
        ...(next === undefined ? {} : { ExclusiveStartKey: next }),
      };
      const page = await answered(client.call('Query', input, signal));
      yield (page.Items ?? []).map((item) => {
        const text = item['request']?.S ?? 'null';
        return { pk, text, request: requestOf(JSON.parse(text)) };
      });
      next = page.LastEvaluatedKey;
    } while (next !== undefined);
  }
}

async function answered<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (cause) {
    throw new Fault('approvals', 'the requests for approval cannot be read', { cause });
  }
}

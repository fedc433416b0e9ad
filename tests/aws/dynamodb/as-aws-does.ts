/**
 * What DynamoDB does and its local stand-ins do not, injected between a client and one of them. From the Amazon
 * DynamoDB developer guide: "Read consistency" (an eventually consistent read may not reflect a recently completed
 * write; a global secondary index is always read so), BatchGetItem and BatchWriteItem (a part may come back
 * unprocessed), "Error handling" (throttling).
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';

type Item = Record<string, AttributeValue>;

export interface AsAwsDoes {
  readonly url: string;
  /** From now on eventually consistent reads see nothing that is written; false: they see everything again. */
  lag(isLagging: boolean): void;
  /** So many of the next batches come back with only their first half processed. */
  leaveUnprocessed(batches: number): void;
  /** So many of the next requests are throttled. */
  throttle(requests: number): void;
  stop(): Promise<void>;
}

const keyOf = ({ pk, sk }: Item): string => JSON.stringify([pk?.S, sk?.S]);

interface Asked {
  readonly TableName: string;
  readonly IndexName?: string;
  readonly ConsistentRead?: boolean;
  readonly Key?: Item;
  readonly Item?: Item;
  readonly RequestItems?: Record<string, unknown>;
}

/** Half of a batch, and the rest as DynamoDB gives it back. */
function halved(requestItems: Record<string, unknown>) {
  const entries = Object.entries(requestItems).map(([table, asked]) => {
    const list = Array.isArray(asked) ? asked : Object(asked).Keys;
    const half = Math.ceil(list.length / 2);
    const part = (some: unknown[]) => (Array.isArray(asked) ? some : { ...Object(asked), Keys: some });
    return { table, first: part(list.slice(0, half)), rest: part(list.slice(half)), left: list.length - half };
  });
  return {
    first: Object.fromEntries(entries.map(({ table, first }) => [table, first])),
    rest: Object.fromEntries(entries.flatMap(({ table, rest, left }) => (left === 0 ? [] : [[table, rest]]))),
  };
}

/** In front of the DynamoDB at that URL. */
export async function asAwsDoes(upstream: string): Promise<AsAwsDoes> {
  let lagging = false;
  let unprocessed = 0;
  let throttled = 0;
  let signed: Record<string, string> = {};
  /** By table and key, what a read saw before the first write of the lag. */
  const before = new Map<string, Item | null>();

  const forward = async (target: string, asked: object): Promise<{ status: number; body: Record<string, unknown> }> => {
    // Neither stand-in checks a signature; the Region in it says whose tables are meant.
    const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `DynamoDB_20120810.${target}` };
    const answer = await fetch(upstream, {
      method: 'POST',
      headers: { ...headers, ...signed },
      body: JSON.stringify(asked),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? {} : JSON.parse(text) };
  };
  const remember = async ({ TableName, Key, Item: item }: Asked): Promise<void> => {
    const { pk, sk } = Key ?? item ?? {};
    if (pk === undefined) return;
    const key = { pk, ...(sk === undefined ? {} : { sk }) };
    const name = `${TableName} ${keyOf(key)}`;
    if (before.has(name)) return;
    const { body } = await forward('GetItem', { TableName, Key: key, ConsistentRead: true });
    before.set(name, (body['Item'] as Item | undefined) ?? null);
  };
  /** An item as an eventually consistent read may still see it. */
  const stale = (table: string, item: Item): Item | null => {
    const old = before.get(`${table} ${keyOf(item)}`);
    return old === undefined ? item : old;
  };
  const read = async (operation: string, asked: Asked) => {
    const { status, body } = await forward(operation, asked);
    const [item, items] = [body['Item'] as Item | undefined, body['Items'] as Item[] | undefined];
    if (!lagging || asked.ConsistentRead === true) return { status, body };
    if (item !== undefined) return { status, body: { ...body, Item: stale(asked.TableName, item) ?? undefined } };
    if (items === undefined) return { status, body };
    // An index has only items with its attributes; the broker's are named for the one that they are partitioned by.
    const isIn = (item: Item | null): item is Item =>
      item !== null && (asked.IndexName === undefined || item[asked.IndexName] !== undefined);
    const seen = items.map((each) => stale(asked.TableName, each)).filter(isIn);
    return { status, body: { ...body, Items: seen, Count: seen.length } };
  };
  const staleBatch = (asked: Asked, answer: Awaited<ReturnType<typeof forward>>) => {
    const responses = answer.body['Responses'] as Record<string, Item[]> | undefined;
    if (!lagging || responses === undefined) return answer;
    const seen = Object.entries(responses).map(([table, items]) => {
      const isConsistent = Object(asked.RequestItems?.[table]).ConsistentRead === true;
      return [table, isConsistent ? items : items.map((item) => stale(table, item)).filter((item) => item !== null)];
    });
    return { ...answer, body: { ...answer.body, Responses: Object.fromEntries(seen) } };
  };
  const batch = async (operation: string, asked: Asked) => {
    if (unprocessed === 0 || asked.RequestItems === undefined)
      return staleBatch(asked, await forward(operation, asked));
    unprocessed -= 1;
    const { first, rest } = halved(asked.RequestItems);
    const { status, body } = await forward(operation, { ...asked, RequestItems: first });
    return { status, body: { ...body, [operation === 'BatchGetItem' ? 'UnprocessedKeys' : 'UnprocessedItems']: rest } };
  };

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const asked: Asked = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    signed = {
      authorization: String(request.headers.authorization),
      'x-amz-date': String(request.headers['x-amz-date']),
    };
    const operation = String(request.headers['x-amz-target']).replace(/^.*\./, '');
    const answer = async () => {
      if (throttled > 0) {
        throttled -= 1;
        return {
          status: 400,
          body: { __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException' },
        };
      }
      if (lagging && /^(?:Put|Update|Delete)Item$/.test(operation)) await remember(asked);
      if (operation.startsWith('Batch')) return batch(operation, asked);
      return /^(?:GetItem|Query)$/.test(operation) ? read(operation, asked) : forward(operation, asked);
    };
    const { status, body } = await answer();
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    lag: (isLagging) => {
      lagging = isLagging;
      before.clear();
    },
    leaveUnprocessed: (batches) => {
      unprocessed = batches;
    },
    throttle: (requests) => {
      throttled = requests;
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

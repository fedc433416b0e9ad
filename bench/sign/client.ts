/** The AWS SDK for JavaScript asks for an item so many times; tells the microseconds of CPU of each. */
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { answer, given } from '../child.ts';
import { cost } from '../oauth/load.ts';
import { PLACEHOLDER } from './workload.ts';

const { endpoint, warm, requests } = Object(await given());
const client = new DynamoDBClient({ endpoint: String(endpoint), region: 'eu-central-1', credentials: PLACEHOLDER });
const item = { TableName: 'bench', Key: { pk: { S: 'one' } } };
const ask = async (): Promise<void> => void (await client.send(new GetItemCommand(item)));
await cost({ concurrency: 4, requests: Number(warm) }, ask);
const { cpu } = await cost({ concurrency: 4, requests: Number(requests) }, ask);
client.destroy();
answer(cpu);

import type { IncomingMessage } from 'node:http';
import { isJsonObject, type JsonObject } from '../../lib/json.ts';
import { type Endpoint, serve } from './server.ts';

const MOST_KEPT = 1_000;
const MOST_BYTES = 262_144;

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}

function entriesOf(body: string): readonly JsonObject[] {
  const { Entries: entries }: JsonObject = Object(JSON.parse(body === '' ? '{}' : body));
  return Array.isArray(entries) ? entries.filter((entry) => isJsonObject(entry)) : [];
}

/** Amazon EventBridge in memory: PutEvents, no rules, no signatures. `GET /` shows what was put, oldest first. */
export async function startEventBridge(preferredPort: number): Promise<Endpoint> {
  const kept: JsonObject[] = [];
  return serve(preferredPort, async (request, response) => {
    const say = (status: number, answer: object) =>
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer));
    if (request.method === 'GET') return say(200, { events: kept });
    const body = await bodyOf(request);
    if (request.headers['x-amz-target'] !== 'AWSEvents.PutEvents') {
      return say(400, { __type: 'UnknownOperationException' });
    }
    const entries = entriesOf(body);
    if (entries.length === 0 || entries.length > 10 || body.length > MOST_BYTES) {
      return say(400, { __type: 'ValidationException' });
    }
    kept.push(...entries);
    kept.splice(0, Math.max(0, kept.length - MOST_KEPT));
    say(200, {
      FailedEntryCount: 0,
      Entries: entries.map((_, index) => ({ EventId: `local-${kept.length}-${index}` })),
    });
  });
}

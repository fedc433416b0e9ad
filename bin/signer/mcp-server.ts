import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { isJsonObject, type JsonObject, type JsonValue } from '../../lib/json.ts';
import { TOOLS } from './mcp-tools.ts';

/** What a tool answers with: a text, and whether the call failed. */
export interface ToolAnswer {
  readonly text: string;
  readonly failed: boolean;
}

/** Never throws. */
export type CallTool = (name: string, given: JsonObject) => Promise<ToolAnswer>;

const NEWEST = '2025-11-25';
const VERSIONS = [NEWEST, '2025-06-18', '2025-03-26', '2024-11-05'];
/** Of one message: more is no request that a model made. */
const LONGEST_LINE = 4 * 1024 * 1024;

/** Serves the Model Context Protocol on stdio, a JSON-RPC message a line, until the client closes its end. */
export async function serveMcp(input: Readable, write: (line: string) => void, call: CallTool): Promise<void> {
  const running = new Set<Promise<void>>();
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() === '') continue;
    const one = answerTo(line, call).then((answer) => {
      if (answer !== null) write(`${JSON.stringify(answer)}\n`);
    });
    running.add(one);
    one.finally(() => running.delete(one));
  }
  await Promise.all(running);
}

async function answerTo(line: string, call: CallTool): Promise<JsonObject | null> {
  const message = line.length > LONGEST_LINE ? null : parsed(line);
  if (message === null) return failure(null, -32700, 'this is no JSON-RPC message');
  const { id, method, params } = message;
  if (typeof method !== 'string') return id === undefined ? failure(null, -32600, 'a method is missing') : null;
  if (id === undefined) return null;
  const given: JsonObject = Object(params);
  if (method === 'initialize') return success(id, hello(given['protocolVersion']));
  if (method === 'ping') return success(id, {});
  if (method === 'tools/list') return success(id, { tools: TOOLS });
  if (method !== 'tools/call') return failure(id, -32601, `there is no ${method.slice(0, 100)} here`);
  const { name } = given;
  if (!TOOLS.some((tool) => tool.name === name)) return failure(id, -32602, 'there is no tool of that name');
  const asked = given['arguments'] ?? {};
  if (!isJsonObject(asked)) return failure(id, -32602, 'arguments has to be an object');
  const { text, failed } = await call(String(name), asked);
  return success(id, { content: [{ type: 'text', text }], isError: failed });
}

function parsed(line: string): JsonObject | null {
  try {
    const message: unknown = JSON.parse(line);
    return typeof message === 'object' && message !== null && !Array.isArray(message) ? Object(message) : null;
  } catch {
    return null;
  }
}

const hello = (asked: unknown): JsonObject => ({
  protocolVersion: VERSIONS.find((version) => version === asked) ?? NEWEST,
  capabilities: { tools: {} },
  serverInfo: { name: 'token-broker', version: '1' },
  instructions: 'Access to AWS without keys: list_scopes, then request_access, then aws_request.',
});

const success = (id: JsonValue, result: JsonObject): JsonObject => ({ jsonrpc: '2.0', id, result });
const failure = (id: JsonValue, code: number, message: string): JsonObject => ({
  jsonrpc: '2.0',
  id,
  error: { code, message },
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { env } from 'node:process';
import { createInterface } from 'node:readline';
import { serve } from '../../local/endpoints/server.ts';

/** A span as a collector has it: attributes as values, `parentId` empty at the root. */
export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string;
  readonly name: string;
  readonly kind: string;
  readonly start: string;
  readonly end: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly status: string;
  readonly resource: Readonly<Record<string, unknown>>;
}

export interface Collector {
  readonly url: string;
  readonly spans: readonly CollectedSpan[];
  stop(): Promise<unknown>;
}

/**
 * One of this process, or the program that OTLP_COLLECTOR names (.ci/collector), which reads as OpenTelemetry's own.
 */
export const startCollector = (): Promise<Collector> => {
  const program = env['OTLP_COLLECTOR'];
  return program === undefined ? embedded() : spawned(program);
};

async function spawned(program: string): Promise<Collector> {
  const child = spawn(program, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const [url] = await once(lines, 'line');
  const spans: CollectedSpan[] = [];
  lines.on('line', (line) => spans.push(JSON.parse(line)));
  const stop = async () => {
    const ended = once(child, 'exit');
    child.kill();
    await ended;
  };
  return { url: String(url), spans, stop };
}

type Attribute = { readonly key: string; readonly value: Readonly<Record<string, unknown>> };
const valuesOf = (attributes: readonly Attribute[]) =>
  Object.fromEntries(
    attributes.map(({ key, value: { stringValue, boolValue, intValue } }) => [
      key,
      stringValue ?? boolValue ?? Number(intValue),
    ]),
  );

async function embedded(): Promise<Collector> {
  const spans: CollectedSpan[] = [];
  const { url, stop } = await serve(0, async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const isExport = request.url === '/v1/traces' && request.headers['content-type'] === 'application/json';
    if (!isExport) return void response.writeHead(404).end();
    for (const { resource, scopeSpans } of JSON.parse(body).resourceSpans) {
      for (const { spans: some } of scopeSpans) {
        for (const { parentSpanId = '', kind, startTimeUnixNano, endTimeUnixNano, status, ...span } of some) {
          spans.push({
            ...span,
            ...{ parentId: parentSpanId, start: startTimeUnixNano, end: endTimeUnixNano },
            ...{ kind: kind === 2 ? 'Server' : 'Internal', status: status.code === 2 ? 'Error' : 'Unset' },
            attributes: valuesOf(span.attributes),
            resource: valuesOf(resource.attributes),
          });
        }
      }
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  return { url, spans, stop };
}

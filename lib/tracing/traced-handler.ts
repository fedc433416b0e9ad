import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import type { Clock } from '../ports/host.ts';
import type { ExportSpans } from './exporter.ts';
import { beginTrace, type Trace, type TracePorts } from './trace.ts';
import { type TraceablePorts, tracedPorts } from './traced-ports.ts';
import { readTraceParent } from './traceparent.ts';

export interface TracingPorts extends TracePorts {
  readonly clock: Clock;
  readonly exportSpans: ExportSpans;
}

/** A function behind API Gateway. */
export type HttpHandler<A> = (event: APIGatewayProxyEventV2, context: Context) => Promise<A>;

const SERVER_ERRORS = 500;
/** Known to HTTP's registry and taken by some route; anything else is a caller's text. */
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']);

/**
 * The handler that `make` makes, traced: each request a span with its steps below it, under the trace that the caller
 * names (W3C `traceparent`) or one of its own. Names follow OpenTelemetry's conventions for HTTP servers.
 */
export function tracedHandler<P extends TraceablePorts, A extends { readonly statusCode: number }>(
  make: (ports: P) => HttpHandler<A>,
  ports: P,
  tracing: TracingPorts,
): HttpHandler<A> {
  const handler = make(tracedPorts(ports));
  let isCold = true;
  return async (event, context) => {
    const since = tracing.clock.now();
    const trace = beginTrace(tracing, readTraceParent(event.headers['traceparent']));
    const name = describe(trace, event);
    trace.say({ 'faas.coldstart': isCold });
    isCold = false;
    let status = SERVER_ERRORS;
    try {
      const answer = await trace.run(() => handler(event, context));
      status = answer.statusCode;
      return answer;
    } finally {
      trace.say({ 'http.response.status_code': status });
      await tracing.exportSpans(trace.end(name, status >= SERVER_ERRORS), since);
    }
  };
}

/** The route as API Gateway has it, never the path: a path has what a caller wrote. */
function describe(trace: Trace, { requestContext, routeKey }: APIGatewayProxyEventV2): string {
  const asked = requestContext.http.method.toUpperCase();
  const method = METHODS.has(asked) ? asked : '_OTHER';
  const route = routeKey.replace(/^\S+ /, '');
  trace.say({
    ...{ 'http.request.method': method, 'http.route': route },
    'token_broker.request_id': requestContext.requestId,
  });
  return `${method === '_OTHER' ? 'HTTP' : method} ${route}`;
}

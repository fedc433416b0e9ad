import type { HttpHandler } from '../tracing/traced-handler.ts';
import type { TraceablePorts } from '../tracing/traced-ports.ts';
import { resources } from './resources.ts';

/**
 * The handler that `make` makes of these ports; traced where OTEL_EXPORTER_OTLP_ENDPOINT is set. What traces is loaded
 * there alone, and while the process starts.
 */
export function traced<P extends TraceablePorts, A extends { readonly statusCode: number }>(
  make: (ports: P) => HttpHandler<A>,
  ports: P,
): HttpHandler<A> {
  if (resources().settings.otlpEndpoint === null) return make(ports);
  const loading = import('./live-tracing.ts').then(({ liveTracing }) => liveTracing(make, ports));
  return async (event, context) => (await loading)(event, context);
}

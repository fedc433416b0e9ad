import { systemClock } from '../host/clock.ts';
import { postToCollector } from '../host/collector.ts';
import { jsonLog } from '../host/log.ts';
import { systemRandom } from '../host/random.ts';
import type { Settings } from '../host/settings.ts';
import { startStopwatch } from '../host/stopwatch.ts';
import { boundedExporter, type SendSpans } from '../tracing/exporter.ts';
import { exportRequest } from '../tracing/otlp.ts';
import { type HttpHandler, tracedHandler } from '../tracing/traced-handler.ts';
import type { TraceablePorts } from '../tracing/traced-ports.ts';
import { resources } from './resources.ts';

/** Traces go to this deployment's collector. */
export function liveTracing<P extends TraceablePorts, A extends { readonly statusCode: number }>(
  make: (ports: P) => HttpHandler<A>,
  ports: P,
): HttpHandler<A> {
  const exportSpans = boundedExporter({
    clock: systemClock,
    log: jsonLog(systemClock),
    send: liveSend(resources().settings),
  });
  const tracing = { clock: systemClock, random: systemRandom, stopwatch: startStopwatch, exportSpans };
  return tracedHandler(make, ports, tracing);
}

/** OTLP over HTTP (OpenTelemetry, "OTLP Exporter Configuration"): the endpoint is what stands before `/v1/traces`. */
function liveSend({ otlpEndpoint, version, build, region, tablePrefix }: Settings): SendSpans {
  const url = new URL(`${otlpEndpoint?.replace(/\/+$/, '')}/v1/traces`);
  const resource = {
    ...{ 'service.name': 'token-broker', 'service.namespace': tablePrefix, 'service.version': `${version}+${build}` },
    ...{ 'cloud.provider': 'aws', 'cloud.region': region },
  };
  return (spans, signal) => postToCollector(url, JSON.stringify(exportRequest(resource, spans)), signal);
}

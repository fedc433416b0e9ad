import type { JsonObject } from '../json.ts';
import type { Attributes, Span } from './trace.ts';

/** opentelemetry-proto, trace.proto: `SpanKind` and `StatusCode`. */
const KINDS = { internal: 1, server: 2 } as const;
const ERROR = 2;

const SCOPE = 'token-broker';

/**
 * The body of `POST /v1/traces` in JSON (OTLP 1.x, "JSON Protobuf Encoding"): ids in hex, 64-bit numbers as text.
 */
export const exportRequest = (resource: Attributes, spans: readonly Span[]): JsonObject => ({
  resourceSpans: [
    {
      resource: { attributes: attributesOf(resource) },
      scopeSpans: [{ scope: { name: SCOPE }, spans: spans.map(spanOf) }],
    },
  ],
});

const spanOf = (span: Span): JsonObject => ({
  traceId: span.traceId,
  spanId: span.spanId,
  ...(span.parentId === null ? {} : { parentSpanId: span.parentId }),
  name: span.name,
  kind: KINDS[span.kind],
  startTimeUnixNano: String(span.start),
  endTimeUnixNano: String(span.end),
  attributes: attributesOf(span.attributes),
  status: span.isError ? { code: ERROR } : {},
});

const attributesOf = (attributes: Attributes): readonly JsonObject[] =>
  Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));

/** `AnyValue`. */
function anyValue(value: Attributes[string]): JsonObject {
  if (typeof value === 'string') return { stringValue: value };
  return typeof value === 'boolean' ? { boolValue: value } : { intValue: String(value) };
}

/** What the gateway sends back. */
export interface GatewayAnswer {
  readonly status: number;
  /** In order; names may repeat (`set-cookie`). */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
}

type Values = Readonly<Record<string, unknown>>;

const isMap = (value: unknown): value is Values => typeof value === 'object' && value !== null && !Array.isArray(value);

/** An answer of the gateway's own: `{"message": …}`. */
export const gatewayError = (status: number, message: string): GatewayAnswer => ({
  status,
  headers: [['content-type', 'application/json']],
  body: Buffer.from(JSON.stringify({ message })),
});

export const internalError = (): GatewayAnswer => gatewayError(500, 'Internal Server Error');

/** Headers that belong to the connection: a function does not decide them. */
const OWN = new Set(['connection', 'content-length', 'date', 'keep-alive', 'transfer-encoding', 'upgrade']);

function headersOf(result: Values): readonly (readonly [string, string])[] | null {
  const written = result['headers'] ?? {};
  const cookies = result['cookies'] ?? [];
  if (!isMap(written) || !Array.isArray(cookies)) return null;
  const headers = Object.entries(written).map(([name, value]): [string, string] => [name.toLowerCase(), String(value)]);
  const all = [
    ...headers.filter(([name]) => !OWN.has(name)),
    ...cookies.map((cookie) => ['set-cookie', String(cookie)] as const),
  ];
  return all.some(([name]) => name === 'content-type') ? all : [['content-type', 'text/plain;charset=UTF-8'], ...all];
}

/** A result with `statusCode` is the response; its body is text, or base64 where it says so. */
function structured(result: Values): GatewayAnswer {
  const status = Number(result['statusCode']);
  const headers = headersOf(result);
  const body = result['body'] ?? '';
  if (!Number.isInteger(status) || status < 200 || status > 599 || headers === null || typeof body !== 'string') {
    return internalError();
  }
  return { status, headers, body: Buffer.from(body, result['isBase64Encoded'] === true ? 'base64' : 'utf8') };
}

/**
 * Turns a function's result (JSON text) into the response that an HTTP API sends for it (payload format 2.0): with
 * `statusCode` it is the response itself, else it is the body of a 200. What is neither is 500, as there.
 */
export function toAnswer(resultText: string): GatewayAnswer {
  let result: unknown;
  try {
    result = JSON.parse(resultText);
  } catch {
    return internalError();
  }
  if (isMap(result) && 'statusCode' in result) return structured(result);
  const body = typeof result === 'string' ? result : resultText;
  return { status: 200, headers: [['content-type', 'application/json']], body: Buffer.from(body) };
}

import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hostFunction, type RunningFunction } from '../../../local/gateway/function-host.ts';
import { type Gateway, startGateway } from '../../../local/gateway/server.ts';

let gateway: Gateway;
let echo: RunningFunction;
let url: string;
const printed: string[] = [];

beforeAll(async () => {
  const of = {
    logicalId: 'Echo',
    name: 'echo',
    handler: 'index.handler',
    memoryMegabytes: 512,
    timeoutSeconds: 1,
    environment: { ISSUER: 'http://127.0.0.1:3000' },
  };
  echo = hostFunction(of, {
    bundle: fileURLToPath(new URL('../fixtures/echo.mjs', import.meta.url)),
    region: 'us-east-1',
    aws: { AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:9' },
    log: (line) => printed.push(line),
  });
  gateway = await startGateway(0);
  gateway.open({
    routes: [
      { method: 'ANY', path: '/v1/things/{id}', function: 'Echo' },
      { method: 'ANY', path: '$default', function: 'Echo' },
    ],
    functions: new Map([['Echo', echo]]),
  });
  url = `http://127.0.0.1:${gateway.port}`;
});

afterAll(async () => {
  await gateway.stop();
  await echo.stop();
});

/** Bytes as they are, so that headers can repeat. */
const raw = (text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(gateway.port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.setEncoding('utf8');
    socket.on('data', (part) => {
      answer += part;
    });
    socket.on('end', () => resolve(answer));
    socket.on('error', reject);
  });

const eventOf = async (path: string, init: RequestInit = {}) => {
  const { event } = Object(await (await fetch(`${url}${path}`, init)).json());
  return event;
};

const eventOfRaw = async (head: readonly string[]) => {
  const answer = await raw([...head, 'Connection: close', '', ''].join('\r\n'));
  return JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)).event;
};

describe('the event (HTTP API payload format 2.0)', () => {
  it('joins repeated headers and query values by commas, with names in lower case', async () => {
    const event = await eventOfRaw(['GET /x?a=1&b=2&a=3%204 HTTP/1.1', 'Host: local', 'X-One: a', 'x-ONE: b']);
    expect(event).toMatchObject({
      rawQueryString: 'a=1&b=2&a=3%204',
      queryStringParameters: { a: '1,3 4', b: '2' },
      headers: { 'x-one': 'a,b', host: 'local' },
    });
  });

  it('takes cookies out of the headers', async () => {
    const event = await eventOfRaw(['GET /x HTTP/1.1', 'Host: local', 'Cookie: a=1; b=2', 'Cookie: c=3']);
    expect(event.cookies).toEqual(['a=1', 'b=2', 'c=3']);
    expect(event.headers.cookie).toBeUndefined();
  });

  it('has the decoded path, its parameters and the key of the route', async () => {
    const event = await eventOf('/v1/things/broker%3Aa%20b');
    expect(event).toMatchObject({
      version: '2.0',
      routeKey: 'ANY /v1/things/{id}',
      rawPath: '/v1/things/broker:a b',
      rawQueryString: '',
      pathParameters: { id: 'broker:a b' },
      requestContext: {
        routeKey: 'ANY /v1/things/{id}',
        stage: '$default',
        http: { method: 'GET', path: '/v1/things/broker:a b', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1' },
        time: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
      },
      isBase64Encoded: false,
    });
    expect(event.body).toBeUndefined();
    expect(event.queryStringParameters).toBeUndefined();
  });

  it("has the socket's address, whatever a header says", async () => {
    const event = await eventOf('/x', { headers: { 'x-forwarded-for': '203.0.113.9', forwarded: 'for=203.0.113.9' } });
    expect(event.requestContext.http.sourceIp).toBe('127.0.0.1');
    expect(event.headers['x-forwarded-for']).toBe('203.0.113.9, 127.0.0.1');
  });

  it.each([
    ['application/x-www-form-urlencoded', true],
    ['application/octet-stream', true],
    ['', true],
    ['application/json; charset=utf-8', false],
    ['text/xml', false],
    ['application/xml', false],
  ])('has a body of type "%s" as base64: %s', async (type, isBase64Encoded) => {
    const event = await eventOf('/x', { method: 'POST', body: new Blob(['a=ü']), headers: { 'content-type': type } });
    expect(event).toMatchObject({
      isBase64Encoded,
      body: isBase64Encoded ? Buffer.from('a=ü').toString('base64') : 'a=ü',
      headers: { 'content-length': '4' },
    });
  });
});

describe('the answer', () => {
  it.each([
    ['/throw', 500, '{"message":"Internal Server Error"}'],
    ['/bad', 500, '{"message":"Internal Server Error"}'],
    ['/inferred', 200, '{"hello":"world"}'],
  ])('of %s is %i', async (path, status, body) => {
    const response = await fetch(`${url}${path}`);
    expect([response.status, await response.text()]).toEqual([status, body]);
  });

  it('has the bytes of a base64 body', async () => {
    const response = await fetch(`${url}/binary`);
    expect([...new Uint8Array(await response.arrayBuffer())]).toEqual([0, 1, 2]);
  });

  it('has a set-cookie header for each cookie, and the length that the body has', async () => {
    const response = await fetch(`${url}/cookies`);
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2; HttpOnly']);
    expect(response.headers.get('content-length')).toBeNull();
  });

  it('to HEAD has no body', async () => {
    const response = await fetch(`${url}/x`, { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([200, '']);
  });
});

describe("the gateway's own refusals", () => {
  /**
   * Request line, `Host: local`, `Connection: close` and a header of so many bytes come to `total` with their line
   * ends.
   */
  const sized = (total: number): string => {
    const head = 'GET /x HTTP/1.1\r\nHost: local\r\nConnection: close\r\nX-Pad: ';
    return `${head}${'a'.repeat(total - head.length - 2)}\r\n\r\n`;
  };

  it.each([
    [10_240, '200'],
    [10_241, '431'],
    [300_000, '431'],
  ])('counts %i bytes of request line and headers', async (total, status) => {
    expect((await raw(sized(total))).split(' ')[1]).toBe(status);
  });

  it('refuses a body over 10 MB with 413', async () => {
    const response = await fetch(`${url}/x`, { method: 'POST', body: new Uint8Array(10 * 1024 * 1024 + 1) });
    expect(response.status).toBe(413);
  });

  it('refuses a body whose event is more than Lambda takes with 413', async () => {
    const response = await fetch(`${url}/x`, { method: 'POST', body: new Uint8Array(5 * 1024 * 1024) });
    expect(response.status).toBe(413);
  });

  it('refuses a path that cannot be decoded with 400', async () => {
    expect((await raw('GET /%zz HTTP/1.1\r\nHost: local\r\nConnection: close\r\n\r\n')).split(' ')[1]).toBe('400');
  });

  it('answers 503 before the functions are there', async () => {
    const closed = await startGateway(0);
    const response = await fetch(`http://127.0.0.1:${closed.port}/x`);
    await closed.stop();
    expect(response.status).toBe(503);
  });

  it('cannot have a port that is taken', async () => {
    await expect(startGateway(gateway.port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});

describe('a function', () => {
  it('sees the variables of its own, those of AWS and of Lambda, and nothing else of this process', async () => {
    const { environment } = Object(await (await fetch(`${url}/environment`)).json());
    expect(environment).toMatchObject({
      ISSUER: 'http://127.0.0.1:3000',
      AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:9',
      AWS_LAMBDA_FUNCTION_NAME: 'echo',
      AWS_REGION: 'us-east-1',
    });
    expect(
      Object.keys(environment).filter((name) => !/^(?:AWS_|_HANDLER|LAMBDA_TASK_ROOT|TZ|ISSUER)/.test(name)),
    ).toEqual([]);
  });

  it('is warm from the second call on, and knows how long it may take', async () => {
    const first = Object(await (await fetch(`${url}/x`)).json());
    const second = Object(await (await fetch(`${url}/x`)).json());
    expect(second.calls).toBe(first.calls + 1);
    expect(second.request).not.toBe(first.request);
    expect(second.remaining).toBeGreaterThan(500);
    expect(second.remaining).toBeLessThanOrEqual(1000);
  });

  it('that takes longer than its timeout is ended with 500, and starts anew', async () => {
    expect((await fetch(`${url}/hang`)).status).toBe(500);
    expect(Object(await (await fetch(`${url}/x`)).json()).calls).toBe(1);
    expect(printed.join('\n')).toContain('echo: Task timed out after 1.00 seconds');
  });

  it('that ends its environment answers 500, and starts anew', async () => {
    expect((await fetch(`${url}/exit`)).status).toBe(500);
    expect(Object(await (await fetch(`${url}/x`)).json()).calls).toBe(1);
  });

  it('that throws is in the log, and not in the answer', async () => {
    expect(await (await fetch(`${url}/throw`)).text()).not.toContain('as asked');
    expect(printed.join('\n')).toContain('Error: as asked');
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { readTarget, toEvent } from '../../../local/gateway/event.ts';
import { selectRoute } from '../../../local/gateway/routes.ts';
import { readTemplate } from '../../../local/gateway/template.ts';

const { routes } = readTemplate('template.yaml', { Issuer: 'http://127.0.0.1:3000', ExternalId: 'local' });

/** Headers that the gateway makes itself. */
const OWN = /^(?:x-amzn-|x-forwarded-|content-length$)/;

/** The request that the fixture's event came of. */
function requestOf(fixture: ReturnType<typeof toEvent>): { request: IncomingMessage; body: Buffer } {
  const { requestContext, rawPath, rawQueryString, headers } = fixture;
  const socket = new Socket();
  Object.defineProperty(socket, 'remoteAddress', { value: requestContext.http.sourceIp });
  const request = new IncomingMessage(socket);
  request.method = requestContext.http.method;
  request.httpVersion = '1.1';
  request.url = rawQueryString === '' ? rawPath : `${rawPath}?${rawQueryString}`;
  const sent = Object.entries(headers).flatMap(([name, value]) =>
    OWN.test(name) || value === undefined ? [] : [[name, value] as const],
  );
  request.rawHeaders = sent.flat();
  Object.assign(request.headers, Object.fromEntries(sent));
  return { request, body: Buffer.from(fixture.body ?? '', fixture.isBase64Encoded ? 'base64' : 'utf8') };
}

describe('the events of events/', () => {
  it.each(readdirSync('events'))('%s is what the gateway makes of its request, on a route of the template', (name) => {
    const fixture = JSON.parse(readFileSync(`events/${name}`, 'utf8'));
    const { request, body } = requestOf(fixture);
    const target = readTarget(request.url ?? '');
    const selected = target === null ? null : selectRoute(routes, request.method ?? '', target.path);
    if (target === null || selected === null) throw new Error('no route takes this request');
    const event = toEvent(request, target, body, selected, new Date(fixture.requestContext.timeEpoch));
    expect(event).toEqual({
      ...fixture,
      headers: {
        ...fixture.headers,
        'x-amzn-trace-id': expect.any(String),
        'x-forwarded-port': expect.any(String),
        'x-forwarded-proto': 'http',
      },
      requestContext: { ...fixture.requestContext, requestId: expect.stringMatching(/^.{15}=$/) },
    });
  });
});

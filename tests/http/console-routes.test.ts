import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { consoleRoutes } from '../../lib/http/console-routes.ts';
import type { HttpAnswer } from '../../lib/http/http-answer.ts';
import { routeHandler } from '../../lib/http/route-handler.ts';
import type { PageFile } from '../../lib/ports/page-files.ts';
import { epochMilliseconds } from '../../lib/time.ts';
import { aContext, anEvent } from '../fakes/http.ts';

const file = (type: string, text: string): PageFile => ({
  type,
  plain: Buffer.from(text),
  gzip: gzipSync(text),
});
const page = {
  document: () => file('text/html; charset=utf-8', '<!doctype html>'),
  asset: (name: string) => (name === 'console-0123.js' ? file('text/javascript; charset=utf-8', 'run()') : null),
};

const handler = routeHandler(consoleRoutes({ page }), {
  clock: { now: () => epochMilliseconds(1_795_251_600_000) },
  log: { info: () => undefined, error: () => undefined },
  metrics: { issued: () => undefined, refused: () => undefined },
  deadline: () => new AbortController().signal,
});

const get = async (path: string, headers: Readonly<Record<string, string>> = {}): Promise<HttpAnswer | undefined> =>
  handler(anEvent({ path, headers }), aContext, { signal: new AbortController().signal });

const bytesOf = (answer: HttpAnswer | undefined): Buffer => Buffer.from(answer?.body ?? '', 'base64');

describe('GET /console', () => {
  it.each(['/console', '/console/issuances/iss_x', '/console/scopes', '/console/scopes/a', '/console/explain'])(
    'is one document for every view, which nobody keeps or frames: %s',
    async (path) => {
      const answer = await get(path);
      expect(answer).toMatchObject({ statusCode: 200, isBase64Encoded: true });
      expect(answer?.headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
      });
      expect(bytesOf(answer).toString()).toBe('<!doctype html>');
    },
  );

  it('has a policy that lets in nothing but the broker itself, and nothing inline', async () => {
    const answer = await get('/console');
    const policy = String(answer?.headers?.['content-security-policy']);
    const sources = policy.split('; ').map((directive) => directive.split(' ').slice(1).join(' '));
    expect(policy).toMatch(/^default-src 'none'; /);
    expect(policy).not.toContain('unsafe-');
    expect(policy).toContain("frame-ancestors 'none'");
    expect(new Set(sources)).toEqual(new Set(["'none'", "'self'", "'script'"]));
  });

  it('has files that can be kept for ever, and no others', async () => {
    const answer = await get('/console/assets/console-0123.js');
    expect(answer?.headers?.['cache-control']).toBe('public, max-age=31536000, immutable');
    expect((await get('/console/assets/console-4567.js'))?.statusCode).toBe(404);
    expect((await get('/console/assets/..%2findex.html'))?.statusCode).toBe(404);
  });

  it.each([
    ['gzip, deflate, br', 'gzip'],
    ['br;q=1.0, gzip;q=0.5', 'gzip'],
    ['gzip;q=0', undefined],
    ['br', undefined],
  ])('is compressed for whom takes it (RFC 9110 section 12.5.3): %s', async (accepted, encoding) => {
    const answer = await get('/console/assets/console-0123.js', { 'accept-encoding': accepted });
    expect(answer?.headers?.['content-encoding']).toBe(encoding);
    expect(answer?.headers?.['vary']).toBe('accept-encoding');
    const bytes = encoding === undefined ? bytesOf(answer) : gunzipSync(bytesOf(answer));
    expect(bytes.toString()).toBe('run()');
  });
});

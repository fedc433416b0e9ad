import { readFileSync } from 'node:fs';
import { env } from 'node:process';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { jsonLog } from '../../lib/host/log.ts';
import type { IssuePorts } from '../../lib/issue.ts';
import { accept, Fault, refuse } from '../../lib/outcome.ts';
import type { LogLine } from '../../lib/ports/log.ts';
import { seconds } from '../../lib/time.ts';
import type { Span } from '../../lib/tracing/trace.ts';
import { tracedHandler } from '../../lib/tracing/traced-handler.ts';
import { aContext, anEvent } from '../fakes/http.ts';
import { aPrincipal, aScope, goodWorld, NOW } from '../fakes/world.ts';
import { countingRandom } from '../ledger/a-record.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

let credentialsHandler: typeof import('../../functions/credentials.ts')['credentialsHandler'];
beforeAll(async () => {
  Object.assign(env, { ISSUER: 'https://broker.example', TABLE_PREFIX: 'test', EXTERNAL_ID: 'test' });
  env['AWS_REGION'] ??= 'us-east-1';
  ({ credentialsHandler } = await import('../../functions/credentials.ts'));
});

interface Asked {
  readonly ports?: Partial<IssuePorts>;
  readonly traceparent?: string;
  readonly path?: string;
}

const limits = { perPrincipal: { count: 9, window: seconds(60) }, total: null };

/** The credentials function over a world in which everything goes well, traced. */
function world(ports: Partial<IssuePorts> = {}) {
  const exported: Span[][] = [];
  const lines: (LogLine | { readonly event: string; readonly members: object })[] = [];
  const line = (event: string, members: object): void => void lines.push({ event, members });
  const all = {
    ...goodWorld([aScope({ limits })]).ports,
    ...ports,
    log: { info: line, error: line },
    metrics: {
      issued: (_: object, __: number, said: LogLine) => void lines.push(said),
      refused: (_: object, __: number, said: LogLine) => void lines.push(said),
    },
    deadline: () => AbortSignal.timeout(5_000),
  };
  let nanoseconds = BigInt(NOW) * 1_000_000n;
  const handler = tracedHandler(credentialsHandler, all, {
    ...{ clock: all.clock, random: countingRandom() },
    stopwatch: () => () => (nanoseconds += 1_000n),
    exportSpans: async (spans) => void exported.push([...spans]),
  });
  return { handler, exported, lines };
}

async function ask({ ports, traceparent, path = '/v1/credentials/deploy-web' }: Asked = {}) {
  const { handler, exported, lines } = world(ports);
  const headers = { authorization: 'SECRET.proof.value', ...(traceparent === undefined ? {} : { traceparent }) };
  const event = { ...anEvent({ path, headers }), routeKey: 'ANY /v1/credentials/{proxy+}' };
  const answer = await handler(event, aContext);
  return { answer, spans: exported.flat(), exported, lines };
}

const names = (spans: readonly Span[]) => spans.map(({ name }) => name);
const named = (spans: readonly Span[], name: string) => spans.find((span) => span.name === name);
const ROOT = 'GET /v1/credentials/{proxy+}';

describe('a trace', () => {
  it('has a span for each step, in the order of the contract, below that of the request', async () => {
    const { answer, spans } = await ask();
    expect(answer.statusCode).toBe(200);
    expect(names(spans).sort()).toEqual(
      [
        ...['read configuration', 'read revocations', 'verify jwt', 'authenticate', 'decide', 'count limits'],
        ...['record started', 'mint', 'read configuration', 'read revocations', 'record issued', ROOT],
      ].sort(),
    );
    const order = [
      'read configuration',
      'authenticate',
      'decide',
      'count limits',
      'record started',
      'mint',
      'record issued',
    ];
    const starts = order.map((name) => named(spans, name)?.start ?? 0n);
    expect(starts).toEqual([...starts].sort((one, other) => Number(one - other)));
    const root = named(spans, ROOT);
    expect(root).toMatchObject({ parentId: null, kind: 'server', isError: false });
    for (const name of order) expect(named(spans, name)?.parentId).toBe(root?.spanId);
    expect(named(spans, 'verify jwt')?.parentId).toBe(named(spans, 'authenticate')?.spanId);
    for (const { start, end } of spans) expect(end).toBeGreaterThan(start);
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
  });

  it('is the one that the caller names, and its id is in the log line', async () => {
    const { spans, lines } = await ask({ traceparent: `00-${TRACE}-${SPAN}-01` });
    expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([TRACE]));
    expect(named(spans, ROOT)?.parentId).toBe(SPAN);
    expect(lines).toMatchObject([{ event: 'answered', members: { traceId: TRACE } }]);
    expect(jsonLine('answered', lines[0]?.members ?? {})).toContain(`"traceId":"${TRACE}"`);
  });

  it('is not recorded where whoever began it does not record it; the log line names it all the same', async () => {
    const { answer, spans, lines } = await ask({ traceparent: `00-${TRACE}-${SPAN}-00` });
    expect([answer.statusCode, spans]).toEqual([200, []]);
    expect(lines).toMatchObject([{ members: { traceId: TRACE } }]);
  });

  it.each(['nonsense', `00-${'0'.repeat(32)}-${SPAN}-01`, 'x'.repeat(9_000)])(
    'of its own begins where the header is no good',
    async (traceparent) => {
      const { answer, spans } = await ask({ traceparent });
      expect([answer.statusCode, named(spans, ROOT)?.parentId]).toEqual([200, null]);
      expect(named(spans, ROOT)?.traceId).toMatch(/^[0-9a-f]{32}$/);
    },
  );

  it('says what became of the request, in constants and ids of ours', async () => {
    const { spans } = await ask();
    expect(named(spans, ROOT)?.attributes).toEqual({
      ...{ 'http.request.method': 'GET', 'http.route': '/v1/credentials/{proxy+}', 'http.response.status_code': 200 },
      ...{ 'faas.coldstart': true, 'token_broker.request_id': 'req-1', 'token_broker.route': 'credentials' },
      ...{ 'token_broker.grant': 'aws-session', 'token_broker.issuance': expect.stringMatching(/^iss_/) },
    });
  });

  it('says where it was refused and why', async () => {
    const { spans } = await ask({ ports: { authenticators: { jwt: async () => refuse('audience_mismatch') } } });
    expect(names(spans)).not.toContain('decide');
    expect(named(spans, 'verify jwt')?.attributes).toEqual({ 'token_broker.reason': 'audience_mismatch' });
    expect(named(spans, ROOT)).toMatchObject({
      isError: false,
      attributes: { 'token_broker.reason': 'audience_mismatch' },
    });
  });

  it('says which dependency failed', async () => {
    const started = async () => {
      throw new Fault('ledger', 'SECRET text of a fault');
    };
    const { answer, spans } = await ask({ ports: { ledger: { ...goodWorld().ports.ledger, started } } });
    expect(answer.statusCode).toBe(503);
    expect(named(spans, 'record started')).toMatchObject({ isError: true, attributes: { 'error.type': 'ledger' } });
    expect(named(spans, ROOT)).toMatchObject({ isError: true });
    expect(text(spans)).not.toContain('SECRET');
  });

  it('holds no proof, key, claim, name of a caller or path, whatever becomes of it', async () => {
    const principal = aPrincipal({ subject: 'SECRET-subject', name: 'SECRET-name' });
    const authenticators = { jwt: async () => accept(principal) };
    for (const ports of [{ authenticators }, { authenticators, granters: {} }]) {
      const { spans } = await ask({ ports, path: '/v1/credentials/deploy-web' });
      expect(text(spans)).not.toMatch(/SECRET|not-a-real|c0ffee|refs\/heads|deploy-web|203\.0\.113/);
    }
  });

  it('is documented: every step and attribute that a request here has', async () => {
    const page = readFileSync('docs/tracing.md', 'utf8');
    const denied = { ...goodWorld().ports.authenticators, jwt: async () => accept(aPrincipal({ name: 'other' })) };
    const asked = [await ask(), await ask({ ports: { authenticators: denied, granters: {} } })];
    const spans = asked.flatMap((one) => one.spans);
    const words = [...names(spans), ...spans.flatMap(({ attributes }) => Object.keys(attributes))];
    expect(words).toEqual(expect.arrayContaining(['record denied', 'token_broker.outcome', 'mint']));
    expect([...new Set(words)].filter((word) => !page.includes(word))).toEqual([]);
  });

  it('of one request has nothing of another that runs beside it in the same process', async () => {
    const { handler, exported } = world();
    const event = (digit: string) => ({
      ...anEvent({
        path: '/v1/credentials/deploy-web',
        headers: { authorization: 'a.b.c', traceparent: `00-${digit.repeat(32)}-${SPAN}-01` },
      }),
      routeKey: 'ANY /v1/credentials/{proxy+}',
    });
    await Promise.all(['1', '2', '3'].map((digit) => handler(event(digit), aContext)));
    expect(exported).toHaveLength(3);
    for (const spans of exported) {
      expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
      expect(spans).toHaveLength(12);
    }
  });
});

const text = (spans: readonly Span[]) =>
  JSON.stringify(spans, (_, value) => (typeof value === 'bigint' ? `${value}` : value));

/** As lib/host/log.ts writes it: a member that it does not know is dropped. */
function jsonLine(event: string, members: object): string {
  const written: string[] = [];
  const write = process.stdout.write;
  process.stdout.write = (line) => written.push(String(line)) > 0;
  jsonLog({ now: () => NOW }).info(event, members);
  process.stdout.write = write;
  return written.join('');
}

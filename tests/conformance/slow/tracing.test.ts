/** Traces out of the bundles that are deployed, to a collector. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Endpoint, serve } from '../../../local/endpoints/server.ts';
import { type Broker, ROOT, startBroker } from '../../e2e/broker.ts';
import { type Collector, startCollector } from '../../tracing/a-collector.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

let collector: Collector;
let broker: Broker;
/** Takes what it is sent and says nothing. */
let silent: Endpoint;
let asked = 0;

beforeAll(async () => {
  const say = (): void => {
    asked += 1;
  };
  [collector, silent] = await Promise.all([startCollector(), serve(0, say)]);
  broker = await startBroker({ parameters: { OtlpEndpoint: collector.url } });
}, 60_000);
afterAll(async () => {
  await broker.stop();
  await Promise.all([collector.stop(), silent.stop()]);
});

async function credentials(from: Broker, headers: Readonly<Record<string, string>> = {}, scope = 'demo') {
  const token = await from.idp.token('web-main');
  return fetch(`${from.url}/v1/credentials/${scope}`, { headers: { authorization: token, ...headers } });
}

/** What the collector has of a trace, once it has its root. */
async function collected(traceId: string, root: string) {
  const until = Date.now() + 10_000;
  const found = () => collector.spans.filter((span) => span.traceId === traceId);
  while (!found().some(({ name }) => name === root) && Date.now() < until) {
    await new Promise((wake) => setTimeout(wake, 50));
  }
  return found();
}

const ROUTE = 'GET /v1/credentials/{proxy+}';

describe('a collector gets', () => {
  it('the steps of an issuance, under the trace that the caller names, and no secret', async () => {
    const answer = await credentials(broker, { traceparent: `00-${TRACE}-${SPAN}-01`, tracestate: 'vendor=1' });
    const { SecretAccessKey: secret, Token: session, AccessKeyId: key, IssuanceId: id } = Object(await answer.json());
    expect(answer.status).toBe(200);
    const spans = await collected(TRACE, ROUTE);
    const steps = [
      'read configuration',
      'verify jwt',
      'authenticate',
      'decide',
      'record started',
      'mint',
      'record issued',
    ];
    expect(spans.map(({ name }) => name)).toEqual(expect.arrayContaining([...steps, ROUTE]));
    const root = spans.find(({ name }) => name === ROUTE);
    expect(root).toMatchObject({ parentId: SPAN, kind: 'Server', status: 'Unset' });
    expect(root?.attributes).toMatchObject({ 'http.response.status_code': 200, 'token_broker.issuance': id });
    expect(root?.resource).toMatchObject({ 'service.name': 'token-broker', 'cloud.region': 'us-east-1' });
    for (const { start, end } of spans) expect(BigInt(end) >= BigInt(start)).toBe(true);
    for (const value of [secret, session, key, 'acme', 'web-main']) expect(JSON.stringify(spans)).not.toContain(value);
    expect(broker.log.filter((line) => line.includes('"answered"') && line.includes(TRACE))).toHaveLength(1);
  });

  it('a refusal with its reason, of a trace of its own where the header is no good', async () => {
    const before = new Set(collector.spans.map(({ traceId }) => traceId));
    const answer = await credentials(broker, { traceparent: 'x'.repeat(4_000) }, 'nothing-of-that-name');
    expect(answer.status).toBe(403);
    const line = broker.log.find((one) => one.includes('"refused"') && one.includes('not_allowed')) ?? '{}';
    const { traceId } = JSON.parse(line.slice(line.indexOf('{')));
    expect(before).not.toContain(traceId);
    const root = (await collected(traceId, ROUTE)).find(({ name }) => name === ROUTE);
    expect(root).toMatchObject({ parentId: '', attributes: { 'token_broker.reason': 'not_allowed' } });
  });
});

describe('a collector that does not answer', () => {
  it('fails no request, and is not asked again at once', async () => {
    const other = await startBroker({ parameters: { OtlpEndpoint: silent.url } });
    try {
      for (const _ of [1, 2, 3]) expect((await credentials(other)).status).toBe(200);
      expect(asked).toBe(1);
      expect(other.log.filter((line) => line.includes('"traces_unsent"'))).toHaveLength(1);
    } finally {
      await other.stop();
    }
  });
});

describe('where no collector is set', () => {
  it.each(['credentials', 'sts', 'token'])('%s starts without anything that traces', (name) => {
    const folder = join(ROOT, 'dist', 'functions', name);
    const read = (file: string): string => readFileSync(join(folder, file), 'utf8');
    const started = new Set<string>();
    const follow = (file: string): void => {
      if (started.has(file)) return;
      started.add(file);
      for (const [, next = ''] of read(file).matchAll(/(?:from|import)\s*"\.\/([\w.-]+\.mjs)"/g)) follow(next);
    };
    follow('index.mjs');
    const tracing = readdirSync(folder).filter((file) => file.endsWith('.mjs') && read(file).includes('resourceSpans'));
    expect(tracing).toHaveLength(1);
    expect(tracing.filter((file) => started.has(file))).toEqual([]);
    expect(started.size).toBeGreaterThan(1);
  });
});

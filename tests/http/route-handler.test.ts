import { describe, expect, it } from '@jest/globals';
import { credentialsError } from '../../lib/http/credentials/credentials-error.ts';
import type { RefusalRenderer, Route } from '../../lib/http/route.ts';
import { type RoutePorts, routeHandler } from '../../lib/http/route-handler.ts';
import { Fault, refuse } from '../../lib/outcome.ts';
import { epochMilliseconds } from '../../lib/time.ts';
import { aContext, anEvent, type EventParts } from '../fakes/http.ts';

type Refused = Parameters<RoutePorts['metrics']['refused']>[0];

function observed() {
  const metrics: Refused[] = [];
  const logged: Readonly<Record<string, unknown>>[] = [];
  const ports: RoutePorts = {
    clock: { now: () => epochMilliseconds(1_795_251_600_000) },
    log: { info: (_, members) => logged.push(members), error: (_, members) => logged.push(members) },
    metrics: {
      issued: () => undefined,
      refused: (dimensions, _, { members }) => {
        metrics.push(dimensions);
        logged.push(members);
      },
    },
    deadline: () => new AbortController().signal,
  };
  return { ports, metrics, logged };
}

async function answerTo(handle: Route['handle'], ports: RoutePorts, parts: EventParts = {}) {
  const route: Route = {
    name: 'credentials',
    paths: ['/v1/credentials/{scope}'],
    methods: ['GET'],
    budgetMs: 1_500,
    handle,
    refuse: credentialsError,
  };
  const event = anEvent({ path: '/v1/credentials/deploy-web', ...parts });
  return routeHandler([route], ports)(event, aContext, { signal: new AbortController().signal });
}

describe('what the metrics say of a refusal', () => {
  it.each([
    ['signature_invalid', undefined, 'unauthenticated'],
    ['not_allowed', 'denied', 'denied'],
    ['duration_out_of_range', 'denied', 'denied'],
    ['duration_out_of_range', undefined, 'unauthenticated'],
    ['replayed', 'denied', 'denied'],
    ['role_refused', 'failed', 'failed'],
    ['expired', 'failed', 'failed'],
    ['keys_unavailable', undefined, 'failed'],
  ] as const)('%s, recorded as %s, counts as %s', async (reason, recorded, outcome) => {
    const { ports, metrics } = observed();
    await answerTo(async () => refuse(reason, recorded === undefined ? {} : { recorded }), ports);
    expect(metrics).toEqual([{ reason, route: 'credentials', outcome }]);
  });

  it('never answers with what is for the log', async () => {
    const { ports, metrics, logged } = observed();
    const answer = await answerTo(async () => refuse('role_refused', { log: { issuance: 'iss_X' } }), ports);
    expect(JSON.stringify(answer)).not.toContain('iss_X');
    expect(logged.at(-1)).toMatchObject({ issuance: 'iss_X', status: 403 });
    expect(metrics).toMatchObject([{ reason: 'role_refused' }]);
  });

  it('answers a fault without its text, retryably', async () => {
    const { ports } = observed();
    const answer = await answerTo(async () => {
      throw new Fault('ledger', 'table of the customer');
    }, ports);
    expect(answer).toMatchObject({ statusCode: 503, headers: { 'retry-after': '1', 'cache-control': 'no-store' } });
    expect(JSON.stringify(answer)).not.toContain('customer');
  });
});

describe('how a refusal is said', () => {
  const said =
    (word: string): RefusalRenderer =>
    (refusal, _, headers) => ({ statusCode: 400, headers: { ...headers }, body: `${word}: ${refusal.reason}` });
  const elsewhere = said('elsewhere');

  it('is by the renderer that the route learned of on the way', async () => {
    const { ports } = observed();
    const answer = await answerTo(async (_, { refuseAs }) => {
      refuseAs(elsewhere);
      return refuse('not_allowed');
    }, ports);
    expect(answer?.body).toBe('elsewhere: not_allowed');
  });

  it('is so of a fault too', async () => {
    const { ports } = observed();
    const answer = await answerTo(async (_, { refuseAs }) => {
      refuseAs(elsewhere);
      throw new Fault('sign-ins', 'no table');
    }, ports);
    expect(answer?.body).toBe('elsewhere: replay_guard_unavailable');
  });

  it('is of one request alone, of many at once', async () => {
    const { ports } = observed();
    const handle: Route['handle'] = async ({ query }, { refuseAs }) => {
      const word = query.one('word');
      if (word !== null) refuseAs(said(word));
      await new Promise((resolve) => setImmediate(resolve));
      return refuse('not_allowed');
    };
    const asked = ['word=a', 'word=b', '', 'word=c'].map((query) => answerTo(handle, ports, { query }));
    const bodies = (await Promise.all(asked)).map((answer) => answer?.body ?? '');
    expect(bodies.map((body) => body.split(': ')[0])).toEqual(['a', 'b', expect.stringContaining('error'), 'c']);
  });
});

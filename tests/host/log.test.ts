import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { embeddedMetrics, jsonLog } from '../../lib/host/log.ts';
import { routeHandler } from '../../lib/http/route-handler.ts';
import { LOG_MEMBERS, type LogMembers, REFUSAL_MEMBERS, REQUEST_MEMBERS } from '../../lib/log-members.ts';
import { Fault, type Refusal, refuse } from '../../lib/outcome.ts';
import { anEvent } from '../fakes/http.ts';
import { NOW } from '../fakes/world.ts';

const log = jsonLog({ now: () => NOW });
let written: string[] = [];

beforeEach(() => {
  written = [];
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
});
afterEach(() => {
  jest.restoreAllMocks();
});

const line = (): Record<string, unknown> => JSON.parse(written.at(-1) ?? 'null');

/** What a caller without types might hand in. */
const untyped = (members: object): LogMembers => members;

/** The line that a route writes of a refusal. */
async function refusedLine(refusal: Refusal): Promise<Record<string, unknown>> {
  const ports = {
    clock: { now: () => NOW },
    log,
    metrics: embeddedMetrics({ now: () => NOW }, 'TokenBroker/blue'),
    deadline: () => AbortSignal.timeout(1_000),
  };
  const route = {
    name: 'token',
    paths: ['/'],
    methods: ['GET'],
    budgetMs: 1_000,
    handle: async () => ({ ok: false, refusal }) as const,
    refuse: () => ({ statusCode: 400, headers: {}, body: '' }),
  } as const;
  const context = { getRemainingTimeInMillis: () => 1_000 };
  await Reflect.apply(routeHandler([route], ports), undefined, [anEvent(), context]);
  return line();
}

describe('the members of a log line', () => {
  it.each(LOG_MEMBERS)('writes %s', (name) => {
    log.info('refused', { [name]: 'x' });
    expect(line()).toEqual({ time: '2026-11-21T09:00:00.000Z', level: 'info', event: 'refused', [name]: 'x' });
  });

  it.each(REFUSAL_MEMBERS)(
    'writes what a refusal says under %s beside what the route says of the request',
    async (name) => {
      const refused = await refusedLine({ reason: 'saml_schema', log: { [name]: 'what was found' } });
      expect(refused).toMatchObject({
        [name]: 'what was found',
        ...{ event: 'refused', requestId: 'req-1', route: 'token', status: 400, reason: 'saml_schema' },
        ...{ sourceIp: '203.0.113.9', userAgent: null, Latency: 0 },
      });
    },
  );

  it('lets no refusal hide what the route says of the request', () => {
    expect(REFUSAL_MEMBERS.filter((name: string) => REQUEST_MEMBERS.some((each) => each === name))).toEqual([]);
  });

  it('does not compile with a member that would be dropped', () => {
    // @ts-expect-error: no such member.
    log.info('refused', { token: 'eyJ' });
    // @ts-expect-error: no such member.
    refuse('expired', { log: { token: 'eyJ' } });
    const elsewhere = { found: 'x', token: 'eyJ' };
    // @ts-expect-error: nor where it was not written out in place.
    refuse('expired', { log: elsewhere });
    // @ts-expect-error: a member of the request's.
    refuse('expired', { log: { status: 503 } });
    // @ts-expect-error: an object says more than its name.
    log.info('refused', { found: { token: 'eyJ' } });
    expect(line()).toEqual({ time: '2026-11-21T09:00:00.000Z', level: 'info', event: 'refused' });
  });

  it.each([
    ['a name that is not listed', { token: 'eyJ' }],
    ['an object', { found: { token: 'eyJ' } }],
    ['a list', { found: ['eyJ'] }],
    ['nothing', { found: undefined }],
  ])('drops %s', (_what, members) => {
    log.info('refused', untyped(members));
    expect(Object.keys(line())).toEqual(['time', 'level', 'event']);
  });

  it.each([
    ['a text of 512 characters', 'x'.repeat(512), 'x'.repeat(512)],
    ['a longer one, cut', 'x'.repeat(513), 'x'.repeat(512)],
    ['line ends and other controls', 'a\r\n\u0000\u007f\u0085b', 'a?????b'],
    ['what turns the direction around', 'a\u202eb', 'a?b'],
    ['line separators of JavaScript', 'a\u2028b', 'a?b'],
    ['half a character', 'a\ud800', 'a?'],
    ['other scripts, as they are', 'Zoë 東京', 'Zoë 東京'],
    ['a number', 7, 7],
    ['a truth value', false, false],
    ['null', null, null],
  ])('writes %s in a form that can be printed', (_what, value, expected) => {
    log.info('refused', { found: value });
    expect(line()['found']).toEqual(expected);
  });

  it('writes one line however the members read', () => {
    log.info('refused', { found: 'a\nb', missed: 'c\u2028d' });
    expect(written.join('').trimEnd()).not.toMatch(/[\n\u2028]/);
  });
});

describe('the cause of a fault', () => {
  it('tells the text of a fault of ours, and the name and code alone of any other error', () => {
    const theirs = Object.assign(new Error('the secret is s3cr3t'), { code: 'ECONNRESET' });
    log.error('fault', { reason: 'secrets_unavailable' }, new Fault('secrets', 'not read', { cause: theirs }));
    expect(line()).toMatchObject({
      reason: 'secrets_unavailable',
      cause: { name: 'Fault', message: 'not read', cause: { name: 'Error', code: 'ECONNRESET' } },
    });
    expect(written.join('')).not.toContain('s3cr3t');
  });
});

describe('the line of a request', () => {
  const issued = (members: LogMembers) =>
    embeddedMetrics({ now: () => NOW }, 'TokenBroker/blue').issued({ grant: 'aws-session', route: 'sts' }, 12, {
      ...{ event: 'answered', members },
    });

  it('has its metrics, in the namespace of their deployment, in all and by their dimensions', () => {
    issued({ requestId: 'req-1' });
    expect(line()).toEqual({
      ...{ level: 'info', event: 'answered', requestId: 'req-1', grant: 'aws-session', route: 'sts' },
      ...{ Issued: 1, Latency: 12 },
      _aws: {
        Timestamp: NOW,
        CloudWatchMetrics: [
          {
            ...{ Namespace: 'TokenBroker/blue', Dimensions: [[], ['grant', 'route']] },
            Metrics: [
              { Name: 'Issued', Unit: 'Count' },
              { Name: 'Latency', Unit: 'Milliseconds' },
            ],
          },
        ],
      },
    });
    expect(written).toHaveLength(1);
  });

  it('says nothing that would be counted, and nothing beyond the members of a log line', () => {
    issued(untyped({ Latency: 9, Issued: 9, _aws: {}, grant: 'other', route: 'other', token: 'eyJ' }));
    expect(line()).toMatchObject({ Latency: 12, Issued: 1, grant: 'aws-session', route: 'sts' });
    expect(line()).not.toHaveProperty('token');
  });
});

it('counts the words of each approver, so that their sum over a day says how often they were asked', () => {
  const metrics = embeddedMetrics({ now: () => NOW }, 'TokenBroker/blue');
  metrics.decided({ decision: 'approve', approver: 'ann\u202e' });
  const dimensions = [{ Namespace: 'TokenBroker/blue', Dimensions: [[], ['approver']] }];
  expect(line()).toMatchObject({ _aws: { CloudWatchMetrics: dimensions }, approver: 'ann?', Approved: 1 });
  metrics.decided({ decision: 'deny', approver: 'ann' });
  expect(line()).toMatchObject({ approver: 'ann', Refused: 1 });
});

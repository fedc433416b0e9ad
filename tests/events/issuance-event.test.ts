import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { type Change, DETAIL_TYPES, issuanceEvent } from '../../lib/events/issuance-event.ts';
import type { IssuanceRecord } from '../../lib/ledger/record.ts';
import { epochSeconds } from '../../lib/time.ts';
import { aDenial, aRecord } from '../ledger/a-record.ts';
import { resourcesOf } from '../template/document.ts';

const ajv = new Ajv2020({ strict: false, validateFormats: false });
const schema = JSON.parse(readFileSync('docs/events.schema.json', 'utf8'));
const isValid = ajv.compile(schema);

const revoked = { revocation: 'rev_01', time: '2026-11-21T09:05:00Z', by: 'client:ops', reason: 'CHG-77' };
const party = { connection: 'okta', client: null, subject: 'ann', principal: 'ann@acme' };
const acting = { ...party, proof: aRecord().proof, claims: { email: 'SECRET-claim' } };
const approval = { id: 'apr_01', state: 'used', approver: party, reason: 'SECRET-reason' } as const;

/** Every member that a record has, with what must not travel. */
const full = aRecord({
  ...{ actor: acting, approval, intent: 'SECRET-intent', claims: { sha: 'SECRET-claim' } },
  asked: { parameters: { bucket: 'SECRET-parameter' } },
  request: { id: 'req-1', sourceIp: 'SECRET-address', userAgent: 'SECRET-agent', roleSessionName: 'SECRET-name' },
});

const cases: readonly (readonly [string, IssuanceRecord, Change, string | null])[] = [
  ['what was issued', aRecord(), 'written', 'issued'],
  ['what was issued after `started` in its place', aRecord(), 'changed', 'issued'],
  ['what was issued, whole', full, 'written', 'issued'],
  [
    'a token',
    aRecord({ grant: 'broker-token', credential: { expires: epochSeconds(1_795_255_200) } }),
    'written',
    'issued',
  ],
  ['a denial', aDenial(), 'written', 'denied'],
  ['one more attempt of a denial', aDenial({ attempts: 2 }), 'changed', null],
  ['a failure', aRecord({ outcome: 'failed', reason: 'sts_throttled', credential: null }), 'written', 'failed'],
  ['an approval', aRecord({ outcome: 'approved', credential: null, approval }), 'written', 'approved'],
  ['a revocation', aRecord({ revoked }), 'changed', 'revoked'],
  ['a revocation of what somebody was erased in', aRecord({ erased: ['subject'], revoked }), 'changed', 'revoked'],
  ['an erasure', aRecord({ outcome: 'erased', credential: null }), 'written', null],
  ['what has only started', aRecord({ outcome: 'started', credential: null }), 'written', null],
];

describe('the event', () => {
  it.each(cases)('of %s', (_, record, change, outcome) => {
    const event = issuanceEvent(record, change);
    if (outcome === null) return expect(event).toBeNull();
    expect(event?.detailType).toBe(`Issuance ${outcome}`);
    expect(event?.detail).toMatchObject({ key: `${record.id}:${outcome}`, id: record.id, outcome });
    expect([isValid(event?.detail), ajv.errorsText(isValid.errors)]).toEqual([true, 'No errors']);
    return expect(JSON.stringify(event)).not.toMatch(/SECRET|203\.0\.113|sha256|b5d4045c/);
  });

  it('has everybody who acts, as broker tokens say it, and nothing that others say of actors', () => {
    const broker = { ...acting.proof, kind: 'broker' } as const;
    const act = { sub: 'client:server', act: { sub: 'okta:agent' } };
    const actorsOf = (more: Partial<IssuanceRecord>) => issuanceEvent(aRecord(more), 'written')?.detail['actors'];
    expect(actorsOf({})).toEqual([]);
    expect(actorsOf({ actor: acting })).toEqual(['okta:ann']);
    expect(actorsOf({ actor: acting, claims: { act }, proof: broker })).toEqual([
      ...['okta:ann', 'client:server', 'okta:agent'],
    ]);
    expect(actorsOf({ actor: { ...acting, proof: broker, claims: { act } } })).toHaveLength(3);
    expect(actorsOf({ claims: { act: { sub: 'SECRET-claim' } } })).toEqual([]);
  });

  it('is none of what is written again because somebody was erased', () => {
    expect(issuanceEvent(aRecord({ erased: ['subject'] }), 'changed')).toBeNull();
  });

  it('has every outcome of the schema, and no other', () => {
    expect(Object.keys(DETAIL_TYPES).sort()).toEqual([...schema.properties.outcome.enum].sort());
    expect(new Set(cases.flatMap(([, , , outcome]) => outcome ?? []))).toEqual(new Set(schema.properties.outcome.enum));
  });

  it('is documented: its types, and an example that is valid', () => {
    const page = readFileSync('docs/events.md', 'utf8');
    for (const type of Object.values(DETAIL_TYPES)) expect(page).toContain(`| \`${type}\` |`);
    const [, example = ''] = /```json\n(.*?)```/s.exec(page) ?? [];
    expect([isValid(JSON.parse(example)), ajv.errorsText(isValid.errors)]).toEqual([true, 'No errors']);
  });
});

describe("the mapping's filter", () => {
  const mapping = resourcesOf('AWS::Lambda::EventSourceMapping').find(([id]) => id === 'EventStream')?.[1];
  const { Filters: filters = [] } = Object(mapping?.Properties['FilterCriteria']);
  const admits = (record: IssuanceRecord, change: Change): boolean =>
    filters.some(({ Pattern: pattern }: { Pattern: string }) => {
      const { eventName, dynamodb } = JSON.parse(pattern);
      const name = change === 'written' ? 'INSERT' : 'MODIFY';
      return eventName.includes(name) && dynamodb.NewImage.outcome.S.includes(record.outcome);
    });

  it.each(cases)('wakes the function for what is an event, and for nothing else: %s', (_, record, change, outcome) => {
    expect(admits(record, change)).toBe(outcome !== null);
  });

  it('is in force only where PublishEvents asks, from the oldest record, until it is taken', () => {
    expect(mapping).toMatchObject({
      Condition: 'PublishesEvents',
      Properties: { StartingPosition: 'TRIM_HORIZON', FunctionResponseTypes: ['ReportBatchItemFailures'] },
    });
    expect(Object.keys(mapping?.Properties ?? {}).filter((name) => name.startsWith('MaximumRe'))).toEqual([]);
  });
});

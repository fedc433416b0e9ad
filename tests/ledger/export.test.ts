/** Records as lines of a file: which column has what, what no program may run, and where a file goes on. */
import { describe, expect, it } from '@jest/globals';
import { EXPORT_FORMATS } from '../../lib/ledger/export.ts';
import { idMovedTo } from '../../lib/ledger/id.ts';
import { toJson } from '../../lib/ledger/json.ts';
import type { IssuanceRecord } from '../../lib/ledger/record.ts';
import { epochMilliseconds, epochSeconds, seconds } from '../../lib/time.ts';
import { aDenial, aRecord, NINE } from './a-record.ts';

const { csv, jsonl } = EXPORT_FORMATS;

/**
 * The cells of a line without ends of lines in them, as RFC 4180 section 2 has them: one quoted, or one that is not.
 */
function cellsOf(line: string): readonly string[] {
  expect(line.endsWith('\r\n')).toBe(true);
  const cells = [...line.slice(0, -2).matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))(?=,|$)/g)];
  return cells.map(([, inQuotes, plain = '']) => inQuotes?.replaceAll('""', '"') ?? plain);
}

/** The cells that are not empty, by their column. */
function rowOf(record: IssuanceRecord): Readonly<Record<string, string>> {
  const columns = cellsOf(csv.head);
  const cells = cellsOf(csv.line(record));
  expect(cells).toHaveLength(columns.length);
  return Object.fromEntries(columns.map((column, at) => [column, cells[at] ?? '']).filter(([, cell]) => cell !== ''));
}

const party = { connection: 'okta', client: null, subject: 'carol', principal: 'carol@acme.example' };
/** A record that has all that a record can have. */
const whole = aRecord({
  id: 'iss_01M8Z5B3ZT000000000000000A',
  outcome: 'failed',
  reason: 'sts_throttled',
  client: 'portal',
  intent: 'roll it',
  actor: { ...party, subject: 'agent', principal: 'agent 7', proof: aRecord().proof, claims: { team: 'data' } },
  asked: { policy: { Version: '2012-10-17' }, policyArns: ['arn:x'], parameters: { env: 'prod' } },
  approval: {
    ...{ id: 'apr_1', state: 'approved', reason: 'ok', decided: '2026-11-21T08:59:00Z' },
    ...{ approver: party, requester: { ...party, subject: 'dave' } },
  },
  decision: {
    ...{ configVersion: 7, rule: 2, checks: [], duration: seconds(900) },
    source: {
      ...{ file: 'scopes/a.yaml', line: 12, appliedBy: 'Ada', appliedAt: '2026-11-20T08:30:00Z' },
      ...{ reason: 'because', commit: 'c0ffee' },
    },
    wouldDeny: { rule: 0, reason: 'not_allowed' },
    wouldAllow: { rule: 1 },
  },
  credential: {
    ...{
      expires: epochSeconds(1_795_255_200),
      roleArn: 'arn:role',
      accessKeyId: 'ASIA1',
      sourceIdentity: 'okta-carol',
    },
    ...{ policy: { Statement: [] }, packedPolicySize: 12, tokenSha256: 'ab12', audience: 'https://api.test' },
  },
  request: { id: 'r1', sourceIp: '203.0.113.7', userAgent: 'curl', roleSessionName: 'deploy' },
  revoked: { time: '2026-11-21T09:30:00Z', by: 'okta:dave', reason: 'lost', revocation: 'rev_1' },
  overflow: true,
  truncated: ['intent'],
});

describe('a row of CSV', () => {
  it('has each member of a record in the column of its path', () => {
    const PROOF = {
      ...{ kind: 'oidc', issuer: 'https://token.actions.githubusercontent.com' },
      tokenId: '7f3c9a52-0d3e-4a51-9a39-0c8e1e1b7a11',
      ...{ sha256: aRecord().proof.sha256, expires: '2026-11-21T09:10:00Z' },
    };
    expect(rowOf(whole)).toEqual({
      ...{ id: whole.id, time: '2026-11-21T09:00:00.250Z', outcome: 'failed', reason: 'sts_throttled', attempts: '1' },
      ...{ scope: 'deploy-web', grant: 'aws-session', principal: 'acme/web@refs/heads/main', connection: 'github' },
      ...{ client: 'portal', subject: 'repo:acme/web:ref:refs/heads/main', 'actor.connection': 'okta' },
      ...{ 'actor.subject': 'agent', 'actor.principal': 'agent 7', 'actor.proof': JSON.stringify(PROOF) },
      ...{ 'actor.claims': '{"team":"data"}', intent: 'roll it', 'asked.policy': '{"Version":"2012-10-17"}' },
      ...{ 'asked.policyArns': '["arn:x"]', 'asked.parameters': '{"env":"prod"}' },
      ...{ 'approval.id': 'apr_1', 'approval.state': 'approved', 'approval.approver': JSON.stringify(party) },
      ...{ 'approval.reason': 'ok', 'approval.decided': '2026-11-21T08:59:00Z' },
      'approval.requester': JSON.stringify({ ...party, subject: 'dave' }),
      ...Object.fromEntries(Object.entries(PROOF).map(([name, value]) => [`proof.${name}`, value])),
      claims: JSON.stringify(whole.claims),
      ...{ 'decision.configVersion': '7', 'decision.rule': '2', 'decision.source.file': 'scopes/a.yaml' },
      ...{ 'decision.source.line': '12', 'decision.source.appliedBy': 'Ada' },
      ...{ 'decision.source.appliedAt': '2026-11-20T08:30:00Z', 'decision.source.reason': 'because' },
      ...{ 'decision.source.commit': 'c0ffee', 'decision.duration': '900', 'decision.checks': '[]' },
      ...{ 'decision.wouldDeny': '{"rule":0,"reason":"not_allowed"}', 'decision.wouldAllow': '{"rule":1}' },
      ...{ 'credential.roleArn': 'arn:role', 'credential.accessKeyId': 'ASIA1' },
      ...{ 'credential.sourceIdentity': 'okta-carol', 'credential.expires': '2026-11-21T10:00:00Z' },
      ...{ 'credential.policy': '{"Statement":[]}', 'credential.packedPolicySize': '12' },
      ...{ 'credential.tokenSha256': 'ab12', 'credential.audience': 'https://api.test' },
      ...{ 'request.id': 'r1', 'request.sourceIp': '203.0.113.7', 'request.userAgent': 'curl' },
      ...{ 'request.roleSessionName': 'deploy', revoked: JSON.stringify(whole.revoked) },
      ...{ overflow: 'true', truncated: '["intent"]' },
    });
  });

  it('has its columns in one order, which scripts count on', () => {
    const columns = cellsOf(csv.head);
    const at = (name: string) => columns.indexOf(name);
    expect([at('id'), at('time'), at('outcome'), at('other')]).toEqual([0, 1, 2, columns.length - 1]);
    expect(new Set(columns).size).toBe(columns.length);
    expect(columns.filter((column) => !Object.hasOwn(rowOf(whole), column))).toEqual(['actor.client', 'other']);
  });

  it('has nothing where a record has none', () => {
    const { actor, intent, credential, client } = rowOf(aRecord({ intent: null, credential: null })) as Record<
      string,
      string | undefined
    >;
    expect([actor, intent, credential, client]).toEqual([undefined, undefined, undefined, undefined]);
    expect(rowOf(aDenial())['other']).toBeUndefined();
    expect(rowOf(aRecord({ actor: { ...party, client: 'bot', proof: aRecord().proof, claims: {} } }))).toMatchObject({
      'actor.client': 'bot',
    });
  });

  it('has in its last column, as JSON, what has no column', () => {
    const request = { ...aRecord().request, novel: 'x' };
    expect(rowOf(aRecord({ request }))['other']).toBe('{"request":{"novel":"x"}}');
    const credential = { expires: epochSeconds(0), tokenType: 'Bearer', cached: true };
    expect(JSON.parse(rowOf(aRecord({ credential }))['other'] ?? '')).toEqual({
      credential: { tokenType: 'Bearer', cached: true },
    });
  });

  it.each([
    ['a comma', 'a,b', '"a,b"'],
    ['a quote', 'a"b', '"a""b"'],
    ['a semicolon, which some spreadsheets part cells by', 'a;b', '"a;b"'],
    ['an apostrophe, which some spreadsheets quote by', "a'b", '"a\'b"'],
    ['nothing of that', 'a b', 'a b'],
  ])('is quoted for %s', (_, intent, expected) => {
    expect(csv.line(aRecord({ intent }))).toContain(`,${expected},`);
  });

  it.each([
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    [' =1', "' =1"],
    ['"=1', '\'"=1'],
    ["'=1", "''=1"],
    ['  "\' =1', "'  \"' =1"],
    ['\uff1d1', "'\uff1d1"],
    ['\uff0b1', "'\uff0b1"],
    ['\uff0d1', "'\uff0d1"],
    ['\uff201', "'\uff201"],
    ['\t=1', "'\\u{9}=1"],
    ['\r1', "'\\u{d}1"],
    ['1=1', '1=1'],
    ['a-b', 'a-b'],
  ])('keeps a spreadsheet from running %j', (intent, shown) => {
    expect(rowOf(aRecord({ intent }))['intent']).toBe(shown);
  });

  it('is one line, with no character that a terminal obeys', () => {
    const intent = 'a\u001b[2J\n\u009b2J\u202e\u2028\u2029\ud800z';
    expect(rowOf(aRecord({ intent }))['intent']).toBe(
      'a\\u{1b}[2J\\u{a}\\u{9b}2J\\u{202e}\\u{2028}\\u{2029}\\u{d800}z',
    );
  });
});

describe('a line of JSON', () => {
  it('is the record, without a head', () => {
    expect([jsonl.head, jsonl.line(whole)]).toEqual(['', `${JSON.stringify(toJson(whole))}\n`]);
  });

  it('has no character that a terminal obeys, and the same value', () => {
    const record = aRecord({ intent: 'a\u001b[2J\u0080\u009b\u202e\u{1f600}\u{e0001}' });
    const line = jsonl.line(record);
    expect(line.trimEnd()).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(line).toContain('"a\\u001b[2J\\u0080\\u009b\\u202e\u{1f600}\\udb40\\udc01"');
    expect(JSON.parse(line)).toEqual(toJson(record));
  });
});

describe.each(['jsonl', 'csv'] as const)('the place of a line of %s', (format) => {
  const { line, placeOf } = EXPORT_FORMATS[format];
  const text = (record: IssuanceRecord) => line(record).replace(/\r?\n$/, '');

  it('is that of its record: of a denial, its first attempt’s', () => {
    const denial = aDenial({ id: aRecord({ time: NINE }).id, time: epochMilliseconds(NINE + 30_000) });
    expect(placeOf(text(whole))).toBe(idMovedTo(whole.id, NINE));
    expect(placeOf(text(denial))).toBe(idMovedTo(denial.id, denial.time));
  });

  const of = (more: Readonly<Record<'id' | 'time', unknown>>) => text({ ...aRecord(), ...more } as IssuanceRecord);
  it.each<[string, string]>([
    ['empty', ''],
    ['of another file', 'precious work'],
    ['of another file, with commas', 'precious,work,1'],
    ['cut off', text(whole).slice(0, 20)],
    ['a text', '"id"'],
    ['nothing', 'null'],
    ['of an id that is none', of({ id: 'iss_x', time: NINE })],
    ['without an id', of({ id: null, time: NINE })],
  ])('is none where it is %s', (_, other) => expect(placeOf(other)).toBeNull());

  it('is none where its time is none', () => {
    const broken = text(whole).replace('2026-11-21T09:00:00.250Z', 'yesterday');
    expect(placeOf(broken)).toBeNull();
    expect(placeOf(text(whole).replace('"2026-11-21T09:00:00.250Z"', '5'))).toBe(
      format === 'csv' ? idMovedTo(whole.id, NINE) : null,
    );
  });
});

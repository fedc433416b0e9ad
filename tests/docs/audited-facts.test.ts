/** docs/audit.md, "What is recorded of an agent": every field that it names is one of a record. */
import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { isJsonObject, type JsonValue } from '../../lib/json.ts';
import { toJson } from '../../lib/ledger/json.ts';
import type { IssuanceRecord } from '../../lib/ledger/record.ts';
import { aRecord } from '../ledger/a-record.ts';

const record = aRecord();
const proof = { ...record.proof, secretVersion: 'v1' };
/** An agent's issuance with all that there can be. */
const FULL: IssuanceRecord = {
  ...record,
  proof,
  claims: { act: { sub: 'client:first' } },
  asked: { parameters: { stage: 'prod' } },
  actor: { connection: 'agents', client: null, subject: 'a1', principal: 'agent one', proof, claims: {} },
  approval: { id: 'apr_1', state: 'used' },
  decision: {
    ...record.decision,
    source: { file: 'scopes/x.yaml', line: 3, appliedBy: 'ops', appliedAt: null, reason: null, commit: null },
  },
  credential:
    record.credential === null
      ? null
      : { ...record.credential, audience: 'https://api.example', policy: {}, boundTo: 'thumbprint' },
  revoked: { revocation: 'rev_1', time: '2026-11-26T00:00:00Z', by: 'client:ops', reason: 'lost laptop' },
};

const at = (value: JsonValue | undefined, path: string): JsonValue | undefined =>
  path.split('.').reduce((each, name) => (isJsonObject(each) ? each[name] : undefined), value);

const page = readFileSync('docs/audit.md', 'utf8');
const [, section = ''] = /^## What is recorded of an agent\n([\s\S]*?)\n## /m.exec(page) ?? [];
const rows = [...section.matchAll(/^\| (.+?) \| (.+) \|$/gm)].slice(1);
/** Values, and names that are no field of a record. */
const OTHERS = new Set(['jti', 'xms_act_fct', 'record', 'access_revoked']);

it('names seven facts', () => {
  expect(rows).toHaveLength(7);
});

it.each(rows.map(([, fact = '', where = '']) => [fact, where] as const))('%s is in the record', (_, where) => {
  const fields = [...where.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name).filter((name) => !OTHERS.has(name));
  expect(fields.length).toBeGreaterThan(0);
  expect(fields.filter((field) => at(toJson(FULL), field) === undefined)).toEqual([]);
});

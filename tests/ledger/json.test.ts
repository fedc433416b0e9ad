import { expect, it } from '@jest/globals';
import { fromJson, toJson } from '../../lib/ledger/json.ts';
import type { IssuanceRecord } from '../../lib/ledger/record.ts';
import { Fault } from '../../lib/outcome.ts';
import { epochSeconds } from '../../lib/time.ts';
import { aDenial, aRecord } from './a-record.ts';

it('writes a record as contract section 4 shows it', () => {
  const record = aRecord({ id: 'iss_01M8Z5B3ZT000000000000000A' });
  expect(JSON.stringify(toJson(record))).toBe(
    JSON.stringify({
      id: 'iss_01M8Z5B3ZT000000000000000A',
      time: '2026-11-21T09:00:00.250Z',
      outcome: 'issued',
      reason: null,
      attempts: 1,
      scope: 'deploy-web',
      grant: 'aws-session',
      principal: 'acme/web@refs/heads/main',
      connection: 'github',
      client: null,
      subject: 'repo:acme/web:ref:refs/heads/main',
      actor: null,
      intent: 'roll web to 1.4.2',
      proof: {
        kind: 'oidc',
        issuer: 'https://token.actions.githubusercontent.com',
        tokenId: '7f3c9a52-0d3e-4a51-9a39-0c8e1e1b7a11',
        sha256: 'b5d4045c3f466fa91fe2cc6abe79232a1a57cdf104f7a26e716e0a1e2789df78',
        expires: '2026-11-21T09:10:00Z',
      },
      claims: { repository: 'acme/web', sha: '0a4d55a8d778e5022fab701977c5d840bbc486d0', run_id: '1234567890' },
      decision: { configVersion: 7, rule: 0, checks: [{ operator: 'StringEquals', key: 'claims.ref', held: true }] },
      credential: {
        expires: '2026-11-21T10:00:00Z',
        roleArn: 'arn:aws:iam::111122223333:role/token-broker/deploy-web',
        accessKeyId: 'ASIA0000001795251600',
        sourceIdentity: 'github-7f3c9a52',
        packedPolicySize: 12,
      },
      request: { id: 'Jx2nYgkPIAMEVjA=', sourceIp: '203.0.113.7', userAgent: 'aws-cli/2.31.0' },
    }),
  );
});

const proof = {
  kind: 'client-secret',
  issuer: null,
  tokenId: null,
  sha256: null,
  secretVersion: 'v1',
  expires: null,
} as const;

it.each([
  ['an issued session', aRecord()],
  ['a denial', aDenial({ attempts: 7 })],
  ['a client without an end of its proof', aRecord({ connection: null, client: 'nightly-bot', proof })],
  [
    'a delegation',
    aRecord({
      actor: {
        connection: null,
        client: 'release-agent',
        subject: 'release-agent',
        principal: 'release-agent',
        proof: { ...proof, expires: epochSeconds(1_795_252_200) },
        claims: { team: 'data' },
      },
    }),
  ],
  ['marks of what was cut', aRecord({ truncated: ['claims.groups'] })],
])('reads back what it wrote: %s', (_, record) => {
  expect(fromJson(JSON.parse(JSON.stringify(toJson(record))))).toEqual(record);
});

const party = { connection: 'okta', client: null, subject: 'carol', principal: 'carol@acme.example' };
const approval = { id: 'apr_1', state: 'approved' } as const;
it.each<[string, Partial<IssuanceRecord>]>([
  ['by whom it came', { lineage: { clients: ['cli'], issuances: ['iss_1'] } }],
  ['who was erased', { erased: ['actor'] }],
  ['that it is an erasure', { outcome: 'erased', erasure: { pseudonym: 'p1' } }],
  ['that it stands for many', { overflow: true }],
  ['what was cut', { truncated: ['intent'] }],
  ['an approval that nobody decided', { approval: { id: 'apr_1', state: 'pending' } }],
  ['who approved', { approval: { ...approval, approver: party } }],
  ['whose request it was', { approval: { ...approval, requester: party } }],
  ['who revoked it', { revoked: { revocation: 'rev_1', time: '2026-11-21T09:30:00Z', by: 'okta:d', reason: '' } }],
  ['what was asked', { asked: { parameters: { env: 'x' } } }],
])('says %s, and nothing of it where there is nothing', (_, more) => {
  const plain = aRecord();
  expect(toJson({ ...plain, ...more })).toStrictEqual({ ...toJson(plain), ...more });
  expect(fromJson(toJson({ ...plain, ...more }))).toEqual({ ...plain, ...more });
});

it('writes no member without a value', () => {
  const request = { ...aRecord().request, userAgent: undefined } as unknown as ReturnType<typeof aRecord>['request'];
  expect(Object.keys(Object(toJson(aRecord({ request }))['request']))).toEqual(['id', 'sourceIp']);
});

it.each([
  ['no object', []],
  ['no id', { ...toJson(aRecord()), id: null }],
  ['a time in another form', { ...toJson(aRecord()), time: 1_795_251_600_250 }],
  ['no proof', { ...toJson(aRecord()), proof: null }],
  ['an end that is no time', { ...toJson(aRecord()), credential: { expires: 'soon' } }],
])('takes %s for damage, not for a record', (_, json) => {
  expect(() => fromJson(json)).toThrow(Fault);
});

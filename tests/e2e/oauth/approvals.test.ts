import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { type Broker, type Folder, ROOT, startBroker } from '../broker.ts';
import { type People, startPeople } from './people.ts';
import { EXCHANGE, JWT, post, TOKEN } from './stage.ts';

const DEMO = readFileSync(join(ROOT, 'local', 'demo', 'configuration', 'connections', 'demo.yaml'), 'utf8');
const REQUIRES = `requires:
  approval:
    from: [{ connection: people, when: { "ForAnyValue:StringEquals": { claims.groups: [prod-approvers] } } }]
    within: 2m
`;
const ROLE = 'arn:aws:iam::111122223333:role/token-broker/prod';

const folder = (people: string): Folder => ({
  'connections/demo.yaml': DEMO,
  'connections/people.yaml': `connection: people\ntype: oidc\nissuer: "${people}"\njwksUri: "${people}/keys"\naudience: ["@ISSUER@"]\n`,
  'scopes/prod.yaml': `scope: prod
allow: [{ connection: [demo, people] }]
${REQUIRES}parameters: { bucket: { values: [reports, archive], default: reports } }
grant:
  type: aws-session
  roleArn: ${ROLE}
  policy:
    Version: "2012-10-17"
    Statement: [{ Effect: Allow, Action: ["s3:Get*"], Resource: ["arn:aws:s3:::\${param.bucket}/*"] }]
`,
  'scopes/issuances.yaml': 'scope: broker:issuances:read\nallow: [{ connection: people }]\n',
  'scopes/approvals.yaml': 'scope: broker:approvals\nallow: [{ connection: people }]\n',
});

let people: People;
let broker: Broker;
beforeAll(async () => {
  people = await startPeople();
  broker = await startBroker({ config: folder(people.url) });
}, 60_000);
afterAll(async () => {
  await broker.stop();
  await people.stop();
});

type Answer = Readonly<Record<string, unknown>>;
const person = (sub: string, groups: readonly string[] = ['prod-approvers']) =>
  people.token({ aud: broker.url, sub, groups });

async function bearer(sub: string, scope = 'broker:approvals', groups = ['prod-approvers']): Promise<string> {
  const asked = { grant_type: EXCHANGE, subject_token_type: JWT, scope };
  const { body } = await post({ broker }, TOKEN, { ...asked, subject_token: await person(sub, groups) });
  return String(body['access_token']);
}

async function call(path: string, token: string, verdict?: unknown) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const init = verdict === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(verdict) };
  const response = await fetch(`${broker.url}${path}`, init);
  return { status: response.status, body: Object(await response.json()) as Answer };
}

const credentials = async (intent: string, subject_token?: string) => {
  const form = {
    subject_token: subject_token ?? (await broker.idp.token('web-main')),
    subject_token_type: JWT,
    intent,
  };
  const response = await fetch(`${broker.url}/v1/credentials/prod`, {
    method: 'POST',
    body: new URLSearchParams(form),
  });
  return { status: response.status, body: Object(await response.json()) as Answer };
};

const WAITS = {
  approval_id: expect.stringMatching(/^apr_[0-9A-Z]{26}$/),
  approval_uri: expect.stringMatching(/\/approvals\/apr_[0-9A-Z]{26}$/),
  interval: 5,
};

describe('a scope that somebody has to approve', () => {
  it('is authorization_pending with 403 at /v1/credentials, 400 at /oauth2/token and AccessDenied at /sts', async () => {
    const { status, body } = await credentials('three answers');
    expect([status, body]).toEqual([403, expect.objectContaining({ error: 'authorization_pending', ...WAITS })]);
    expect(body['expires_in']).toBeGreaterThan(100);
    const subject_token = await broker.idp.token('web-main');
    const asked = {
      grant_type: EXCHANGE,
      subject_token,
      subject_token_type: JWT,
      scope: 'prod',
      intent: 'three answers',
    };
    const token = await post({ broker }, TOKEN, asked);
    expect([token.status, token.body]).toEqual([
      400,
      expect.objectContaining({ error: 'authorization_pending', ...WAITS }),
    ]);
    expect(token.body['approval_id']).toBe(body['approval_id']);
    const form = {
      ...{ Action: 'AssumeRoleWithWebIdentity', Version: '2011-06-15', RoleSessionName: 'boto3' },
      ...{ RoleArn: 'arn:aws:broker:::scope/prod', WebIdentityToken: subject_token },
    };
    const sts = await fetch(`${broker.url}/sts`, { method: 'POST', body: new URLSearchParams(form) });
    const xml = await sts.text();
    expect([sts.status, xml]).toEqual([403, expect.stringContaining('<Code>AccessDenied</Code>')]);
    expect(xml).toMatch(/<ApprovalUri>[^<]+\/approvals\/apr_[0-9A-Z]{26}<\/ApprovalUri>/);
  });

  it('is listed, shown, approved, granted once, and recorded with the approver', async () => {
    const id = String((await credentials('roll it out')).body['approval_id']);
    const token = await bearer('ann');
    expect(decodeJwt(token)).toMatchObject({ groups: ['prod-approvers'] });
    const listed = await call('/v1/approvals', token);
    expect(listed.body['approvals']).toContainEqual(
      expect.objectContaining({ id, status: 'pending', intent: 'roll it out' }),
    );
    const shown = await call(`/v1/approvals/${id}`, token);
    expect(shown).toMatchObject({
      status: 200,
      body: { scope: 'prod', connection: 'demo', decidable: true, parameters: { bucket: 'reports' } },
    });
    expect(shown.body['can']).toEqual([
      `Act in AWS as the role ${ROLE}.`,
      'Nothing but this, as far as the role may do it:',
      'Can read: s3:Get*; on arn:aws:s3:::reports/*.',
      'For 1 hour.',
    ]);
    const verdict = { decision: 'approve', reason: 'change 4711' };
    expect(await call(`/v1/approvals/${id}`, token, verdict)).toMatchObject({
      status: 200,
      body: { status: 'approved', approver: { subject: 'ann' }, reason: 'change 4711', left: 1 },
    });
    const issued = await credentials('roll it out');
    expect([issued.status, issued.body['AccessKeyId']]).toEqual([200, expect.stringMatching(/^ASIA/)]);
    const reader = await bearer('ann', 'broker:issuances:read');
    const { body: record } = await call(`/v1/issuances/${String(issued.body['IssuanceId'])}`, reader);
    expect(record['approval']).toMatchObject({
      id,
      state: 'used',
      approver: { subject: 'ann' },
      reason: 'change 4711',
    });
    const records = await call('/v1/issuances?outcome=approved', reader);
    expect(records.body['issuances']).toContainEqual(
      expect.objectContaining({ approval: expect.objectContaining({ id, state: 'approved' }), subject: 'ann' }),
    );
    const again = await credentials('roll it out');
    expect([again.status, again.body['approval_id']]).toEqual([403, expect.not.stringMatching(id)]);
  });

  it('is access_denied once denied', async () => {
    const id = String((await credentials('drop the table')).body['approval_id']);
    const token = await bearer('ann');
    expect((await call(`/v1/approvals/${id}`, token, { decision: 'deny', reason: 'no' })).status).toBe(200);
    expect(await credentials('drop the table')).toMatchObject({
      status: 403,
      body: { error: 'access_denied', reason: 'access_denied' },
    });
    const reader = await bearer('ann', 'broker:issuances:read');
    const { body } = await call('/v1/issuances?outcome=denied&reason=access_denied', reader);
    expect(body['issuances']).toContainEqual(
      expect.objectContaining({ approval: expect.objectContaining({ id, state: 'denied' }) }),
    );
  });

  it.each([
    ['the requester', 'eve', ['prod-approvers'], 403, 'approver_is_requester'],
    ['somebody whom `from` does not name', 'bob', ['others'], 403, 'approver_not_allowed'],
  ])('is not approved by %s', async (_, sub, groups, status, reason) => {
    const asked = await credentials('for myself', await person('eve', ['prod-approvers']));
    const token = await bearer(sub, 'broker:approvals', groups);
    const path = `/v1/approvals/${String(asked.body['approval_id'])}`;
    expect(await call(path, token, { decision: 'approve' })).toMatchObject({ status, body: { reason } });
  });

  it.each([
    ['no verdict', {}, 400, 'parameter_invalid'],
    ['another verdict', { decision: 'yes' }, 400, 'parameter_invalid'],
    ['a member that is not known', { decision: 'approve', uses: 100 }, 400, 'parameter_invalid'],
    ['a reason that is no text', { decision: 'approve', reason: 7 }, 400, 'parameter_invalid'],
  ])('takes no body with %s, and changes nothing', async (_, verdict, status, reason) => {
    const { body } = await credentials('bad bodies');
    const token = await bearer('ann');
    const path = `/v1/approvals/${String(body['approval_id'])}`;
    expect(await call(path, token, verdict)).toMatchObject({ status, body: { reason } });
    expect((await call(path, token)).body['status']).toBe('pending');
  });

  it('is hidden from a token with another scope, and an unknown id is 404', async () => {
    expect(await call('/v1/approvals', await bearer('ann', 'broker:issuances:read'))).toMatchObject({
      status: 403,
      body: { reason: 'insufficient_scope' },
    });
    expect((await call('/v1/approvals/apr_01KB00000000000000000000ZZ', await bearer('ann'))).status).toBe(404);
  });
});

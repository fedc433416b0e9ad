import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { EXCHANGE, JWT, nightly, type OauthStage, post, startOauthStage, TOKEN } from './stage.ts';

let stage: OauthStage;

beforeAll(async () => {
  stage = await startOauthStage();
}, 60_000);

afterAll(async () => {
  await stage.stop();
});

const POLICY = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::*/2026/*' }],
};
const details = (more: object) => JSON.stringify([{ type: 'token_broker', ...more }]);
const REPORTS = { bucket: 'reports' };

type Form = Readonly<Record<string, string>>;
type Answer = Readonly<Record<string, unknown>>;

/** Each route, by the workload's own token: the status, the body, the credential document where it gave one. */
const ROUTES: Readonly<Record<string, (form: Form, scope?: string) => Promise<{ status: number; body: Answer }>>> = {
  '/oauth2/token': async (form, scope = 'narrow') => {
    const subject_token = await stage.broker.idp.token('web-main');
    const asked = { grant_type: EXCHANGE, subject_token, subject_token_type: JWT, scope, ...form };
    const { response, body } = await send(TOKEN, asked);
    const given = body['access_token'];
    const whole: Answer = typeof given === 'string' && given.startsWith('{') ? JSON.parse(given) : body;
    return { status: response.status, body: whole };
  },
  '/v1/credentials': async (form, scope = 'narrow') => {
    const subject_token = await stage.broker.idp.token('web-main');
    const { response, body } = await send(`/v1/credentials/${scope}`, {
      subject_token,
      subject_token_type: JWT,
      ...form,
    });
    return { status: response.status, body };
  },
};

async function send(path: string, form: Form) {
  const response = await fetch(`${stage.broker.url}${path}`, { method: 'POST', body: new URLSearchParams(form) });
  const body: Answer = Object(await response.json());
  return { response, body };
}

async function recordOf(id: unknown): Promise<Answer> {
  const { body } = await post(
    stage,
    TOKEN,
    { grant_type: 'client_credentials', scope: 'broker:issuances:read' },
    nightly,
  );
  const headers = { authorization: `Bearer ${String(body['access_token'])}` };
  return Object(await (await fetch(`${stage.broker.url}/v1/issuances/${String(id)}`, { headers })).json());
}

it.each(Object.keys(ROUTES))(
  '%s gives what both policies allow, and records what was asked and what was granted',
  async (route) => {
    const authorization_details = details({ policy: POLICY, parameters: REPORTS });
    const { status, body } = (await ROUTES[route]?.({ authorization_details })) ?? { status: 0, body: {} };
    expect([status, body['AccessKeyId']]).toEqual([200, expect.stringMatching(/^ASIA/)]);
    const lasts = Date.parse(String(body['Expiration'])) - Date.now();
    expect(lasts).toBeLessThanOrEqual(300_000);
    const record = await recordOf(body['IssuanceId']);
    expect(record['asked']).toEqual({ policy: POLICY, parameters: REPORTS });
    const { Statement: statements } = Object(Object(record['credential']).policy);
    expect(statements).toEqual([
      {
        Effect: 'Allow',
        Action: 's3:GetObject',
        Resource: ['arn:aws:s3:::reports/2026/*', 'arn:aws:s3:::reports/*/2026/*'],
      },
      expect.objectContaining({
        Effect: 'Deny',
        Condition: { DateGreaterThan: { 'aws:CurrentTime': expect.any(String) } },
      }),
      expect.objectContaining({
        Condition: { NotIpAddress: { 'aws:SourceIp': '127.0.0.1/32' }, BoolIfExists: { 'aws:ViaAWSService': 'false' } },
      }),
    ]);
  },
);

it.each<[string, Form, string, number, string]>([
  ['a parameter that is missing', {}, 'narrow', 400, 'parameter_required'],
  [
    'a parameter that is not taken',
    { authorization_details: details({ parameters: { bucket: 'x' } }) },
    'narrow',
    400,
    'parameter_invalid',
  ],
  [
    'a policy that is none',
    { policy: '{}', authorization_details: details({ parameters: REPORTS }) },
    'narrow',
    400,
    'parameter_invalid',
  ],
  [
    'what takes a part out',
    {
      policy: JSON.stringify({
        Version: '2012-10-17',
        Statement: { Effect: 'Allow', NotAction: 's3:GetObject', Resource: '*' },
      }),
      authorization_details: details({ parameters: REPORTS }),
    },
    'narrow',
    403,
    'policy_not_narrower',
  ],
])('refuses %s', async (_name, form, scope, status, reason) => {
  const { body, ...answer } = (await ROUTES['/v1/credentials']?.(form, scope)) ?? { status: 0, body: {} };
  expect([answer.status, body['reason']]).toEqual([status, reason]);
});

it('answers what was granted of what was asked for in detail, and says so where that cannot be read (RFC 9396)', async () => {
  const subject_token = await stage.broker.idp.token('web-main');
  const asked = { grant_type: EXCHANGE, subject_token, subject_token_type: JWT, scope: 'narrow' };
  const authorization_details = details({ policy: POLICY, parameters: REPORTS });
  const { body } = await send(TOKEN, { ...asked, authorization_details });
  const { IssuanceId } = JSON.parse(String(body['access_token']));
  const { policy } = Object((await recordOf(IssuanceId))['credential']);
  expect(body['authorization_details']).toEqual([{ type: 'token_broker', policy, parameters: REPORTS }]);
  const unknown = await send(TOKEN, { ...asked, authorization_details: '[{"type":"payment"}]' });
  expect([unknown.response.status, unknown.body]).toMatchObject([
    400,
    { error: 'invalid_authorization_details', reason: 'authorization_details_invalid' },
  ]);
});

it('refuses a policy for a grant that is no AWS session', async () => {
  const { status, body } = (await ROUTES['/oauth2/token']?.({ policy: JSON.stringify(POLICY) }, 'reports:read')) ?? {
    status: 0,
    body: {},
  };
  expect([status, body['reason']]).toEqual([400, 'narrowing_refused']);
});

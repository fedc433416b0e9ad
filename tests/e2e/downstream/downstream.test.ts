import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { type DownstreamStage, startDownstreamStage } from './stage.ts';

let stage: DownstreamStage;

beforeAll(async () => {
  stage = await startDownstreamStage();
}, 60_000);

afterAll(async () => {
  await stage.stop();
});

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
const basic = (client: string, secret: string): string =>
  `Basic ${Buffer.from(`${client}:${secret}`).toString('base64')}`;
const NIGHTLY = basic('nightly-bot', 'the-secret-of-nightly-bot');

async function post(form: Readonly<Record<string, string>>, authorization?: string) {
  const response = await fetch(`${stage.broker.url}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams(form),
    ...(authorization === undefined ? {} : { headers: { authorization } }),
  });
  const body: Readonly<Record<string, unknown>> = Object(await response.json());
  return { status: response.status, body, headers: response.headers };
}

const asClient = (scope: string, more: Readonly<Record<string, string>> = {}) =>
  post({ grant_type: 'client_credentials', scope, ...more }, NIGHTLY);
const exchange = async (scope: string, authorization?: string) =>
  post(
    {
      ...{ grant_type: EXCHANGE, scope, subject_token_type: 'urn:ietf:params:oauth:token-type:jwt' },
      subject_token: await stage.broker.idp.token('web-main'),
    },
    authorization,
  );

/** The newest records of a scope. */
async function records(scope: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const { body } = await asClient('broker:issuances:read');
  const headers = { authorization: `Bearer ${String(body['access_token'])}` };
  const response = await fetch(`${stage.broker.url}/v1/issuances?limit=1000&scope=${scope}`, { headers });
  return Object(await response.json()).issuances;
}

describe('oidc-provider as downstream server, by client credentials', () => {
  it.each(['oidc-basic', 'oidc-post', 'oidc-jwt'])('%s: a JWT that verifies with its keys', async (scope) => {
    const { status, body } = await asClient(scope);
    expect([status, body]).toEqual([
      200,
      { access_token: expect.any(String), token_type: 'Bearer', expires_in: expect.any(Number), scope },
    ]);
    expect(body['expires_in']).toBeGreaterThan(890);
    const keys = createRemoteJWKSet(new URL(`${stage.oidc}/jwks`));
    const { payload } = await jwtVerify(String(body['access_token']), keys, {
      issuer: stage.oidc,
      audience: 'https://jwt.acme.example',
    });
    expect(payload).toMatchObject({ scope: 'reports:read' });
  });

  it.each(['oidc-basic-opaque', 'oidc-post-opaque', 'oidc-jwt-opaque'])(
    '%s: a token that only it can read',
    async (scope) => {
      const { status, body } = await asClient(scope);
      expect(status).toBe(200);
      expect(String(body['access_token'])).toMatch(/^[\w-]{43}$/);
    },
  );

  it('each hand-out is an issuance, cached or not; a kept one has no started record', async () => {
    await asClient('oidc-basic');
    const [newest] = await records('oidc-basic');
    expect(newest).toMatchObject({
      outcome: 'issued',
      grant: 'oauth-token',
      credential: {
        tokenEndpoint: `${stage.oidc}/token`,
        audience: 'https://jwt.acme.example',
        downstreamScope: 'reports:read',
        tokenType: 'Bearer',
        tokenSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        secretVersion: expect.stringMatching(/^[\w-]{36}$/),
        cached: true,
      },
    });
  });
});

describe('a server that takes assertions of the broker', () => {
  it('by token exchange (RFC 8693): the assertion says who asks and who acts, for that server alone', async () => {
    const { status, body } = await exchange('exchange', basic('agent', 'the-secret-of-the-agent'));
    expect([status, body]).toMatchObject([200, { token_type: 'Bearer', issued_token_type: ACCESS_TOKEN }]);
    const claims = stage.strict.assertions.at(-1);
    const subject = decodeJwt(await stage.broker.idp.token('web-main')).sub;
    expect(claims).toMatchObject({
      iss: stage.broker.url,
      sub: `demo:${subject}`,
      aud: `${stage.strict.url}/exchange`,
      act: { sub: 'client:agent' },
      jti: expect.stringMatching(/^iss_[0-9A-Z]{26}\.1$/),
    });
    const record = (await records('exchange')).find(({ id }) => claims?.jti?.startsWith(String(id)));
    expect(record).toMatchObject({ outcome: 'issued', credential: { issuedTokenType: ACCESS_TOKEN, cached: false } });
  });

  it("by token exchange with the caller's own token, as it came", async () => {
    const { status, body } = await exchange('forward');
    expect([status, body]).toMatchObject([200, { token_type: 'Bearer' }]);
    expect(stage.strict.assertions.at(-1)).toMatchObject({ iss: stage.broker.idp.issuer, aud: stage.broker.url });
  });

  it('by JWT bearer (RFC 7523)', async () => {
    const { status } = await exchange('bearer');
    expect(status).toBe(200);
    expect(stage.strict.assertions.at(-1)).toMatchObject({ iss: stage.broker.url, aud: `${stage.strict.url}/bearer` });
    expect((await records('bearer'))[0]).toMatchObject({
      credential: { downstreamScope: 'query:read', secretVersion: null },
    });
  });

  it('whose assertions are no proof at the broker itself', async () => {
    const [subject_token = ''] = stage.strict.fromBroker;
    expect(decodeJwt(subject_token).iss).toBe(stage.broker.url);
    const subject_token_type = 'urn:ietf:params:oauth:token-type:jwt';
    const { status, body } = await post({ grant_type: EXCHANGE, scope: 'client', subject_token, subject_token_type });
    expect([status, body['reason']]).toEqual([400, 'type_mismatch']);
  });

  it("federates with AWS: the client assertion is AWS's own token, and there is no secret", async () => {
    const { status, body } = await asClient('federated');
    expect([status, body]).toMatchObject([200, { token_type: 'Bearer' }]);
    expect(stage.strict.assertions.at(-1)).toMatchObject({
      iss: stage.broker.aws['AWS_ENDPOINT_URL_STS'],
      aud: [`${stage.strict.url}/federated`],
    });
    expect((await records('federated'))[0]).toMatchObject({ credential: { secretVersion: null } });
  });

  it('gives a Google service account its token, with the scope in the assertion', async () => {
    const { status, body } = await asClient('google');
    expect([status, body]).toMatchObject([200, { access_token: 'ya29.c.token...', expires_in: expect.any(Number) }]);
  });

  it("gives a GitHub App's installation token for the repositories and permissions of the grant", async () => {
    const { status, body } = await asClient('github');
    expect([status, body]).toMatchObject([200, { access_token: expect.stringMatching(/^ghs_/), token_type: 'Bearer' }]);
    expect((await records('github'))[0]).toMatchObject({
      credential: { downstreamScope: 'contents:read metadata:read', repositories: ['acme/web'] },
    });
  });
});

describe('many callers', () => {
  it('200 at once: one request downstream, 200 issuances', async () => {
    const before = stage.strict.asked.length;
    const answers = await Promise.all(Array.from({ length: 200 }, () => asClient('client')));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 200 }, () => 200));
    expect(new Set(answers.map(({ body }) => body['access_token'])).size).toBe(1);
    expect(stage.strict.asked.slice(before)).toEqual(['/client 200']);
    const issued = (await records('client')).filter(({ outcome }) => outcome === 'issued');
    const cached = issued.map(({ credential }) => Object(credential).cached);
    expect([issued.length, cached.filter((each) => each === false).length]).toEqual([200, 1]);
  }, 30_000);

  it('see no failure while the secret is rotated under them', async () => {
    const statuses: number[] = [];
    const before = stage.strict.asked.length;
    const state = { done: false };
    let count = 0;
    // Its tokens are too short to be kept, so that each caller makes it ask.
    const load = Array.from({ length: 4 }, async () => {
      while (!state.done) {
        count += 1;
        statuses.push(
          (await exchange('exchange', basic('agent', 'the-secret-of-the-agent'))).status,
          (await exchange('exchange')).status,
        );
      }
    });
    const settle = () => new Promise((resolve) => setTimeout(resolve, 300));
    await settle();
    // The server knows both; then the broker's store has the new one; then the server drops the old one, long before 60
    // s.
    stage.registered.secrets.add('second');
    await settle();
    await stage.rotate('second');
    await settle();
    stage.registered.secrets.delete('first');
    await settle();
    // The store is ahead of the server: the previous version has to do.
    await stage.rotate('third');
    await settle();
    stage.registered.secrets.add('third');
    await settle();
    state.done = true;
    await Promise.all(load);
    expect(stage.strict.asked.slice(before).filter((line) => line === '/exchange 401')).not.toEqual([]);
    expect(count).toBeGreaterThan(4);
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
  }, 30_000);
});

describe('bad input', () => {
  it.each([
    ['bad-html', 502, 'server_error', 'provider_answer_invalid'],
    ['bad-error', 502, 'server_error', 'provider_refused'],
    ['bad-ok-error', 502, 'server_error', 'provider_refused'],
    ['bad-no-expiry', 502, 'server_error', 'provider_no_expiry'],
    ['bad-type', 502, 'server_error', 'provider_token_type'],
    ['bad-wider', 502, 'server_error', 'provider_scope_wider'],
    ['bad-huge', 502, 'server_error', 'provider_answer_too_large'],
    ['bad-redirect', 502, 'server_error', 'provider_redirected'],
    ['bad-down', 503, 'temporarily_unavailable', 'provider_unavailable'],
    ['bad-hang', 503, 'temporarily_unavailable', 'provider_timeout'],
    ['bad-reset', 503, 'temporarily_unavailable', 'provider_unavailable'],
    ['no-secret', 502, 'server_error', 'downstream_secret_missing'],
    ['foreign-secret', 502, 'server_error', 'downstream_secret_host'],
    ['wrong-key', 502, 'server_error', 'downstream_key_unusable'],
    ['unregistered', 502, 'server_error', 'provider_refused'],
  ])(
    '%s is %d %s, %s, and a failed issuance',
    async (scope, status, error, reason) => {
      const answer = await asClient(scope);
      expect([answer.status, answer.body]).toMatchObject([status, { error, reason, request_id: expect.any(String) }]);
      expect(JSON.stringify(answer.body)).not.toContain('hush');
      expect((await records(scope))[0]).toMatchObject({ outcome: 'failed', reason });
    },
    20_000,
  );

  it("carries the server's error code to the caller, without its words", async () => {
    const { body } = await asClient('bad-error');
    expect(body['error_description']).toBe('The authorization server of this scope answered invalid_scope.');
  });

  it.each([
    ['a duration, which only the other server sets', { duration: '60' }, 400, 'duration_out_of_range'],
    ["a target that is not the grant's", { resource: 'https://elsewhere.example' }, 400, 'target_mismatch'],
  ])('refuses %s, before anybody is asked', async (_, more, status, reason) => {
    const before = stage.strict.asked.length;
    expect(await asClient('client', more)).toMatchObject({ status, body: { reason } });
    expect(stage.strict.asked).toHaveLength(before);
  });

  it('tells no secret and no token to the log', () => {
    const printed = stage.broker.log.join('\n');
    expect(printed).toContain('"providerError":"invalid_scope"');
    for (const secret of [...stage.secrets, 'hush', 'strict-1', 'ghs_16C7', 'ya29.c'])
      expect(printed).not.toContain(secret);
  });
});

import { env } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startSecretsManager } from '../../../local/endpoints/secrets-manager.ts';
import { basic, nightly, type OauthStage, post, startOauthStage, TOKEN } from './stage.ts';
import { type Watched, watch } from './watched.ts';

let secretsManager: Watched;
let stage: OauthStage;

beforeAll(async () => {
  secretsManager = await watch(await startSecretsManager(0));
  stage = await startOauthStage({ ...env, AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsManager.url });
}, 60_000);

afterAll(async () => {
  await stage.stop();
  await secretsManager.stop();
});

const CREDENTIALS = { grant_type: 'client_credentials', scope: 'reports:read' };
const token = (authorization: string) => post(stage, TOKEN, CREDENTIALS, authorization);

describe('Secrets Manager', () => {
  it('is asked about one name, at most once in two seconds, however many clients there are not', async () => {
    // The client itself, so that the function has read what it always reads.
    expect((await token(nightly)).status).toBe(200);
    const before = secretsManager.bodies.length;
    const begun = performance.now();
    for (let count = 0; count < 20; count += 1) {
      const { status, body } = await token(basic(`nobody-${count}`, 'wrong'));
      expect([status, body['reason']]).toEqual([401, 'client_authentication_failed']);
    }
    const asked = secretsManager.bodies.slice(before);
    // Each read is three calls: the copy, then a fresh one every two seconds.
    const reads = 2 + Math.floor((performance.now() - begun) / 2_000);
    expect(asked.length).toBeLessThanOrEqual(3 * reads);
    expect(new Set(asked.map((body) => JSON.parse(body).SecretId))).toEqual(new Set(['token-broker/clients/-']));
  });
});

describe('twenty wrong secrets of one client from one address within a minute', () => {
  const credentials = (secret: string) =>
    fetch(`${stage.broker.url}/v1/credentials/reports:read`, { headers: { authorization: basic('stranger', secret) } });

  it('are answered 429 from then on, the right one too, on every route', async () => {
    // The functions share their counts by the minute: not across its end.
    const second = new Date().getUTCSeconds();
    if (second > 50) await sleep((61 - second) * 1_000);
    const answers = await Promise.all(Array.from({ length: 20 }, () => token(basic('stranger', 'wrong'))));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(401));

    for (const secret of ['wrong', 'the-secret-of-stranger']) {
      const { status, headers, body } = await token(basic('stranger', secret));
      expect(status).toBe(429);
      expect(body).toMatchObject({ error: 'temporarily_unavailable', reason: 'client_attempts_exceeded' });
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(60);
    }
    // Another function learns it with a wrong secret; a few more where a count did not come through in time.
    const statuses: number[] = [];
    while (statuses.at(-1) !== 429 && statuses.length < 15) statuses.push((await credentials('wrong')).status);
    expect(statuses.at(-1)).toBe(429);
    const right = await credentials('the-secret-of-stranger');
    expect([right.status, await right.json()]).toMatchObject([429, { reason: 'client_attempts_exceeded' }]);
  }, 30_000);

  it('are nothing to other clients', async () => {
    expect((await token(nightly)).status).toBe(200);
  });
});

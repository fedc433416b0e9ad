import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Endpoint, serveCredentials } from '../../bin/caller/endpoint.ts';
import type { Keeper } from '../../bin/caller/keeper.ts';

const keeperOf = (scope: string): Keeper => {
  const document = {
    ...({ Version: 1, AccessKeyId: 'ASIA', SecretAccessKey: 's', SessionToken: 't', Token: 't' } as const),
    Expiration: '2099-01-01T00:00:00Z',
    ...{ AccountId: '111122223333', RoleArn: 'arn:aws:iam::111122223333:role/r', Scope: scope, IssuanceId: 'iss_1' },
  };
  return { scope, current: () => document, stop: () => undefined };
};

describe('the endpoint of serve and exec', () => {
  let endpoint: Endpoint;
  beforeAll(async () => {
    const keepers = [keeperOf('reports:read'), keeperOf('deploy-web')];
    endpoint = await serveCredentials({ keepers, token: 'secret', host: '127.0.0.1', port: 0 });
  });
  afterAll(() => endpoint.close());

  it.each([
    ['/credentials/deploy-web', 'deploy-web'],
    ['/credentials/deploy-web/', 'deploy-web'],
    ['/credentials/reports:read', 'reports:read'],
    ['/credentials/reports%3Aread', 'reports:read'],
    ['/credentials/reports%3aread', 'reports:read'],
  ])('gives at %s the credentials of the scope, as a URL may write it', async (path, scope) => {
    const answer = await fetch(`${endpoint.url}${path}`, { headers: { authorization: 'secret' } });
    expect([answer.status, await answer.json()]).toMatchObject([200, { Scope: scope }]);
  });

  it.each(['/credentials/reports', '/credentials/', '/credentials/deploy-web//', '/credentials/%', '/'])(
    'says at %s which it has',
    async (path) => {
      const answer = await fetch(`${endpoint.url}${path}`, { headers: { authorization: 'secret' } });
      const message = 'served here: /credentials/reports:read, /credentials/deploy-web';
      expect([answer.status, await answer.json()]).toMatchObject([404, { message }]);
    },
  );
});

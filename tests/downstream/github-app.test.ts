import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { jwtVerify } from 'jose';
import type { OauthTokenGrant } from '../../lib/configuration/documents/oauth-token-grant.ts';
import { downstreamTokens } from '../../lib/downstream/tokens.ts';
import type { FetchResult } from '../../lib/ports/documents.ts';
import { answer, aRequest, clientGrant, downstreamWorld, NOW, SECRET, signal } from './provider.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const { provider: _, client: __, ...base } = clientGrant();
const grant: OauthTokenGrant = {
  ...{ ...base, preset: 'github-app', provider: 'github-app', tokenEndpoint: 'https://ghe.example/api/v3' },
  ...{ appId: '123456', owner: 'acme', privateKey: SECRET, repositories: ['web', 'Infra'] },
  ...{ permissions: { contents: 'read', issues: 'write' }, scope: null },
};
const installation = (): FetchResult => answer(200, { id: 4711 });
const token = (more: object = {}): FetchResult =>
  answer(201, {
    token: 'ghs_token',
    expires_at: '2026-11-21T10:00:00Z',
    permissions: { contents: 'read', issues: 'read', metadata: 'read' },
    repository_selection: 'selected',
    repositories: [{ full_name: 'acme/web' }, { full_name: 'Acme/infra' }],
    ...more,
  });

async function run(...answers: readonly FetchResult[]) {
  const world = downstreamWorld((__, number) => answers[number - 1] ?? answer(500, ''));
  const current = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
  world.secrets.set(SECRET, { current, previous: null, host: 'ghe.example' });
  const outcome = await downstreamTokens(world.ports).get(aRequest({ grant, scope: null }), signal);
  return { outcome, asked: world.asked };
}

describe('an installation token of a GitHub App', () => {
  it('is asked for as the app, for the repositories and permissions of the grant', async () => {
    const { outcome, asked } = await run(installation(), token());
    expect(outcome).toMatchObject({
      ok: true,
      value: {
        token: {
          ...{
            token: 'ghs_token',
            tokenType: 'Bearer',
            expires: NOW + 3600,
            scope: 'contents:read issues:read metadata:read',
          },
          ...{ repositories: ['acme/web', 'acme/Infra'] },
        },
      },
    });
    expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET https://ghe.example/api/v3/orgs/acme/installation',
      'POST https://ghe.example/api/v3/app/installations/4711/access_tokens',
    ]);
    expect(JSON.parse(asked[1]?.body ?? '')).toEqual({
      repositories: ['web', 'Infra'],
      permissions: { contents: 'read', issues: 'write' },
    });
    for (const { headers } of asked) {
      expect(headers).toMatchObject({ accept: 'application/vnd.github+json', 'user-agent': 'token-broker' });
      const text = headers?.['authorization']?.replace('Bearer ', '') ?? '';
      const { payload } = await jwtVerify(text, publicKey, {
        algorithms: ['RS256'],
        currentDate: new Date(NOW * 1000),
      });
      expect(payload).toEqual({ iss: '123456', iat: NOW - 60, exp: NOW + 540 });
    }
  });

  it('is found on a person where there is no such organization', async () => {
    const { outcome, asked } = await run(answer(404, ''), installation(), token());
    expect(outcome.ok).toBe(true);
    expect(asked[1]?.url).toBe('https://ghe.example/api/v3/users/acme/installation');
  });

  it('may have no more than the grant says, and less', async () => {
    const { outcome } = await run(installation(), token({ permissions: { metadata: 'read' }, repositories: [] }));
    expect(outcome).toMatchObject({ ok: true, value: { token: { scope: 'metadata:read', repositories: [] } } });
  });

  it.each([
    [
      'another repository',
      { repositories: [{ full_name: 'acme/web' }, { full_name: 'acme/secrets' }] },
      'provider_scope_wider',
    ],
    ["somebody else's repository of that name", { repositories: [{ full_name: 'evil/web' }] }, 'provider_scope_wider'],
    ['all repositories', { repositories: undefined, repository_selection: 'all' }, 'provider_scope_wider'],
    ['a repository without a name', { repositories: [{}] }, 'provider_scope_wider'],
    ['another permission', { permissions: { contents: 'read', secrets: 'read' } }, 'provider_scope_wider'],
    ['a higher permission', { permissions: { contents: 'write' } }, 'provider_scope_wider'],
    ['more of metadata', { permissions: { metadata: 'write' } }, 'provider_scope_wider'],
    ['a level that nobody knows', { permissions: { contents: 'owner' } }, 'provider_scope_wider'],
    ['no permissions said', { permissions: undefined }, 'provider_scope_wider'],
    ['no end', { expires_at: undefined }, 'provider_no_expiry'],
    ['an end that is past', { expires_at: '2026-11-21T09:00:00Z' }, 'provider_no_expiry'],
    ['an end that is no instant', { expires_at: 'soon' }, 'provider_no_expiry'],
    ['no token', { token: undefined }, 'provider_answer_invalid'],
  ])('is refused with %s', async (_, more, reason) => {
    expect((await run(installation(), token(more))).outcome).toMatchObject({ refusal: { reason } });
  });

  it.each([
    ['the app is installed nowhere', [answer(404, ''), answer(404, '')], 'provider_refused'],
    ['the key is wrong', [answer(401, { message: 'Bad credentials' })], 'provider_client_refused'],
    ['the installation has no number', [answer(200, { id: '4711/../1' })], 'provider_answer_invalid'],
    ["a repository is not the app's", [installation(), answer(422, { message: 'x' })], 'provider_refused'],
    [
      'the app asked too often',
      [answer(403, '', { 'x-ratelimit-remaining': '0', 'retry-after': '9' })],
      'provider_throttled',
    ],
    ['200 in place of 201', [installation(), answer(200, { token: 'x' })], 'provider_answer_invalid'],
  ])('is refused where %s', async (_, answers, reason) => {
    expect((await run(...answers)).outcome).toMatchObject({ refusal: { reason } });
  });
});

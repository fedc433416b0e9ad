import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import type { Scope } from '../../lib/configuration/documents/scopes.ts';
import { loadConfiguration } from '../../lib/configuration/load.ts';
import { secretUses } from '../../lib/downstream/held-secrets.ts';
import { hostTagOf } from '../../lib/downstream/host-tag.ts';
import { downstreamTokens } from '../../lib/downstream/tokens.ts';
import type { FetchResult } from '../../lib/ports/documents.ts';
import { epochSeconds } from '../../lib/time.ts';
import { answer, aRequest, downstreamWorld, formOf, good, NOW, signal } from './provider.ts';

const EXAMPLES = join(import.meta.dirname, '..', '..', 'examples');
const pem = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' });
let scopes: readonly Scope[];

beforeAll(async () => {
  const loaded = await loadConfiguration(EXAMPLES, { issuer: 'https://broker.example.com', now: epochSeconds(NOW) });
  scopes = 'documents' in loaded ? loaded.documents.scopes : [];
});

/** What an example asks its provider for, and what comes of the answer that the provider's documents show. */
async function ask(name: string, answered: FetchResult, secret = 'client-secret') {
  const grant = scopes.find(({ scope }) => scope === name)?.grant;
  if (grant?.type !== 'oauth-token') throw new Error(`no such example: ${name}`);
  const world = downstreamWorld(() => answered);
  for (const { name: each } of secretUses(grant)) {
    world.secrets.set(each, { current: secret, previous: null, host: hostTagOf(grant.tokenEndpoint) });
  }
  const subject = grant.provider === 'jwt-bearer' ? grant.subject : null;
  const request = aRequest({ grant, scope: grant.scope, audience: grant.audience, subject });
  const outcome = await downstreamTokens(world.ports).get(request, signal);
  return { outcome, url: world.asked[0]?.url, headers: world.asked[0]?.headers ?? {}, form: formOf(world.asked[0]) };
}

describe('the example of each preset asks as its provider documents, and takes what it documents', () => {
  it('Okta: private_key_jwt at the authorization server', async () => {
    const { outcome, url, form } = await ask('okta-reports', good({ scope: 'reports:read' }), pem.toString());
    expect([outcome.ok, url]).toEqual([true, 'https://acme.okta.com/oauth2/default/v1/token']);
    expect(form).toMatchObject({
      grant_type: 'client_credentials',
      scope: 'reports:read',
      client_assertion: expect.any(String),
    });
    const assertion = form['client_assertion'] ?? '';
    expect([decodeProtectedHeader(assertion).kid, decodeJwt(assertion).aud]).toEqual(['okta-1', url]);
  });

  it("Entra ID: AWS's own token as federated credential, answers with ext_expires_in", async () => {
    const { outcome, url, form } = await ask('entra-crm', good({ ext_expires_in: 3599, expires_in: 3599 }));
    expect(outcome.ok).toBe(true);
    expect(url).toMatch(/^https:\/\/login\.microsoftonline\.com\/[0-9a-f-]{36}\/oauth2\/v2\.0\/token$/);
    expect(form).toMatchObject({
      scope: 'api://crm/.default',
      client_assertion: 'aws-token-RS256-api://AzureADTokenExchange',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    });
  });

  it('Auth0: the secret in the form, the API as audience', async () => {
    const { outcome, url, form } = await ask('auth0-billing', good({ scope: 'read:invoices', expires_in: 86_400 }));
    expect([outcome.ok, url]).toEqual([true, 'https://acme.eu.auth0.com/oauth/token']);
    expect(Object.keys(form).sort()).toEqual(['audience', 'client_id', 'client_secret', 'grant_type']);
  });

  it('Cognito: the secret in the header', async () => {
    const { outcome, url, form, headers } = await ask('cognito-orders', good());
    expect([outcome.ok, url]).toEqual([true, 'https://acme.auth.eu-west-1.amazoncognito.com/oauth2/token']);
    expect(form).toEqual({ grant_type: 'client_credentials', scope: 'orders/read' });
    expect(headers['authorization']).toMatch(/^Basic /);
  });

  it('Google: an assertion of the service account', async () => {
    const { outcome, url, form } = await ask(
      'google-sheets',
      good({ access_token: 'ya29.c.b0AT...', expires_in: 3599 }),
      pem.toString(),
    );
    expect([outcome.ok, url]).toEqual([true, 'https://oauth2.googleapis.com/token']);
    expect(Object.keys(form).sort()).toEqual(['assertion', 'grant_type']);
    expect(decodeJwt(form['assertion'] ?? '')).toMatchObject({
      aud: url,
      scope: 'https://www.googleapis.com/auth/spreadsheets',
    });
  });

  it('Salesforce: the connected app for its integration user; no expires_in', async () => {
    const documented = answer(200, {
      ...{ access_token: '00Dxx!AQEAQ', scope: 'api', token_type: 'Bearer' },
      ...{ instance_url: 'https://acme.my.salesforce.com', id: 'https://login.salesforce.com/id/00Dxx/005xx' },
    });
    const { outcome, url, form } = await ask('crm-read', documented, pem.toString());
    expect(outcome).toMatchObject({
      ok: true,
      value: { token: { expires: NOW + 7200, expiresAssumed: true, scope: 'api' } },
    });
    expect(url).toBe('https://acme.my.salesforce.com/services/oauth2/token');
    expect(decodeJwt(form['assertion'] ?? '')).toMatchObject({
      ...{ iss: '3MVG9exampleConsumerKey', sub: 'integration@acme.example', aud: 'https://login.salesforce.com' },
    });
  });

  it('Slack: a bot token with its end; ok: false with status 200 is a refusal', async () => {
    const bot = { ok: true, token_type: 'bot', scope: 'chat:write,commands', expires_in: 43_200 };
    const { outcome, url } = await ask('slack-notify', good(bot));
    expect(outcome).toMatchObject({ ok: true, value: { token: { scope: 'chat:write commands' } } });
    expect(url).toBe('https://slack.com/api/oauth.v2.access');
    const refused = await ask('slack-notify', answer(200, { ok: false, error: 'bad_client_secret' }));
    expect(refused.outcome).toMatchObject({ refusal: { reason: 'provider_client_refused' } });
  });
});

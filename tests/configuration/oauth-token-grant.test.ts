import { describe, expect, it } from '@jest/globals';
import type { Grant } from '../../lib/policy/grants/kinds.ts';
import { BOT, documentsOf, PARTNER, problemsOf } from './folder-of.ts';

const TENANT = '11111111-2222-3333-4444-555555555555';
const SECRET = 'clientSecret: token-broker/downstream/x';
const PLAIN = `provider: client-credentials
tokenEndpoint: https://login.example.com/oauth2/token
clientId: abc
${SECRET}`;
const EXCHANGE = PLAIN.replace('client-credentials', 'token-exchange');

const files = (fields: string, allow = '[{ client: bot }]', partner = PARTNER) => ({
  'connections/partner.yaml': partner,
  'clients/bot.yaml': BOT,
  'scopes/crm.yaml': `scope: crm\nallow: ${allow}\ngrant:\n  type: oauth-token\n${fields.replace(/^/gm, '  ')}\n`,
});
const problems = (fields: string, allow?: string, partner?: string) => problemsOf(files(fields, allow, partner));
const normalized = async (fields: string): Promise<Grant | undefined> =>
  (await documentsOf(files(fields))).scopes[0]?.grant;

describe('an oauth-token grant', () => {
  it('authenticates with a secret in the header unless told otherwise', async () => {
    expect(await normalized(PLAIN)).toEqual({
      type: 'oauth-token',
      preset: null,
      provider: 'client-credentials',
      tokenEndpoint: 'https://login.example.com/oauth2/token',
      tokenResponse: { scopeSeparator: ' ', bearerTypes: ['bearer'] },
      scope: null,
      audience: null,
      resource: null,
      allowPrivateAddress: false,
      client: {
        clientId: 'abc',
        authentication: 'client_secret_basic',
        secret: 'token-broker/downstream/x',
        assertionAudience: null,
        keyId: null,
        keyHeader: 'kid',
        algorithm: null,
      },
    });
  });

  it.each([
    [
      'a private key',
      `${PLAIN.replace('clientSecret', 'privateKey')}\nkeyId: k1\nassertionAudience: https://login.example.com`,
      { client: { authentication: 'private_key_jwt', keyId: 'k1', assertionAudience: 'https://login.example.com' } },
    ],
    [
      "AWS's own token",
      `${PLAIN.replace(SECRET, 'authentication: aws-web-identity')}`,
      { client: { authentication: 'aws-web-identity', secret: null } },
    ],
    [
      'a secret in the body',
      `${PLAIN}\nauthentication: client_secret_post`,
      { client: { authentication: 'client_secret_post' } },
    ],
    [
      'an exchange',
      `${EXCHANGE}\nrequestedTokenType: urn:ietf:params:oauth:token-type:access_token`,
      { provider: 'token-exchange', forward: 'assertion' },
    ],
    [
      'an assertion of the broker',
      'provider: jwt-bearer\ntokenEndpoint: https://x.example/t\nassertionAudience: https://x.example',
      {
        provider: 'jwt-bearer',
        client: null,
        signer: { kind: 'broker' },
        assertionAudience: 'https://x.example',
        subject: null,
      },
    ],
    [
      'Okta',
      `preset: okta\ndomain: acme.okta.com\nauthorizationServer: aus1\nclientId: a\n${SECRET}`,
      {
        tokenEndpoint: 'https://acme.okta.com/oauth2/aus1/v1/token',
        client: { authentication: 'client_secret_basic' },
      },
    ],
    [
      'Entra ID',
      `preset: entra-id\ntenant: ${TENANT}\nclientId: a\n${SECRET}\nscope: api://crm/.default`,
      {
        tokenEndpoint: `https://login.microsoftonline.com/${TENANT}/oauth2/v2.0/token`,
        client: { authentication: 'client_secret_post', keyHeader: 'x5t#S256' },
      },
    ],
    [
      'Entra ID without a secret',
      `preset: entra-id\ntenant: ${TENANT}\nclientId: a\nauthentication: aws-web-identity\nscope: api://crm/.default`,
      { client: { secret: null, assertionAudience: 'api://AzureADTokenExchange' } },
    ],
    [
      'Auth0',
      `preset: auth0\ndomain: acme.eu.auth0.com\nclientId: a\nprivateKey: token-broker/downstream/x\naudience: https://api.example`,
      {
        tokenEndpoint: 'https://acme.eu.auth0.com/oauth/token',
        client: { assertionAudience: 'https://acme.eu.auth0.com/' },
      },
    ],
    [
      'Cognito',
      `preset: cognito\ndomain: acme.auth.eu-west-1.amazoncognito.com\nclientId: a\n${SECRET}`,
      { tokenEndpoint: 'https://acme.auth.eu-west-1.amazoncognito.com/oauth2/token' },
    ],
    [
      'Google',
      'preset: google\nscope: a\nsigner: { privateKey: token-broker/downstream/x, issuer: sa@acme.example }',
      {
        provider: 'jwt-bearer',
        tokenEndpoint: 'https://oauth2.googleapis.com/token',
        scopeIn: 'assertion',
        defaultSubject: 'none',
        signer: {
          kind: 'secret',
          secret: 'token-broker/downstream/x',
          issuer: 'sa@acme.example',
          keyId: null,
          algorithm: 'RS256',
        },
      },
    ],
    [
      'Salesforce',
      'preset: salesforce\nprovider: jwt-bearer\ndomain: acme.my.salesforce.com\nsubject: a@b.example\nsigner: { privateKey: token-broker/downstream/x, issuer: key }',
      {
        tokenEndpoint: 'https://acme.my.salesforce.com/services/oauth2/token',
        assertionAudience: 'https://login.salesforce.com',
        scopeIn: 'form',
        defaultSubject: 'principal',
        expiresIn: 7200,
      },
    ],
    [
      'a Salesforce sandbox',
      'preset: salesforce\nprovider: jwt-bearer\ndomain: acme--dev.sandbox.my.salesforce.com\nsigner: { privateKey: token-broker/downstream/x, issuer: key }',
      { assertionAudience: 'https://test.salesforce.com' },
    ],
    [
      'Slack',
      `preset: slack\nclientId: a\n${SECRET}`,
      {
        tokenEndpoint: 'https://slack.com/api/oauth.v2.access',
        tokenResponse: { scopeSeparator: ',', bearerTypes: ['bearer', 'bot', 'user'] },
      },
    ],
    [
      'a GitHub App',
      'preset: github-app\nappId: "1"\nowner: acme\nprivateKey: token-broker/downstream/x\nrepositories: [web]\npermissions: { contents: read }',
      {
        provider: 'github-app',
        tokenEndpoint: 'https://api.github.com',
        repositories: ['web'],
        permissions: { contents: 'read' },
      },
    ],
  ])('is normalized for %s', async (_name, fields, expected) => {
    expect(await normalized(fields)).toMatchObject(expected);
  });

  it.each([
    ['no provider', PLAIN.replace(/provider.*\n/, ''), /grant.provider: is required/],
    ['no endpoint', PLAIN.replace(/tokenEndpoint.*\n/, ''), /grant.tokenEndpoint: is required/],
    ['an endpoint in plain http', PLAIN.replace('https:', 'http:'), /grant.tokenEndpoint: must begin with https/],
    ['an endpoint with a password', PLAIN.replace('https://', 'https://a:b@'), /grant.tokenEndpoint: must not hold/],
    ['no client', PLAIN.replace(/clientId.*\n/, ''), /grant.clientId: is required/],
    ['no secret', PLAIN.replace(SECRET, ''), /grant.clientSecret: is required/],
    [
      "a client's secret",
      PLAIN.replace('/downstream/', '/clients/'),
      /clientSecret: must begin with token-broker\/downstream/,
    ],
    ['a secret and a key', `${PLAIN}\nprivateKey: token-broker/downstream/y`, /is not used for/],
    ['a secret that nothing needs', `${PLAIN}\nauthentication: aws-web-identity`, /clientSecret: is not needed/],
    ['a field of another provider', `${PLAIN}\nforward: proof`, /grant.forward: is not a field of the provider/],
    ['a parameter of a preset', `${PLAIN}\ndomain: a.example`, /grant.domain: needs a preset/],
    [
      "another preset's parameter",
      `preset: slack\ntenant: ${TENANT}\nclientId: a\n${SECRET}`,
      /tenant: is not a field of the preset/,
    ],
    [
      'a resource with a fragment',
      `${PLAIN}\nresource: https://x.example/#a`,
      /grant.resource: must be an absolute URI/,
    ],
    ['Okta without domain', `preset: okta\nclientId: a\n${SECRET}`, /grant.domain: is required/],
    [
      'a domain with a path',
      `preset: okta\ndomain: a.example/b\nclientId: a\n${SECRET}`,
      /grant.domain: must be a host/,
    ],
    [
      'Entra ID with plain scopes',
      `preset: entra-id\ntenant: ${TENANT}\nclientId: a\n${SECRET}\nscope: read`,
      /\.default/,
    ],
    [
      'Auth0 without audience',
      `preset: auth0\ndomain: a.example\nclientId: a\n${SECRET}`,
      /grant.audience: is required/,
    ],
    ['Google without signer', 'preset: google\nscope: a', /grant.signer: is required/],
    [
      'all repositories',
      'preset: github-app\nappId: "1"\nowner: acme\nprivateKey: token-broker/downstream/x\npermissions: { contents: read }',
      /grant.repositories: is required/,
    ],
    [
      'all permissions',
      'preset: github-app\nappId: "1"\nowner: acme\nprivateKey: token-broker/downstream/x\nrepositories: [web]\npermissions: {}',
      /grant.permissions: must not be empty/,
    ],
    ['a template as endpoint', PLAIN.replace('login', '${claims.host}'), /grant.tokenEndpoint: /],
    ['a template of an unknown name', `${PLAIN}\nscope: "\${nothing}"`, /grant.scope/],
  ])('does not load with %s', async (_name, fields, expected) => {
    expect(await problems(fields)).toEqual(expect.arrayContaining([expect.stringMatching(expected)]));
  });

  describe("that forwards the caller's own proof", () => {
    const fields = `${EXCHANGE}\nforward: proof`;

    it.each(['bind', 'once'])('loads where the connection has reuse: %s', async (reuse) => {
      expect(await problems(fields, '[{ connection: partner }]', `${PARTNER}reuse: ${reuse}\n`)).toEqual([]);
    });

    it.each([
      ['reuse: allow', '[{ connection: partner }]', `${PARTNER}reuse: allow\n`],
      ['no reuse', '[{ connection: partner }]', PARTNER],
      ['one rule of two without', '[{ connection: partner }, { client: bot }]', `${PARTNER}reuse: once\n`],
      ["this broker's own tokens", '[{ connection: broker }]', PARTNER],
      ['a client as itself', '[{ client: bot }]', PARTNER],
    ])('does not load with %s', async (_name, allow, partner) => {
      expect(await problems(fields, allow, partner)).toEqual([
        expect.stringMatching(/:2: allow\[\d\](\.connection)?: .*forward: proof/),
      ]);
    });
  });
});

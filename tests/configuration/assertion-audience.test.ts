import { describe, expect, it } from '@jest/globals';
import { BOT, documentsOf, problemsOf } from './folder-of.ts';

const files = (fields: string) => ({
  'clients/bot.yaml': BOT,
  'scopes/crm.yaml': `scope: crm\nallow: [{ client: bot }]\ngrant:\n  type: oauth-token\n${fields.replace(/^/gm, '  ')}\n`,
});

const bearer = 'provider: jwt-bearer\ntokenEndpoint: https://login.example.com/token';
const exchange = 'provider: token-exchange\ntokenEndpoint: https://login.example.com/token';
const aws =
  'provider: client-credentials\ntokenEndpoint: https://login.example.com/token\nclientId: a\nauthentication: aws-web-identity';
const own = 'privateKey: token-broker/downstream/x';
const entra = 'preset: entra-id\nclientId: a\nauthentication: aws-web-identity\nscope: api://crm/.default';
const tenant = 'tenant: 11111111-2222-3333-4444-555555555555';

describe("an assertion of the broker's own key or role", () => {
  it.each([
    ['a JWT bearer assertion', `${bearer}\nassertionAudience: https://elsewhere.example`],
    ['the same host at another port', `${bearer}\nassertionAudience: https://login.example.com:8443/`],
    ['the subject of an exchange', `${exchange}\nassertionAudience: https://elsewhere.example`],
    [
      'that beside a client with a key',
      `${exchange}\nclientId: a\n${own}\nassertionAudience: https://elsewhere.example`,
    ],
    ["AWS's token", `${aws}\nassertionAudience: https://elsewhere.example`],
    ["AWS's token for Entra ID, to another host", `${aws}\nassertionAudience: api://AzureADTokenExchange`],
    ["AWS's token by the preset, to another host", `${entra}\ntokenEndpoint: https://evil.example/token`],
  ])('is addressed to nobody but who gets it: %s', async (_, fields) => {
    expect(await problemsOf(files(fields))).toEqual([
      expect.stringContaining('must have the host of the token endpoint'),
    ]);
  });

  it.each([
    ['the issuer of the server', `${bearer}\nassertionAudience: https://login.example.com`],
    ['nothing said: the token endpoint', bearer],
    ['Entra ID', `${entra}\n${tenant}`],
    [
      'what a key of that server signs',
      `${bearer}\nsigner: { ${own}, issuer: me }\nassertionAudience: https://elsewhere.example`,
    ],
    ["the caller's own token", `${exchange}\nforward: assertion\nassertionAudience: https://login.example.com/x`],
  ])('may be addressed to %s', async (_, fields) => {
    expect(await problemsOf(files(fields))).toEqual([]);
  });
});

describe('expiresIn, for a server that never says how long its tokens live', () => {
  const salesforce = `preset: salesforce\nprovider: jwt-bearer\ndomain: acme.my.salesforce.com\nsigner: { ${own}, issuer: key }`;
  it.each([
    ['two hours with Salesforce', salesforce, 7200],
    ['what the grant says', `${salesforce}\nexpiresIn: 15m`, 900],
    ['nothing elsewhere', bearer, undefined],
  ])('is %s', async (_, fields, expiresIn) => {
    const { scopes } = await documentsOf(files(fields));
    expect(scopes[0]?.grant).toEqual(
      expiresIn === undefined
        ? expect.not.objectContaining({ expiresIn: expect.anything() })
        : expect.objectContaining({ expiresIn }),
    );
  });

  it.each(['59s', '25h', '1d', '0s'])('is 60 s to 24 h: %s does not load', async (length) => {
    expect(await problemsOf(files(`${bearer}\nexpiresIn: ${length}`))).toEqual([expect.stringContaining('expiresIn')]);
  });
});

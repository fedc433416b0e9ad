import { describe, expect, it } from '@jest/globals';
import { BOT, documentsOf, problemsOf } from './folder-of.ts';

const STAFF = `connection: staff
type: oidc
issuer: https://acme.okta.com
audience: [0oa-broker, https://broker.example.com]
`;
const GRANT = `provider: id-jag
tokenEndpoint: https://auth.chat.example/oauth2/token
audience: https://auth.chat.example
resource: https://api.chat.example
scope: "chat.read"
clientId: acme-broker
clientSecret: token-broker/downstream/chat
identityProvider:
  connection: staff
  tokenEndpoint: https://acme.okta.com/oauth2/v1/token
  clientId: 0oa-broker
  privateKey: token-broker/downstream/okta`;

const files = (fields = GRANT, allow = '[{ connection: staff }]', staff = STAFF) => ({
  'connections/staff.yaml': staff,
  'connections/others.yaml': STAFF.replaceAll('staff', 'others').replace('acme.okta', 'others.okta'),
  'connections/people.yaml': 'connection: people\ntype: aws-iam\naccounts: ["111122223333"]\n',
  'clients/bot.yaml': BOT,
  'scopes/chat.yaml': `scope: chat\nallow: ${allow}\ngrant:\n  type: oauth-token\n${fields.replace(/^/gm, '  ')}\n`,
});

describe('a grant with provider: id-jag', () => {
  it('has a client of its own at each of two servers', async () => {
    const { scopes } = await documentsOf(files());
    expect(scopes[0]?.grant).toMatchObject({
      ...{ provider: 'id-jag', tokenEndpoint: 'https://auth.chat.example/oauth2/token' },
      client: { clientId: 'acme-broker', authentication: 'client_secret_basic' },
      identityProvider: {
        ...{ connection: 'staff', tokenEndpoint: 'https://acme.okta.com/oauth2/v1/token', allowPrivateAddress: false },
        client: { clientId: '0oa-broker', authentication: 'private_key_jwt', secret: 'token-broker/downstream/okta' },
      },
    });
  });

  it.each([
    ['an authenticated client beside the person', '[{ connection: staff, client: bot }]'],
    ['an actor', '[{ connection: staff, actor: { client: bot } }]'],
  ])('loads for %s', async (_, allow) => {
    expect(await problemsOf(files(GRANT, allow))).toEqual([]);
  });

  it.each<[string, string, RegExp]>([
    ['no identity provider', GRANT.replace(/identityProvider:[\s\S]*/, ''), /grant.identityProvider: is required/],
    ['no audience', GRANT.replace(/audience:.*\n/, ''), /grant.audience: is required/],
    ['an audience that is no issuer', GRANT.replace('audience: https://auth', 'audience: auth'), /grant.audience: /],
    [
      'an audience of the caller',
      GRANT.replace('audience: https://auth.chat.example', 'audience: "https://auth.chat.example/${claims.sub}"'),
      /grant.audience: takes no template/,
    ],
    ['no client at the server', GRANT.replace(/clientId: acme.*\nclientSecret.*\n/, ''), /grant.clientId: is required/],
    ['no client at the IdP', GRANT.replace(/ {2}clientId.*\n/, ''), /grant.identityProvider.clientId: is required/],
    ['no secret for the IdP', GRANT.replace(/\n {2}privateKey.*/, ''), /identityProvider.clientSecret: is required/],
    ['a client secret of a caller', GRANT.replace('downstream/okta', 'clients/okta'), /privateKey: must begin with/],
    [
      'plain http at the IdP',
      GRANT.replace('https://acme.okta', 'http://acme.okta'),
      /identityProvider.tokenEndpoint: /,
    ],
    ['a template in its endpoint', GRANT.replace('acme.okta.com/', '${claims.h}/'), /identityProvider.tokenEndpoint: /],
    [
      'an issuer that is no address',
      GRANT.replace('  clientId:', '  issuer: x\n  clientId:'),
      /identityProvider.issuer: /,
    ],
    ['an unknown field of the IdP', `${GRANT}\n  scope: x`, /identityProvider.*scope/],
    ['a field of another provider', `${GRANT}\nforward: proof`, /grant.forward: is not a field/],
    [
      "AWS's own token for another host than the IdP's",
      GRANT.replace(/privateKey.*/, 'authentication: aws-web-identity\n  assertionAudience: https://auth.chat.example'),
      /identityProvider.assertionAudience: must have the host/,
    ],
    [
      'identityProvider with another provider',
      GRANT.replace('id-jag', 'jwt-bearer'),
      /identityProvider: is not a field/,
    ],
  ])('does not load with %s', async (_, fields, expected) => {
    expect(await problemsOf(files(fields))).toEqual(expect.arrayContaining([expect.stringMatching(expected)]));
  });

  it('is told of a connection that no file has, at its own field and once', async () => {
    expect(await problemsOf(files(GRANT.replace('connection: staff', 'connection: stuff')))).toEqual([
      'scopes/chat.yaml:13: grant.identityProvider.connection: there is no connection stuff',
    ]);
  });

  it.each<[string, string, RegExp]>([
    [
      'of another connection',
      '[{ connection: others }]',
      /^scopes\/chat.yaml:2: allow\[0\].connection: .*passes on proofs of the connection staff only, not of others/,
    ],
    ['of one of two', '[{ connection: [staff, others] }]', /allow\[0\].connection\[1\]: .*not of others/],
    ['of this broker', '[{ connection: broker }]', /not of broker/],
    ['of AWS', '[{ connection: people }]', /not of people/],
    ['of a client as itself', '[{ client: bot }]', /needs the caller's own proof: name the connection staff/],
  ])('does not load for proofs %s', async (_, allow, expected) => {
    expect(await problemsOf(files(GRANT, allow))).toEqual([expect.stringMatching(expected)]);
  });

  it.each<[string, string, RegExp]>([
    [
      'has no ID tokens for that client',
      STAFF.replace('0oa-broker, ', ''),
      /^scopes\/chat.yaml:15: grant.identityProvider.clientId: has to stand in audience/,
    ],
    [
      'has its issuer at another host, and whose proofs may be used again',
      STAFF.replace('acme.okta.com', 'id.acme.example'),
      /^scopes\/chat.yaml:14: grant.identityProvider.tokenEndpoint: has another host than the issuer of the connection staff/,
    ],
    [
      'is no issuer',
      'connection: staff\ntype: aws-iam\naccounts: ["444455556666"]\nserverId: other.example.com\n',
      /^scopes\/chat.yaml:13: grant.identityProvider.connection: needs an ID token or a SAML assertion, which the connection staff has none of/,
    ],
  ])('does not load for a connection that %s', async (_, staff, expected) => {
    expect(await problemsOf(files(GRANT, undefined, staff))).toEqual([expect.stringMatching(expected)]);
  });

  it.each(['bind', 'once'])('goes to an endpoint at another host than the issuer with reuse: %s', async (reuse) => {
    const staff = `${STAFF.replace('acme.okta.com', 'id.acme.example')}reuse: ${reuse}\n`;
    expect(await problemsOf(files(GRANT, undefined, staff))).toEqual([]);
  });

  it('does not load where one of the issuers of its connection is at another host', async () => {
    const tenant = '11111111-2222-3333-4444-555555555555';
    const entra = `connection: staff\ntype: oidc\npreset: entra-id\ntenant: ${tenant}\naudience: [0oa-broker]\n`;
    const fields = GRANT.replace(
      /https:..acme.okta.com.*/,
      `https://login.microsoftonline.com/${tenant}/oauth2/v2.0/token`,
    );
    expect(await problemsOf(files(fields, undefined, entra))).toEqual([expect.stringMatching(/has another host/)]);
    const v2 = `${entra}issuer: https://login.microsoftonline.com/${tenant}/v2.0\n`;
    expect(await problemsOf(files(fields, undefined, v2))).toEqual([]);
  });

  it('is not told of a connection that does not load for another reason', async () => {
    const problems = await problemsOf(files(GRANT, undefined, STAFF.replace('type: oidc', 'type: oidcc')));
    expect(problems).toEqual([expect.stringMatching(/connections.staff.yaml.*type/)]);
  });

  describe('for a SAML connection', () => {
    const saml = `connection: staff
type: saml
metadataUrl: https://acme.okta.com/metadata.xml
entityId: https://broker.example.com/saml/staff
`;
    const stating = (issuer: string) => GRANT.replace('  clientId:', `  issuer: ${issuer}\n  clientId:`);

    it('states the issuer of the ID-JAGs, and asks for nothing else: an assertion is good once', async () => {
      expect(await problemsOf(files(stating('https://acme.okta.com'), undefined, saml))).toEqual([]);
    });

    it.each<[string, string, string, RegExp]>([
      ['without it', GRANT, saml, /identityProvider.issuer: is required with the SAML connection staff/],
      [
        'for an OIDC one',
        stating('https://acme.okta.com'),
        STAFF,
        /identityProvider.issuer: is not needed: an ID token/,
      ],
    ])('does not load %s', async (_, fields, staff, expected) => {
      expect(await problemsOf(files(fields, undefined, staff))).toEqual([expect.stringMatching(expected)]);
    });
  });
});

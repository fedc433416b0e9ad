import { describe, expect, it } from '@jest/globals';
import { documentsOf, problemsOf } from './folder-of.ts';

const X = '18wHLeIgW9wVN6VD1Txgpqy2LszYkMf6J8njVAibvhM';
const Y = '-V4dS4UaLMgP_4fY4j8ir7cl1TXlFdAgcx55o7TkcSA';
const KEY = `{ kty: EC, crv: P-256, x: ${X}, y: ${Y} }`;
const keys = (key: string) => `client: bot\njwks: { keys: [${key}] }\n`;
const SECRET = 'client: bot\nsecret: token-broker/clients/bot\n';
const PUBLIC = "client: bot\npublic: true\nredirectUris: ['http://127.0.0.1/callback']\n";

const DOCUMENTS = (host: string) => `client: bot\npublic: true\nmetadataDocuments: { hosts: ['${host}'] }\n`;

const problems = (text: string) => problemsOf({ 'clients/bot.yaml': text });

describe('a client', () => {
  it.each([
    ['a secret', SECRET, { method: 'secret', secret: 'token-broker/clients/bot', overlap: 86_400 }],
    [
      'no overlap',
      `${SECRET}secretOverlap: 0s\n`,
      { method: 'secret', secret: 'token-broker/clients/bot', overlap: 0 },
    ],
    ['a key', `client: bot\njwks: { keys: [${KEY}] }\n`, { method: 'jwks', audience: 'issuer' }],
    ['a key set', 'client: bot\njwksUri: https://bot.example/keys\n', { method: 'jwks-uri', audience: 'issuer' }],
    ['nothing, in public', PUBLIC, { method: 'public' }],
    ['nothing, where documents say the rest', DOCUMENTS('agent.example'), { method: 'public' }],
  ])('authenticates by %s', async (_name, text, authentication) => {
    expect((await documentsOf({ 'clients/bot.yaml': text })).clients).toMatchObject([{ authentication }]);
  });

  it.each([
    ['no way to authenticate', 'client: bot\n', /exactly one of/],
    ...[
      ...['https://agent.example', 'agent.example/x', 'Agent.example', 'agent.example:443', 'a b', ''],
      ...['x@agent.example', 'agent.example?x'],
    ].map((host): [string, string, RegExp] => [`documents at ${host}`, DOCUMENTS(host), /hosts\[0\]: /]),
    ['documents anywhere', DOCUMENTS('*.example'), /wildcards do not match/],
    [
      'documents of a client with a secret',
      `${SECRET}metadataDocuments: { hosts: [a.example] }\n`,
      /public: true only/,
    ],
    ['two ways', `${SECRET}jwksUri: https://bot.example/keys\n`, /exactly one of/],
    ['a secret and public', `${SECRET}public: true\nredirectUris: [https://bot.example/cb]\n`, /exactly one of/],
    ['public: false alone', 'client: bot\npublic: false\n', /exactly one of/],
    ['a secret of another prefix', SECRET.replace('/clients/', '/downstream/'), /secret: must begin with/],
    ['the prefix alone', 'client: bot\nsecret: token-broker/clients/\n', /secret: must begin with/],
    ['a secret by its ARN', 'client: bot\nsecret: arn:aws:secretsmanager:x\n', /secret: /],
    ['an overlap of 31 days', `${SECRET}secretOverlap: 744h\n`, /secretOverlap: must be 0s to 720h/],
    ['an overlap without a secret', `${PUBLIC}secretOverlap: 1h\n`, /secretOverlap: goes with secret only/],
    [
      'a private key',
      'client: bot\njwks: { keys: [{ kty: EC, x: a, d: b }] }\n',
      /keys\[0\]: has the private member d/,
    ],
    ['a point off its curve', keys(KEY.replace(X, Y)), /keys\[0\]: is no key/],
    ['half a point', keys(KEY.replace(`, y: ${Y}`, '')), /keys\[0\]: is no key/],
    [
      'a curve that is not served',
      keys(KEY.replace('P-256', 'secp256k1')),
      /keys\[0\]: verifies no assertion: must be/,
    ],
    ['a key of another kind', keys('{ kty: XYZ }'), /keys\[0\]: verifies no assertion: must be a public key for RS256/],
    ['a key for encryption', keys(KEY.replace('}', ', use: enc }')), /keys\[0\]: verifies no assertion/],
    ['a key for another algorithm', keys(KEY.replace('}', ', alg: ES512 }')), /keys\[0\]: verifies no assertion/],
    [
      'an RSA key of 512 bits',
      keys(`{ kty: RSA, e: AQAB, n: ${'v'.repeat(86)} }`),
      /keys\[0\]: verifies no assertion: /,
    ],
    ['a symmetric key', 'client: bot\njwks: { keys: [{ kty: oct, k: b }] }\n', /keys\[0\]: has the private member k/],
    ['no keys', 'client: bot\njwks: { keys: [] }\n', /jwks.keys: must not be empty/],
    ['a key set in plain http', 'client: bot\njwksUri: http://bot.example/keys\n', /jwksUri: must begin with https/],
    ['public without redirects', 'client: bot\npublic: true\n', /redirectUris: is required/],
    [
      'audiences that nobody proves to be',
      `${PUBLIC}audiences: [https://files.acme.internal]\n`,
      /audiences: goes with secret, jwks or jwksUri only/,
    ],
    ['no audiences', `${SECRET}audiences: []\n`, /audiences: must not be empty/],
    [
      'an audience of no scope',
      `${SECRET}audiences: [https://files.acme.internal]\n`,
      /audiences\[0\]: no scope gives/,
    ],
    [
      'a redirect in plain http',
      PUBLIC.replace('127.0.0.1', 'bot.example'),
      /redirectUris\[0\]: must begin with https/,
    ],
    [
      'a redirect with a fragment',
      PUBLIC.replace('/callback', '/callback#x'),
      /redirectUris\[0\]: must not have a fragment/,
    ],
    [
      'a redirect outside of ASCII, which nobody sends so',
      PUBLIC.replace('http://127.0.0.1/callback', 'https://b\u00fccher.example/cb'),
      /redirectUris\[0\]: .*https:\/\/xn--bcher-kva\.example\/cb/,
    ],
    ['a redirect to no port', PUBLIC.replace('127.0.0.1', '127.0.0.1:0'), /redirectUris\[0\]: has port 0/],
    [
      'a secret by its whole ARN',
      SECRET.replace('token-broker', 'arn:aws:secretsmanager:eu-west-1:1:secret:x'),
      /is an ARN/,
    ],
    ['a redirect with a wildcard', PUBLIC.replace('/callback', '/*'), /redirectUris\[0\]: .*wildcards/],
    ['a redirect to an app', PUBLIC.replace('http://127.0.0.1/callback', 'com.example:/cb'), /redirectUris\[0\]/],
    [
      'a redirect that scripts',
      PUBLIC.replace('http://127.0.0.1/callback', 'javascript:alert(1)'),
      /redirectUris\[0\]/,
    ],
    [
      'a relative redirect',
      PUBLIC.replace('http://127.0.0.1/callback', '/callback'),
      /redirectUris\[0\]: is not an absolute/,
    ],
  ])('does not load with %s', async (_name, text, expected) => {
    expect(await problems(text)).toEqual(expect.arrayContaining([expect.stringMatching(expected)]));
  });

  it('loads with the name localhost as redirect, and is told that the address is better (RFC 8252 section 8.3)', async () => {
    const note = expect.stringMatching(
      /redirectUris\[0\]: RFC 8252 section 8.3 prefers the address/,
    ) as unknown as string;
    expect(await problems(PUBLIC.replace('127.0.0.1', 'localhost'))).toEqual([note]);
  });

  it.each([
    ['http://127.1/cb', 'http://127.0.0.1/cb'],
    ['http://[0:0:0:0:0:0:0:1]/cb', 'http://[::1]/cb'],
    ['https://App.example.com:443/cb', 'https://app.example.com/cb'],
    ['https://app.example.com/a/../cb', 'https://app.example.com/cb'],
  ])('loads with the redirect %s, and is told how programs that parse it send it', async (written, sent) => {
    const said = await problems(PUBLIC.replace('http://127.0.0.1/callback', written));
    expect(said).toEqual([expect.stringMatching(/warning: redirectUris\[0\]: is compared as it stands/)]);
    expect(said[0]).toContain(`programs send it as ${sent}`);
  });

  it.each(['[::1]', '127.0.0.1', '127.0.0.1:8080'])('loads with the loopback address %s as redirect', async (host) => {
    expect(await problems(PUBLIC.replace('127.0.0.1', host))).toEqual([]);
  });
});

describe('the audiences that a client is', () => {
  const FILES =
    'scope: files\nallow: [{ client: bot }]\ngrant: { type: broker-token, audience: "https://files.acme.internal" }\n';
  const folder = (audience: string, more: Readonly<Record<string, string>> = {}) => ({
    'clients/bot.yaml': `${SECRET}audiences: ["${audience}"]\n`,
    'scopes/files.yaml': FILES,
    ...more,
  });

  it.each(['https://files.acme.internal', 'https://files.acme.internal/', 'HTTPS://files.acme.internal:443'])(
    'mark the scopes of that audience, written %s, and no other',
    async (audience) => {
      const other = FILES.replace('scope: files', 'scope: other').replace('files.acme', 'other.acme');
      const { clients, scopes } = await documentsOf(folder(audience, { 'scopes/other.yaml': other }));
      expect(clients).toMatchObject([{ audiences: [audience] }]);
      const by = scopes.map(({ scope, grant }) => [scope, 'exchangedBy' in grant ? grant.exchangedBy : null]);
      expect(by).toEqual([
        ['files', 'bot'],
        ['other', null],
      ]);
    },
  );

  it('say at which scopes their client may act, for whose tokens, by the rules that name it', async () => {
    const role = 'grant: { type: aws-session, roleArn: "arn:aws:iam::111122223333:role/token-broker/x" }\n';
    const scope = (name: string, rule: string, more = '') => ({
      [`scopes/${name}.yaml`]: `scope: ${name}\nallow: [${rule}]\n${more}${role}`,
    });
    const pinned = (to: string) =>
      `{ connection: broker, when: { StringEquals: { claims.scope: ${to} } }, actor: { client: bot } }`;
    const { scopes } = await documentsOf(
      folder('https://files.acme.internal', {
        'connections/corp.yaml': 'connection: corp\ntype: oidc\nissuer: https://idp.example\naudience: [a]\n',
        'clients/cli.yaml': 'client: other\nsecret: token-broker/clients/other\n',
        ...scope('as-actor', '{ connection: [corp, broker], actor: { client: [bot, other] } }'),
        ...scope('as-client', '{ connection: corp, client: bot }'),
        ...scope('of-this-token', pinned('files')),
        ...scope('of-another-token', pinned('other')),
        ...scope('itself', '{ client: bot }'),
        ...scope('of-another', '{ connection: corp, actor: { client: other } }'),
        ...scope('shut', '{ connection: corp, client: bot }', 'enabled: false\n'),
        ...scope('tried', '{ connection: corp, client: bot, mode: report }, { client: bot }'),
      }),
    );
    const files = scopes.find(({ scope: name }) => name === 'files');
    expect(files?.grant).toMatchObject({
      exchangedFor: [
        { scope: 'as-actor', connections: ['corp', 'broker'] },
        { scope: 'as-client', connections: ['corp'] },
        { scope: 'of-this-token', connections: ['broker'] },
      ],
    });
  });

  it.each([
    [
      'of another client',
      folder('https://files.acme.internal', {
        'clients/other.yaml':
          'client: other\nsecret: token-broker/clients/other\naudiences: ["https://FILES.acme.internal/"]\n',
      }),
      /other\.yaml:3.*taken by the client bot: one audience is one client/,
    ],
    [
      'that it has already',
      folder('https://files.acme.internal", "https://FILES.acme.internal/'),
      /audiences\[1\]: .* stands here twice/,
    ],
    ['of this broker itself', folder('https://broker.example.com/'), /audiences\[0\]: is this broker itself/],
    ['of a typing error', folder('https://files.acme.internl'), /audiences\[0\]: no scope gives broker tokens for/],
  ])('are not those %s', async (_, files, expected) => {
    expect(await problemsOf(files)).toEqual([expect.stringMatching(expected)]);
  });

  it('are not missed in a folder of which a scope could not be read', async () => {
    const said = await problemsOf(folder('https://files.acme.internal', { 'scopes/files.yaml': 'scope: files\n' }));
    expect(said.filter((each) => each.includes('audiences'))).toEqual([]);
  });
});

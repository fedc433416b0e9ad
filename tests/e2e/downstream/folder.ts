import type { Folder } from '../broker.ts';

export const BAD = [
  'html',
  'error',
  'ok-error',
  'no-expiry',
  'type',
  'wider',
  'huge',
  'redirect',
  'down',
  'hang',
  'reset',
];

const scope = (name: string, fields: string): string =>
  [
    `scope: ${name}`,
    'allow:',
    '  - client: [nightly-bot, agent]',
    '  - connection: demo',
    '  - connection: demo',
    '    actor: { client: agent }',
    'grant:',
    '  type: oauth-token',
    fields.replace(/^/gm, '  '),
    '',
  ].join('\n');

const credentials = (endpoint: string, secret: string, more = 'scope: "reports:read"'): string =>
  `provider: client-credentials\ntokenEndpoint: ${endpoint}\nclientId: broker\nclientSecret: token-broker/downstream/${secret}\n${more}`;

/**
 * Scopes for each provider of an oauth-token grant: `oidc` is oidc-provider's origin, `strict` that of the strict
 * server.
 */
export function downstreamFolder(demoConnection: string, oidc: string, strict: string): Folder {
  const oidcClient = (id: string, field: string, more: string): string =>
    `provider: client-credentials\ntokenEndpoint: ${oidc}/token\nclientId: ${id}\n${field}: token-broker/downstream/oidc-${id}\n${more}`;
  const jwt = 'scope: "reports:read"\nresource: https://jwt.acme.example';
  const opaque = 'scope: "reports:read"\nresource: https://opaque.acme.example';
  const scopes: Record<string, string> = {
    'oidc-basic': oidcClient('basic-bot', 'clientSecret', jwt),
    'oidc-basic-opaque': oidcClient('basic-bot', 'clientSecret', opaque),
    'oidc-post': `${oidcClient('post-bot', 'clientSecret', jwt)}\nauthentication: client_secret_post`,
    'oidc-post-opaque': `${oidcClient('post-bot', 'clientSecret', opaque)}\nauthentication: client_secret_post`,
    'oidc-jwt': `${oidcClient('jwt-bot', 'privateKey', jwt)}\nassertionAudience: ${oidc}`,
    'oidc-jwt-opaque': `${oidcClient('jwt-bot', 'privateKey', opaque)}\nassertionAudience: ${oidc}`,
    client: credentials(`${strict}/client`, 'strict'),
    exchange: `${credentials(`${strict}/exchange`, 'strict', 'audience: https://api.partner.example').replace('client-credentials', 'token-exchange')}`,
    forward: `provider: token-exchange\ntokenEndpoint: ${strict}/forward\nforward: proof`,
    bearer: `provider: jwt-bearer\ntokenEndpoint: ${strict}/bearer\nscope: "query:read"`,
    federated: `provider: client-credentials\ntokenEndpoint: ${strict}/federated\nclientId: broker\nauthentication: aws-web-identity`,
    google: `preset: google\ntokenEndpoint: ${strict}/google\nscope: https://www.googleapis.com/auth/spreadsheets\nsigner: { privateKey: token-broker/downstream/key, issuer: sheets@acme.iam.gserviceaccount.com, keyId: k1 }`,
    github: `preset: github-app\ntokenEndpoint: ${strict}/github\nappId: "123456"\nowner: acme\nprivateKey: token-broker/downstream/key\nrepositories: [web]\npermissions: { contents: read }`,
    'no-secret': credentials(`${strict}/client`, 'missing'),
    'foreign-secret': credentials(`${strict}/client`, 'foreign'),
    'wrong-key': credentials(`${strict}/client`, 'strict').replace('clientSecret', 'privateKey'),
    unregistered: credentials(`${strict}/nowhere`, 'strict'),
    ...Object.fromEntries(BAD.map((name) => [`bad-${name}`, credentials(`${strict}/bad/${name}`, 'strict')])),
  };
  const files = Object.entries(scopes).map(([name, fields]) => [`scopes/${name}.yaml`, scope(name, fields)]);
  return {
    ...Object.fromEntries(files),
    'scopes/forward.yaml': scope('forward', scopes['forward'] ?? '').replace('  - client: [nightly-bot, agent]\n', ''),
    'scopes/ledger.yaml': 'scope: broker:issuances:read\nallow: [{ client: nightly-bot }]\n',
    'connections/demo.yaml': `${demoConnection}reuse: bind\n`,
    'clients/nightly-bot.yaml': 'client: nightly-bot\nsecret: token-broker/clients/nightly-bot\n',
    'clients/agent.yaml': 'client: agent\nsecret: token-broker/clients/agent\n',
  };
}

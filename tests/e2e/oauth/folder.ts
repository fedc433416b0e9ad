import type { Folder } from '../broker.ts';

export const AUDIENCE = 'https://api.acme.internal';
export const SECRET = 'token-broker/clients/nightly-bot';
/** Characters that HTTP Basic must form-encode (RFC 6749 section 2.3.1). */
export const SECRET_VALUE = 'p:a%ss w+rd&=/?é';

const scope = (name: string, allow: string, grant: string, more = ''): string =>
  `scope: ${name}\ndescription: ''\nallow:\n${allow}${more}grant:\n${grant}`;
const brokerToken = (audience: string, duration: string, claims = '{}'): string =>
  `  type: broker-token\n  audience: "${audience}"\n  duration: ${duration}\n  claims: ${claims}\n`;

const workload = '  - connection: demo\n    when: { StringEquals: { claims.ref: refs/heads/main } }\n';

/**
 * Clients of each kind and scopes of each grant, for tests of the token endpoint. `jwks` are the public keys of
 * `jwt-bot`.
 */
export const oauthFolder = (demoConnection: string, jwks: object): Folder => ({
  'connections/demo.yaml': demoConnection,
  'clients/nightly-bot.yaml': `client: nightly-bot\nsecret: ${SECRET}\nsecretOverlap: 1h\nclaims: { team: data }\n`,
  'clients/strict-bot.yaml': 'client: strict-bot\nsecret: token-broker/clients/strict-bot\nsecretOverlap: 0s\n',
  'clients/bound-bot.yaml': 'client: bound-bot\nsecret: token-broker/clients/bound-bot\ndpop: required\n',
  'clients/jwt-bot.yaml': `client: jwt-bot\njwks: ${JSON.stringify(jwks)}\n`,
  'clients/endpoint-bot.yaml': `client: endpoint-bot\njwks: ${JSON.stringify(jwks)}\nassertionAudience: token-endpoint\n`,
  'clients/api.yaml': `client: api\nsecret: token-broker/clients/api\nintrospects: ["${AUDIENCE}"]\n`,
  'clients/stranger.yaml': 'client: stranger\nsecret: token-broker/clients/stranger\n',
  'clients/cli.yaml': "client: cli\npublic: true\nredirectUris: ['http://127.0.0.1/callback']\n",
  'scopes/reports-read.yaml': scope(
    'reports:read',
    `  - client: [nightly-bot, jwt-bot, endpoint-bot, strict-bot, bound-bot]\n${workload}  - connection: broker\n`,
    brokerToken(AUDIENCE, '10m', `{ team: "\${claims.team}" }`).replace(/ {2}claims.*\n/, ''),
  ),
  'scopes/reports-write.yaml': scope(
    'reports:write',
    '  - client: [nightly-bot, jwt-bot]\n',
    brokerToken(AUDIENCE, '5m'),
  ),
  'scopes/other-api.yaml': scope(
    'other:read',
    '  - client: nightly-bot\n',
    brokerToken('https://other.acme.internal', '5m'),
  ),
  'scopes/team.yaml': scope(
    'team',
    '  - client: nightly-bot\n',
    brokerToken(AUDIENCE, '5m', '{ team: "${claims.team}" }'),
  ),
  'scopes/chain.yaml': scope(
    'chain',
    `  - client: nightly-bot\n${workload}  - connection: broker\n  - connection: demo\n    client: nightly-bot\n`,
    brokerToken('@ISSUER@', '10m'),
  ),
  'scopes/agent.yaml': scope(
    'agent:act',
    '  - connection: demo\n    actor: { client: nightly-bot }\n',
    brokerToken(AUDIENCE, '5m'),
    'requires: { intent: true }\n',
  ),
  'scopes/few.yaml': scope(
    'few',
    '  - client: nightly-bot\n',
    brokerToken(AUDIENCE, '5m'),
    'limits: { perPrincipal: 2/1h }\n',
  ),
  'scopes/role.yaml': scope(
    'role',
    `${workload}  - client: nightly-bot\n`,
    '  type: aws-session\n  roleArn: arn:aws:iam::111122223333:role/token-broker/demo\n',
  ),
  'scopes/narrow.yaml': `scope: narrow
allow:
  - connection: demo
    when: { StringEquals: { claims.ref: refs/heads/main } }
parameters:
  bucket: { values: [reports, archive] }
  prefix: { pattern: "2026/*", default: "2026/" }
grant:
  type: aws-session
  roleArn: arn:aws:iam::111122223333:role/token-broker/demo
  effective: 5m
  network: pinned
  policy:
    Version: "2012-10-17"
    Statement:
      - Effect: Allow
        Action: ["s3:Get*", "s3:ListBucket"]
        Resource: ["arn:aws:s3:::\${param.bucket}", "arn:aws:s3:::\${param.bucket}/*"]
`,
  'scopes/issuances.yaml': 'scope: broker:issuances:read\nallow:\n  - client: nightly-bot\n',
  'scopes/explain.yaml': 'scope: broker:explain\nallow:\n  - client: nightly-bot\n',
  'scopes/revocations.yaml': 'scope: broker:revocations\nallow:\n  - client: nightly-bot\n',
});

import { BASE, describeEdits, type Edit, edited } from './edits.ts';

const edits: readonly Edit[] = [
  [
    'an owner less in require',
    edited('connections/github.yaml', '["1234567", "7654321"]', '"1234567"'),
    [
      'loses | connection github | whoever comes from github where claims.repository_owner_id is 7654321 | a proof is not taken any more',
    ],
  ],
  [
    'an audience more',
    edited(
      'connections/people.yaml',
      '[https://broker.example.com]',
      '[https://broker.example.com, https://other.example.com]',
    ),
    ['gains | connection people | - | a proof for the audience https://other.example.com'],
  ],
  [
    'no authorized party',
    edited('connections/people.yaml', 'authorizedParties: [portal]\n', ''),
    ['gains | connection people | - | a token of any authorized party'],
  ],
  [
    'another issuer',
    edited('connections/people.yaml', 'https://id.example.com', 'https://login.example.com'),
    ['changes | connection people | - | issuer is https://login.example.com instead of https://id.example.com'],
  ],
  [
    'an alias less',
    edited('connections/people.yaml', 'claims: { groups: "/groups" }', 'claims: {}'),
    ['changes | connection people | - | claims.groups is nothing instead of /groups'],
  ],
  [
    'an age raised',
    edited('connections/github.yaml', 'maxTokenAge: 1h', 'maxTokenAge: 2h'),
    ['gains | connection github | - | a token of at most 2h'],
  ],
  [
    'no age',
    edited('connections/github.yaml', 'maxTokenAge: 1h\n', ''),
    ['gains | connection github | - | a token of any age'],
  ],
  [
    'reuse once',
    edited('connections/github.yaml', 'reuse: bind', 'reuse: once'),
    ['loses | connection github | - | reuse of a proof: once instead of bind'],
  ],
  [
    'a claim recorded',
    edited('connections/github.yaml', '[run_id]', '[run_id, sha]'),
    ['changes | connection github | - | record is ["run_id","sha"] instead of ["run_id"]'],
  ],
  [
    'a tolerance',
    edited('connections/github.yaml', 'reuse: bind', 'reuse: bind\nclockTolerance: 120s'),
    ['gains | connection github | - | a clock that is off by up to 2m'],
  ],
  [
    'an account more',
    edited('connections/tasks.yaml', '["111122223333"]', '["111122223333", "444455556666"]'),
    ['gains | connection tasks | - | callers of the AWS account 444455556666'],
  ],
  [
    'a client more',
    { ...BASE, 'clients/other.yaml': 'client: other\nsecret: token-broker/clients/other\n' },
    ['gains | client other | - | the client may authenticate'],
  ],
  [
    'another secret',
    edited('clients/bot.yaml', 'secret: token-broker/clients/bot', 'secret: token-broker/clients/bot-2'),
    ['changes | client bot | - | secret is token-broker/clients/bot-2 instead of token-broker/clients/bot'],
  ],
  [
    'public instead of a secret',
    edited(
      'clients/bot.yaml',
      'secret: token-broker/clients/bot',
      'public: true\nredirectUris: ["http://127.0.0.1/cb"]',
    ),
    [
      'changes | client bot | - | the client authenticates by public instead of secret',
      'gains | client bot | - | codes sent to http://127.0.0.1/cb',
    ],
  ],
  [
    'a redirect more',
    edited(
      'clients/agent.yaml',
      "'http://127.0.0.1/callback'",
      "'http://127.0.0.1/callback', 'https://agent.example.com/cb'",
    ),
    ['gains | client agent | - | codes sent to https://agent.example.com/cb'],
  ],
  [
    'an audience of introspection less',
    edited('clients/bot.yaml', '[https://api.example.com]', '[]'),
    ['loses | client bot | - | introspection of tokens for https://api.example.com'],
  ],
  [
    'an audience that a client is',
    edited('clients/bot.yaml', 'introspects', 'audiences: [https://api.example.com]\nintrospects'),
    [
      'gains | client bot | - | exchanges of broker tokens that it is sent for https://api.example.com, acting for whom they name',
      'gains | scope read | - | exchanges of its tokens by the client bot',
    ],
  ],
  [
    'claims of a client',
    edited('clients/bot.yaml', 'introspects', 'claims: { team: data }\nintrospects'),
    ['changes | client bot | - | claims.team is data instead of nothing'],
  ],
];

describeEdits('whose proofs are taken', edits);

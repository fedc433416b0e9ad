import type { JsonValue } from '../../json.ts';

/** What an editor shows of a field. */
export interface FieldDoc {
  readonly description: string;
  readonly examples?: readonly JsonValue[];
  readonly default?: JsonValue;
}

type Docs = Readonly<Record<string, FieldDoc>>;

const say = (description: string, more: Omit<FieldDoc, 'description'> = {}): FieldDoc => ({ description, ...more });

const ISSUER = 'https://broker.example.com';
const ROLE = 'arn:aws:iam::111122223333:role/token-broker/deploy-web';

const connection: Docs = {
  connection: say('Its name: a lower-case letter, then up to 62 of a-z, 0-9 and -. Rules name it.', {
    examples: ['github'],
  }),
  type: say('oidc: an OIDC issuer. saml: a SAML identity provider. aws-iam: AWS IAM itself.'),
  preset: say('Fills in what is left out, and knows what the provider issues.'),
  issuer: say('Compared exactly with `iss`; where its discovery document is, unless jwksUri is named.', {
    examples: ['https://token.actions.githubusercontent.com'],
  }),
  audience: say(
    "Accepted audiences. Every value of a token's `aud` must be listed; callers ask for the broker's issuer.",
    {
      examples: [[ISSUER]],
    },
  ),
  authorizedParties: say('Accepted `azp`, `appid`, `cid` or `client_id`; left out: not checked.', { default: [] }),
  algorithms: say('Accepted signature algorithms; never none or HS*.', {
    default: ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'],
  }),
  types: say('Accepted `typ`; an absent one counts as JWT. Add at+jwt for access tokens.', { default: ['JWT'] }),
  jwksUri: say("Where the keys are; left out: what the issuer's discovery document says."),
  require: say(
    'Conditions that hold before a proof names anybody here. Of an issuer that anybody can get a token from, they say whose are taken.',
    {
      examples: [{ StringEquals: { 'claims.repository_owner_id': '1234567' } }],
    },
  ),
  claims: say(
    'Alias -> JSON pointer (oidc) or attribute name (saml): names for deeper members, used as claims.<alias>.',
    {
      examples: [{ groups: '/https:~1~1acme~1groups' }],
    },
  ),
  principal: say('The label of whom a proof names, a template.', {
    examples: ['${claims.repository}@${claims.ref}'],
    default: '${claims.sub}',
  }),
  maxTokenAge: say('Longest time since `iat`, which is then required.', { examples: ['1h'] }),
  clockTolerance: say('Applied once to every comparison of times; at most 300s.', { default: '60s' }),
  reuse: say(
    'allow; bind: again only for the same scope, duration and actor; once: again only if that issuance failed.',
    { default: 'allow' },
  ),
  record: say('Claims kept in the ledger beside those that rules and templates name.', {
    examples: [['run_id', 'sha']],
  }),
  signIn: say("The broker's own client at the issuer: with it people sign in there."),
  'signIn.clientId': say('Its id at the issuer, which has to stand in audience too.', { examples: ['0oa1b2c3d4'] }),
  'signIn.clientSecret': say('A secret of Secrets Manager below token-broker/sign-in/.', {
    examples: ['token-broker/sign-in/okta'],
  }),
  'signIn.privateKey': say('A secret below token-broker/sign-in/ with a PEM or JWK private key, in its place.'),
  'signIn.authentication': say('How the broker authenticates at the token endpoint.', {
    default: 'client_secret_basic',
  }),
  'signIn.assertionAudience': say('`aud` of an assertion; left out: the token endpoint.'),
  'signIn.keyId': say('Names the key in the header of the assertion.'),
  'signIn.algorithm': say('Signs the assertion; left out: the usual one of the key.'),
  'signIn.scopes': say('What is asked for at the issuer.', { default: ['openid'] }),
  tenant: say('The id of the tenant of Microsoft Entra ID, a GUID.', {
    examples: ['11111111-2222-3333-4444-555555555555'],
  }),
  organization: say("The organization's id, a GUID: it stands in its settings.", {
    examples: ['5034460f-c7c4-4c43-9457-de07e2029e7b'],
  }),
  workspace: say("The workspace's name, as it stands in addresses.", { examples: ['acme'] }),
  workspaceUuid: say("The workspace's UUID, in braces.", {
    examples: ['{8d6c1a2b-3c4d-4e5f-8a9b-0c1d2e3f4a5b}'],
  }),
  trustDomain: say('The trust domain of SPIFFE, without spiffe://.', { examples: ['prod.acme.example'] }),
  userPoolId: say('The id of the user pool.', { examples: ['eu-west-1_AbCdEf123'] }),
  tokenUse: say('access: access tokens, which have no audience. id: id tokens.', { default: 'access' }),
  accounts: say('Twelve digits each, in quotes: whose roles and users are named.', { examples: [['111122223333']] }),
  metadata: say("The identity provider's metadata document, relative to this file; inlined when it is applied.", {
    examples: ['./okta-metadata.xml'],
  }),
  metadataUrl: say('Where the metadata is fetched, in place of metadata.'),
  entityId: say('This broker as service provider: the accepted audience.', { examples: [`${ISSUER}/saml/okta-saml`] }),
  signed: say('Which signature counts.', { default: 'assertion' }),
  recipients: say('Further accepted values of Recipient and Destination at the token endpoint and /sts.', {
    default: [],
  }),
  unsolicited: say('true: the ACS takes a response that nobody asked for.', { default: false }),
  sha1: say('accept: legacy identity providers only; such signatures can be forged.', { default: 'refuse' }),
  encryption: say('Content ciphers that are decrypted; cbc does not notice a change.', { default: ['gcm'] }),
  partition: say("Of the accounts; left out: the deployment's own."),
  serverId: say("What the signed header X-Broker-Server-Id must be; left out: the issuer's host.", {
    examples: ['broker.example.com'],
  }),
  ecsRoles: say('Roles that only ecs-tasks.amazonaws.com may assume; only then claims.taskId exists.', {
    examples: [['web-task']],
  }),
};

const client: Docs = {
  client: say('Its name, which is its client_id.', { examples: ['nightly-bot'] }),
  secret: say('A secret of Secrets Manager below token-broker/clients/; its string is the secret.', {
    examples: ['token-broker/clients/nightly-bot'],
  }),
  secretOverlap: say('How long the previous secret works after a rotation; 0s ends it at once.', { default: '24h' }),
  jwks: say('Public keys of client assertions (private_key_jwt).'),
  'jwks.keys': say('JSON Web Keys (RFC 7517), public members only.'),
  jwksUri: say('Where the public keys of client assertions are.'),
  assertionAudience: say('What `aud` of a client assertion is.', { default: 'issuer' }),
  public: say('true: no secret, authorization code with PKCE only; needs redirectUris.'),
  redirectUris: say('Loopback ones match any port.', { examples: [['http://127.0.0.1/callback']] }),
  metadataDocuments: say('Programs whose client_id is the https address of a client ID metadata document.'),
  'metadataDocuments.hosts': say('Hosts of such documents, each with its port where it is not 443.', {
    examples: [['agent.example.com']],
  }),
  claims: say('What conditions test as claims.<name> where the client is the subject.', {
    examples: [{ team: 'data' }],
  }),
  dpop: say('Whether its broker tokens are bound to a key whose proof comes with the request (RFC 9449).', {
    default: 'optional',
  }),
  introspects: say('Audiences whose tokens it may introspect, beside its own tokens and `audiences`.', {
    examples: [['https://api.acme.internal']],
  }),
  audiences: say(
    'The audiences that this client is: it may exchange the broker tokens that it is sent as these, and acts for whom they name.',
    { examples: [['https://mcp.acme.internal']] },
  ),
};

const scope: Docs = {
  scope: say('Its name: a letter, then up to 127 of A-Z a-z 0-9 : . _ -', { examples: ['deploy-web'] }),
  description: say('What it is for, in a sentence.'),
  enabled: say('false: no new grants, everywhere, within 10 s.', { default: true }),
  allow: say('Any one rule that matches allows.'),
  deny: say('A match refuses, whatever allows.', { default: [] }),
  connection: say("The connection of the subject, or a list of any; `broker` is this broker's own tokens.", {
    examples: ['github'],
  }),
  client: say('The client that authenticated here. With connection: both must hold.', { examples: ['nightly-bot'] }),
  when: say("Conditions in IAM's syntax: operator, key, value or values; every operator and key must hold.", {
    examples: [{ StringEquals: { 'claims.repository_id': '1296269', 'claims.ref': 'refs/heads/main' } }],
  }),
  actor: say('Matches only a request with such an actor; a rule of allow without one, only where nobody acts.'),
  mode: say('report: the rule decides and records, and changes nothing.', { default: 'enforce' }),
  requires: say('What a request needs beside a proof.'),
  'requires.intent': say('true: a request says what it is for.', { default: false }),
  'requires.approval': say('Somebody else approves each request before it is granted.'),
  'requires.approval.from': say('Who may approve: rules as in `allow`.'),
  'requires.approval.within': say('How long a request waits for a decision, 1s to 24h.', { default: '15m' }),
  'requires.approval.uses': say('How often what was approved may be taken up.', { default: 1 }),
  'requires.approval.for': say('How long it may be taken up, counted from the approval, 1s to 24h.', { default: '1h' }),
  'requires.approval.breakGlass': say('Who may go on at once, with an intent: it is marked, and everybody is told.'),
  'requires.approval.personClaims': say('Claims that name one person at every connection.', {
    examples: [['email']],
  }),
  'requires.after': say('Another issuance to the same subject has to come before.'),
  'requires.after.scope': say('Of which scope.', { examples: ['open-ticket'] }),
  'requires.after.within': say('How long before at most, 1s to 31d.', { examples: ['1h'] }),
  parameters: say('What callers choose, as ${param.NAME} in templates; each of values, pattern or from.'),
  'parameters.values': say('The values that may be chosen.', { examples: [['reports', 'archive']] }),
  'parameters.pattern': say('A glob that the value must match.', { examples: ['2026/*'] }),
  'parameters.from': say('A claim: the values that it has may be chosen.', { examples: ['claims.team'] }),
  'parameters.default': say('Where the caller names none; left out: the parameter is required.'),
  limits: say('How often it is issued in fixed windows, counted at the decision, and how much is alive at once.'),
  'limits.perPrincipal': say('A count and a window for each principal.', { examples: ['60/1h'] }),
  'limits.perActor': say('A count and a window for each who acts, or acted before in the chain.', {
    examples: ['100/1d'],
  }),
  'limits.live': say('How many credentials may be alive at once, 1 to 100: of the scope, or by name.', {
    examples: [3, { perPrincipal: 1 }],
  }),
  'limits.live.perPrincipal': say('Of each principal.'),
  'limits.live.perActor': say('Of each who acts, or acted before in the chain.'),
  'limits.live.total': say('Of the scope: what a number alone means.'),
  'limits.total': say('A count and a window for the scope.', { examples: ['10000/1h'] }),
  grant: say('What the scope hands out.'),
  'grant.type': say(
    "aws-session: a session by sts:AssumeRole. aws-federated: the caller's own proof goes to STS. oauth-token: a token of another authorization server. broker-token: a JWT of this broker.",
  ),
  'grant.via': say("How the caller's own proof goes to STS."),
  'grant.roleArn': say('The role; no template can stand here.', { examples: [ROLE] }),
  'grant.externalId': say("The external id of AssumeRole; left out: the deployment's."),
  'grant.principalArn': say('The IAM SAML provider, with via: saml.'),
  'grant.duration': say('How long it lives: 90s, 15m, 12h.', { default: '1h' }),
  'grant.effective': say('Denied after so long, where that is less than the 15 minutes of a session.', {
    examples: ['5m'],
  }),
  'grant.network': say("pinned: denied off the caller's address.", { default: 'any' }),
  'grant.maxDuration': say('What a caller may ask for.', { default: '1h' }),
  'grant.policy': say(
    'A session policy, which narrows the role; Resource and positive conditions of Allow take templates.',
  ),
  'grant.policyArns': say('Managed policies as session policies.', { default: [] }),
  'grant.tags': say('Session tags; values are templates.', { examples: [{ repository: '${claims.repository}' }] }),
  'grant.sourceIdentity': say('required: the source identity is the principal.', { default: 'required' }),
  'grant.audience': say('Whom the token is for.', { examples: ['https://api.acme.internal'] }),
  'grant.claims': say('Further claims of a broker token; strings are templates.', {
    examples: [{ team: '${claims.team}' }],
  }),
  'grant.preset': say('Fills in what is known of the authorization server.'),
  'grant.provider': say('How the token is had.'),
  'grant.tokenEndpoint': say("The other server's token endpoint.", {
    examples: ['https://login.example.com/oauth2/token'],
  }),
  'grant.scope': say('Scopes to ask for, a template.', { examples: ['reports:read'] }),
  'grant.resource': say('The resource indicator (RFC 8707).'),
  'grant.allowPrivateAddress': say('true: the endpoint may be at a private address.', { default: false }),
  'grant.expiresIn': say("How long the tokens live where the server's answers do not say."),
  'grant.clientId': say("The broker's client at the other server."),
  'grant.clientSecret': say('A secret of Secrets Manager below token-broker/downstream/.', {
    examples: ['token-broker/downstream/example'],
  }),
  'grant.privateKey': say('A secret of Secrets Manager below token-broker/downstream/ with a PEM or JWK private key.'),
  'grant.authentication': say('How the broker authenticates at the other server.'),
  'grant.assertionAudience': say('`aud` of an assertion; left out: the token endpoint.'),
  'grant.keyId': say('Names the key in the header of an assertion.'),
  'grant.algorithm': say('Signs an assertion.'),
  'grant.forward': say("assertion: signed by this broker. proof: the caller's own.", { default: 'assertion' }),
  'grant.requestedTokenType': say('requested_token_type of RFC 8693.'),
  'grant.signer': say('Who signs the assertion, where it is not the broker.'),
  'grant.signer.privateKey': say("A secret with the service account's private key."),
  'grant.signer.issuer': say('`iss` of the assertion.'),
  'grant.signer.keyId': say('Names the key in the header of the assertion.'),
  'grant.signer.algorithm': say('Signs the assertion.', { default: 'RS256' }),
  'grant.subject': say('`sub` of the assertion, a template.'),
  'grant.identityProvider': say("Who makes an ID-JAG of the caller's own proof, for the server of the grant."),
  'grant.identityProvider.connection': say(
    'The connection whose ID tokens (or SAML assertions) are passed on, to who issued them.',
    {
      examples: ['okta-people'],
    },
  ),
  'grant.identityProvider.tokenEndpoint': say('Where the proof is exchanged (RFC 8693).', {
    examples: ['https://acme.okta.com/oauth2/v1/token'],
  }),
  'grant.identityProvider.allowPrivateAddress': say('true: that endpoint may be at a private address.', {
    default: false,
  }),
  'grant.identityProvider.issuer': say(
    '`iss` of its ID-JAGs; of a SAML connection only, whose assertions do not have it.',
  ),
  'grant.identityProvider.clientId': say("The broker's client there, which is the audience of the ID tokens."),
  'grant.identityProvider.clientSecret': say('A secret of Secrets Manager below token-broker/downstream/.', {
    examples: ['token-broker/downstream/okta'],
  }),
  'grant.identityProvider.privateKey': say('A secret with a PEM or JWK private key, in its place.'),
  'grant.identityProvider.authentication': say('How the broker authenticates there.', {
    default: 'client_secret_basic',
  }),
  'grant.identityProvider.assertionAudience': say('`aud` of an assertion; left out: that token endpoint.'),
  'grant.identityProvider.keyId': say('Names the key in the header of the assertion.'),
  'grant.identityProvider.algorithm': say('Signs the assertion; left out: the usual one of the key.'),
  'grant.appId': say('The id of the GitHub App.', { examples: ['123456'] }),
  'grant.owner': say('The organization or user that the app is installed on.', { examples: ['acme'] }),
  'grant.repositories': say('Names without their owner.', { examples: [['web']] }),
  'grant.permissions': say('Permissions of the installation token.', { examples: [{ contents: 'read' }] }),
  'grant.domain': say("The tenant's or organization's host."),
  'grant.authorizationServer': say('The id of the authorization server.', { default: 'default' }),
  'grant.tenant': say('The id of the tenant of Microsoft Entra ID, a GUID.'),
};

/** Of every field of each kind of file, by its path without positions; a test says when one is missing. */
export const fieldDocs: Readonly<Record<'connection' | 'client' | 'scope', Docs>> = { connection, client, scope };

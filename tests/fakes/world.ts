import type { Client } from '../../lib/configuration/documents/clients.ts';
import type { Connection } from '../../lib/configuration/documents/connections.ts';
import type { Scope } from '../../lib/configuration/documents/scopes.ts';
import type { Granter, GrantInput, Minted } from '../../lib/credential/grant.ts';
import type { Principal } from '../../lib/identity/principal.ts';
import type { IssuanceRequest, IssuePorts } from '../../lib/issue.ts';
import type { IssuanceRecord } from '../../lib/ledger/record.ts';
import { accept, type Outcome } from '../../lib/outcome.ts';
import { loadConnection } from '../../lib/policy/connection.ts';
import type { AwsSessionGrant } from '../../lib/policy/grants/aws-session.ts';
import { loadScope } from '../../lib/policy/scope.ts';
import type { Configuration } from '../../lib/ports/configuration.ts';
import { isSameResource } from '../../lib/resource-indicator.ts';
import { StandingRevocations } from '../../lib/revocation/revocation.ts';
import { epochMilliseconds, epochSeconds, seconds } from '../../lib/time.ts';

export const NOW = epochMilliseconds(Date.UTC(2026, 10, 21, 9, 0, 0));
export const NOW_SECONDS = epochSeconds(NOW / 1000);

/** A configuration of these documents, version 7. */
export function fakeConfiguration(documents: {
  readonly scopes?: readonly Scope[];
  readonly clients?: readonly Client[];
  readonly connections?: readonly Connection[];
}): Configuration {
  const { scopes = [], clients = [], connections = [] } = documents;
  const compiled = connections.map(loadConnection);
  return {
    version: 7,
    scope: async (name) => scopes.map(loadScope).find(({ scope }) => scope.scope === name) ?? null,
    client: async (name) => clients.find(({ client }) => client === name) ?? null,
    connection: async (name) => compiled.find(({ connection }) => connection === name) ?? null,
    oidcIssuer: async (issuer) =>
      compiled
        .filter((connection) => connection.type === 'oidc')
        .filter(({ issuers }) => issuers.some((each) => each.issuer === issuer)),
    samlAudience: async (entityId) =>
      compiled
        .filter((connection) => connection.type === 'saml')
        .filter((connection) => connection.entityId === entityId),
    audience: async (resource) =>
      scopes.flatMap(({ scope, grant }) =>
        grant.type === 'broker-token' && isSameResource(grant.audience, resource) ? [scope] : [],
      ),
    metadataClient: async () => null,
    signInConnections: async () => [],
    samlDecryptsCbc: async () =>
      compiled.some((connection) => connection.type === 'saml' && (connection.encryption ?? []).includes('cbc')),
    awsIamServer: async (serverId) =>
      compiled
        .filter((connection) => connection.type === 'aws-iam')
        .filter((connection) => connection.serverId === serverId),
  };
}

export const aSessionGrant = (): AwsSessionGrant => ({
  type: 'aws-session',
  roleArn: 'arn:aws:iam::111122223333:role/token-broker/deploy-web',
  externalId: null,
  duration: seconds(3600),
  maxDuration: seconds(3600),
  policy: null,
  policyArns: [],
  tags: {},
  sourceIdentity: 'required',
});

export const aScope = (more: Partial<Scope> = {}): Scope => ({
  scope: 'deploy-web',
  description: '',
  enabled: true,
  allow: [
    {
      connections: ['github'],
      clients: null,
      actor: null,
      when: { StringEquals: { 'claims.ref': ['refs/heads/main'] } },
    },
  ],
  deny: [],
  requires: { intent: false },
  limits: { perPrincipal: null, total: null },
  grant: aSessionGrant(),
  ...more,
});

export const aPrincipal = (more: Partial<Principal> = {}): Principal => ({
  source: { kind: 'connection', name: 'github' },
  subject: 'repo:acme/web:ref:refs/heads/main',
  name: 'acme/web@refs/heads/main',
  claims: {
    values: new Map([
      ['ref', 'refs/heads/main'],
      ['sha', 'c0ffee'],
    ]),
    unavailable: new Map(),
  },
  proof: {
    kind: 'oidc',
    issuer: 'https://idp.example',
    tokenId: 't1',
    sha256: 'ab'.repeat(32),
    expires: epochSeconds(NOW / 1000 + 300),
  },
  reuse: null,
  record: ['sha'],
  mayAct: undefined,
  lineage: null,
  ...more,
});

export const aMinted = (): Minted => ({
  credential: {
    expires: epochSeconds(NOW / 1000 + 3600),
    accessKeyId: 'ASIAEXAMPLE',
    roleArn: 'arn:aws:iam::111122223333:role/token-broker/deploy-web',
  },
  secret: {
    kind: 'aws-session',
    issuedTokenType: 'urn:token-broker:token-type:aws-credentials',
    roleArn: 'arn:aws:iam::111122223333:role/token-broker/deploy-web',
    accountId: '111122223333',
    session: {
      credentials: {
        accessKeyId: 'ASIAEXAMPLE',
        secretAccessKey: 'not-a-real-key',
        sessionToken: 'not-a-real-token',
        expires: epochSeconds(NOW / 1000 + 3600),
      },
      assumedRoleArn: 'arn:aws:sts::111122223333:assumed-role/deploy-web/x',
      assumedRoleId: 'AROAEXAMPLE:x',
      packedPolicySize: 12,
      sourceIdentity: 'x',
    },
  },
});

export const aRequest = (more: Partial<IssuanceRequest> = {}): IssuanceRequest => ({
  proofs: {
    subject: { kind: 'jwt', token: 'a.b.c', declared: 'jwt' },
    actor: null,
    client: null,
    publicClients: 'refuse',
  },
  scopes: ['deploy-web'],
  requestedDuration: null,
  intent: null,
  narrowing: null,
  route: 'credentials',
  target: { names: [], tokenType: null, principalArn: null },
  caller: { id: 'req-1', sourceIp: '203.0.113.9', userAgent: 'test' },
  ...more,
});

/** A world in which everything goes well, and that writes down in which order it was asked. */
export function goodWorld(scopes: readonly Scope[] = [aScope()]) {
  const calls: string[] = [];
  const records: IssuanceRecord[] = [];
  const inputs: GrantInput[] = [];
  const mint: { answer: () => Promise<Outcome<Minted>> } = { answer: async () => accept(aMinted()) };
  const granter: Granter<'aws-session'> = {
    prepare: (_, input) => {
      inputs.push(input);
      return accept({
        planned: { expires: epochSeconds(NOW / 1000 + 3600) },
        bound: () => ({}),
        mint: async () => {
          calls.push('mint');
          return mint.answer();
        },
      });
    },
  };
  const ports: IssuePorts = {
    clock: { now: () => NOW },
    random: { bytes: (count) => new Uint8Array(count).fill(7) },
    configurations: { current: async () => fakeConfiguration({ scopes }) },
    authenticators: { jwt: async () => accept(aPrincipal()) },
    replays: {
      claim: async () => {
        calls.push('claim');
        return 'claimed';
      },
      release: async () => {
        calls.push('release');
      },
    },
    limits: {
      count: async () => {
        calls.push('count');
        return { within: true };
      },
    },
    revocations: { revokedAmong: async () => [], standing: async () => new StandingRevocations([]) },
    ledger: {
      started: async (record) => {
        calls.push('started');
        records.push(record);
      },
      finished: async (record) => {
        calls.push('finished');
        records.push(record);
      },
      denied: async (record) => {
        calls.push('denied');
        records.push(record);
      },
    },
    granters: { 'aws-session': granter },
  };
  return { ports, calls, records, inputs, mint };
}

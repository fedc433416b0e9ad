import { SignJWT } from 'jose';
import type { Rule } from '../../lib/configuration/documents/rules.ts';
import type { Scope } from '../../lib/configuration/documents/scopes.ts';
import { awsSessionGranter } from '../../lib/credential/aws-session.ts';
import { brokerTokenGranter } from '../../lib/credential/broker-token.ts';
import { brokerPrincipal } from '../../lib/identity/broker-token/broker-principal.ts';
import { parseJwt } from '../../lib/identity/oidc/jwt.ts';
import type { AuthenticatedClient, ClientProof, Principal, Proof } from '../../lib/identity/principal.ts';
import { type IssuePorts, issue } from '../../lib/issue.ts';
import type { JsonValue } from '../../lib/json.ts';
import type { IssuanceRecord } from '../../lib/ledger/record.ts';
import { accept, refuse } from '../../lib/outcome.ts';
import type { LimitCount } from '../../lib/ports/limits.ts';
import type { AssumeRole } from '../../lib/ports/sessions.ts';
import type { Reason } from '../../lib/refusals/registry.ts';
import { seconds } from '../../lib/time.ts';
import { recordingSessions } from '../credential/grant-fixtures.ts';
import { aPrincipal, aRequest, aScope, aSessionGrant, fakeConfiguration, goodWorld } from '../fakes/world.ts';
import { contextOf, ISSUER } from '../identity/broker-token/fixtures.ts';
import { keyPair } from '../identity/client/fixtures.ts';

/** Who may be named in `bring`: people and workloads by their own tokens, anybody by a broker token. */
export type Token = string;

/** One request: whose token, with whom, for which scope. */
export interface Bring {
  readonly scope: string;
  /** The client that authenticates. */
  readonly client?: string;
  readonly actorToken?: Token;
}

export interface Exchanged {
  readonly reason: Reason | 'granted';
  /** The broker token that was granted. */
  readonly token: Token;
  readonly asked: AssumeRole | null;
  readonly limits: readonly LimitCount[];
  readonly record: IssuanceRecord | null;
}

const claimsOf = (values: Readonly<Record<string, JsonValue>>) => ({
  values: new Map(Object.entries(values)),
  unavailable: new Map(),
});

/** Alice of people's issuer; agents and workloads of the agents' issuer. Their tokens are their names. */
const person = (more: Partial<Principal> = {}): Principal => {
  const proof = { ...aPrincipal().proof, issuer: 'https://people.example' };
  const source = { kind: 'connection', name: 'people' } as const;
  const claims = claimsOf({ sub: 'alice', team: 'data', groups: ['oncall'] });
  return aPrincipal({ source, subject: 'alice', name: 'alice@acme.example', claims, proof, record: [], ...more });
};
const workload = (name: string): Principal => ({
  ...person(),
  source: { kind: 'connection', name: 'agents' },
  subject: name,
  name,
  claims: claimsOf({ sub: name, model: 'm1' }),
  proof: { ...aPrincipal().proof, issuer: 'https://agents.example' },
});

export const rule = (more: Partial<Rule> = {}): Rule => ({
  connections: null,
  clients: null,
  when: null,
  actor: null,
  ...more,
});

const anyActor = { connections: ['agents', 'broker'], clients: null, when: null };
const anyClient = { connections: null, clients: ['agent', 'portal', 'helper'], when: null };
const EVERYBODY = ['people', 'agents', 'broker'];
const WHOEVER = [
  rule({ connections: EVERYBODY }),
  rule({ connections: EVERYBODY, actor: anyActor }),
  rule({ connections: EVERYBODY, actor: anyClient }),
  rule({ clients: ['agent', 'portal', 'helper', 'nightly-bot'] }),
];

/** A scope for whoever comes, with whoever acts, that gives an AWS session. */
export const openScope = (more: Partial<Scope>): Scope =>
  aScope({ scope: 'role', allow: WHOEVER, grant: { ...aSessionGrant(), maxDuration: seconds(3600) }, ...more });

const tokenScope = (scope: string, claims: Readonly<Record<string, JsonValue>> = {}): Scope =>
  openScope({ scope, grant: { type: 'broker-token', audience: ISSUER, duration: seconds(7200), claims } });

/** The audience that the client `portal` is. */
const PORTAL = 'https://portal.acme.internal';
const portalScope = (scope: string, claims: Readonly<Record<string, JsonValue>> = {}): Scope => {
  const grant = { type: 'broker-token', audience: PORTAL, duration: seconds(7200), claims } as const;
  return openScope({ scope, grant: { ...grant, exchangedBy: 'portal' } });
};

/**
 * The use case with its real granters, decisions and broker tokens, in memory. `link` gives a broker token for this
 * broker to whoever comes, `link-team` one that carries `team`; `portal` and `portal-team` are tokens for the client
 * `portal`, which exchanges them. `mayAct` is that of Alice's own token.
 */
export async function startExchanges(scopes: readonly Scope[], mayAct?: JsonValue) {
  const { privateKey, jwk } = await keyPair('k1');
  const { sessions, asked } = recordingSessions();
  const world = goodWorld();
  const links = [tokenScope('link'), tokenScope('link-team', { team: 'data' })];
  const all = [...scopes, ...links, portalScope('portal'), portalScope('portal-team', { team: 'data' })];
  const configuration = fakeConfiguration({ scopes: all });
  const limits: LimitCount[][] = [];
  const signer = {
    sign: (typ: string, payload: object) =>
      new SignJWT({ ...payload }).setProtectedHeader({ alg: 'ES256', kid: 'k1', typ }).sign(privateKey),
  };
  const own = new Map([
    ['alice', person({ mayAct })],
    ...['agent-7', 'helper-1'].map((name) => [name, workload(name)] as const),
  ]);
  const ports: IssuePorts = {
    ...world.ports,
    configurations: { current: async () => configuration },
    authenticators: {
      jwt: async ({ token, declared }, { server }) => {
        const known = own.get(token);
        if (known !== undefined) return accept(known);
        const jwt = parseJwt(token);
        const context = { ...contextOf([jwk]), ...(server === undefined ? {} : { server }) };
        return jwt.ok ? brokerPrincipal(jwt.value, declared, context) : jwt;
      },
      client: async (proof: ClientProof) =>
        proof.client === null ? refuse('client_unknown') : accept(clientOf(proof.client)),
    },
    limits: {
      count: async (counted) => {
        limits.push([...counted]);
        return { within: true };
      },
    },
    granters: {
      'aws-session': awsSessionGranter({ sessions, externalId: 'x' }),
      'broker-token': brokerTokenGranter({ issuer: ISSUER, signer }),
    },
  };
  /** Presents a token: a name of somebody's own, or a broker token. `client:<name>`: the client itself. */
  return async (subject: Token, { scope, client, actorToken }: Bring): Promise<Exchanged> => {
    const own = subject.startsWith('client:') ? subject.slice('client:'.length) : null;
    const presenter = own ?? client;
    const jwt = (token: Token): Proof => ({ kind: 'jwt', token, declared: 'jwt' });
    const outcome = await issue(
      ports,
      aRequest({
        scopes: [scope],
        route: 'token-exchange',
        proofs: {
          subject: own === null ? jwt(subject) : 'client',
          actor: actorToken === undefined ? null : jwt(actorToken),
          client:
            presenter === undefined ? null : { method: 'client_secret_basic', client: presenter, secret: 'unread' },
          publicClients: 'refuse',
          sentToClient: 'accept',
        },
      }),
      new AbortController().signal,
    );
    const input = asked.at(-1)?.input;
    return {
      reason: outcome.ok ? 'granted' : outcome.refusal.reason,
      token: outcome.ok && outcome.value.minted.secret.kind === 'token' ? outcome.value.minted.secret.token : '',
      asked: input === undefined ? null : (input as AssumeRole),
      limits: limits.at(-1) ?? [],
      record: world.records.at(-1) ?? null,
    };
  };
}

const clientOf = (client: string): AuthenticatedClient => ({
  client,
  claims: claimsOf({ team: 'data' }),
  proof: { kind: 'client-secret', issuer: null, tokenId: null, sha256: null, secretVersion: 'v1', expires: null },
  reuse: null,
  ...(client === 'portal' ? { audiences: [PORTAL] } : {}),
});

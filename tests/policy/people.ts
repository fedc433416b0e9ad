import type { Rule } from '../../lib/configuration/documents/rules.ts';
import type { Scope } from '../../lib/configuration/documents/scopes.ts';
import type {
  Actor,
  AuthenticatedClient,
  Claims,
  Lineage,
  Principal,
  ProofEvidence,
} from '../../lib/identity/principal.ts';
import type { JsonValue } from '../../lib/json.ts';
import { decide } from '../../lib/policy/decide.ts';
import type { DecisionInput } from '../../lib/policy/lookup.ts';
import { loadScope } from '../../lib/policy/scope.ts';
import type { Reason } from '../../lib/refusals/registry.ts';
import { epochSeconds, seconds } from '../../lib/time.ts';

/** 2026-11-21T09:00:00Z */
export const NOW = epochSeconds(1_795_251_600);

const proof: ProofEvidence = {
  kind: 'oidc',
  issuer: 'https://idp.example.com',
  tokenId: 'token-1',
  sha256: null,
  expires: epochSeconds(1_795_255_200),
};

export const claimsOf = (values: Record<string, JsonValue>, unavailable: Record<string, Reason> = {}): Claims => ({
  values: new Map(Object.entries(values)),
  unavailable: new Map(Object.entries(unavailable)),
});

export const principal = (more: Partial<Principal> = {}): Principal => ({
  source: { kind: 'connection', name: 'github' },
  subject: 'repo:acme/web:ref:refs/heads/main',
  name: 'acme/web@refs/heads/main',
  claims: claimsOf({ repository: 'acme/web', ref: 'refs/heads/main' }),
  proof,
  reuse: null,
  record: [],
  mayAct: undefined,
  lineage: null,
  ...more,
});

/** Of a broker token. */
export const lineage = (more: Partial<Lineage> = {}): Lineage => ({
  tokenIds: ['iss_a'],
  exchanges: 1,
  expires: epochSeconds(NOW + 300),
  issuer: 'https://idp.example.com',
  actors: [],
  presenters: [],
  boundTo: null,
  scopes: [],
  token: { subject: 'github:alice', claims: claimsOf({ team: 'of the token' }) },
  ...more,
});

/** Somebody who came by a broker token. */
export const brought = (more: Partial<Lineage> = {}): Principal => principal({ lineage: lineage(more) });

export const client = (name: string): AuthenticatedClient => ({
  client: name,
  claims: claimsOf({ team: 'data' }),
  proof: { ...proof, kind: 'client-secret' },
  reuse: null,
});

export const clientAsItself = (name: string): Pick<DecisionInput, 'principal' | 'client' | 'actor'> => ({
  principal: principal({ source: { kind: 'client', name }, subject: name, name, claims: claimsOf({ team: 'data' }) }),
  client: client(name),
  actor: null,
});

export const tokenActor = (connection: string, more: Partial<Actor> = {}): Actor => ({
  via: 'actor-token',
  connection,
  client: null,
  subject: 'agent-7',
  name: 'agent-7',
  claims: claimsOf({ model: 'm1' }),
  proof: { ...proof, issuer: 'https://agents.example.com' },
  reuse: null,
  lineage: null,
  ...more,
});

export const clientActor = (name: string): Actor =>
  tokenActor('', {
    via: 'client',
    connection: null,
    client: name,
    subject: name,
    name,
    proof: { ...proof, kind: 'client-secret', issuer: null },
  });

export const input = (more: Partial<DecisionInput> = {}): DecisionInput => ({
  principal: principal(),
  client: null,
  actor: null,
  request: { sourceIp: '198.51.100.7', time: NOW, duration: seconds(3600) },
  ...more,
});

export const rule = (more: Partial<Rule> = {}): Rule => ({
  connections: null,
  clients: null,
  when: null,
  actor: null,
  ...more,
});

export const scope = (more: Partial<Scope> = {}): Scope => ({
  scope: 'deploy-web',
  description: '',
  enabled: true,
  allow: [rule({ connections: ['github'] })],
  deny: [],
  requires: { intent: false },
  limits: { perPrincipal: null, total: null },
  grant: {
    type: 'broker-token',
    audience: 'https://api.acme.internal',
    duration: seconds(600),
    claims: {},
  },
  ...more,
});

/** The number of the rule that admits the request, or the reason why none does. */
export const decided = (more: Partial<Scope>, request: DecisionInput = input()) => {
  const decision = decide(loadScope(scope(more)), request);
  return decision.allowed ? decision.rule : decision.reason;
};

export const presentedBy = (name: string): DecisionInput => input({ client: client(name), actor: clientActor(name) });
export const withAgent = (connection: string, name: string | null = null): DecisionInput =>
  input({ actor: tokenActor(connection), client: name === null ? null : client(name) });
export const bot = (name: string): DecisionInput => input(clientAsItself(name));

/** One condition. */
export const when = (operator: string, key: string, ...values: string[]) => ({ [operator]: { [key]: values } });

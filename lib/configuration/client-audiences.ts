/** Clients that are audiences of broker tokens: they may exchange what they are sent (docs/adr/0067). */

import { didYouMean } from '../nearest.ts';
import type { ExchangedScope } from '../policy/grants/broker-token.ts';
import { canonicalResource, isSameResource } from '../resource-indicator.ts';
import type { ReportIn } from './cross-checks.ts';
import type { Client } from './documents/clients.ts';
import type { ConfigurationDocuments } from './documents/configuration.ts';
import type { Rule } from './documents/rules.ts';
import type { Scope } from './documents/scopes.ts';

const BROKER = 'broker';
/** Of what a client may do with a token a page names no more (`ExchangedScope`). */
const MOST_TOLD = 50;

/** The scopes, of which those whose tokens a client may exchange say which client that is, and for what. */
export function withExchangingClients(scopes: readonly Scope[], clients: readonly Client[]): readonly Scope[] {
  const owners = new Map(
    clients.flatMap(({ client, audiences = [] }) =>
      audiences.map((audience) => [canonicalResource(audience), client] as const),
    ),
  );
  if (owners.size === 0) return scopes;
  const reaches = new Map([...new Set(owners.values())].map((client) => [client, reachOf(client, scopes)]));
  return scopes.map((scope) => {
    if (scope.grant.type !== 'broker-token') return scope;
    const exchangedBy = owners.get(canonicalResource(scope.grant.audience));
    if (exchangedBy === undefined) return scope;
    const { open = [], pinned } = reaches.get(exchangedBy) ?? {};
    const named = [...new Set([...open, ...(pinned?.get(scope.scope) ?? [])])].slice(0, MOST_TOLD);
    const exchangedFor = named.flatMap((each) => exchangedScope(each, scope.scope));
    const told = exchangedFor.length === 0 ? {} : { exchangedFor };
    return { ...scope, grant: { ...scope.grant, exchangedBy, ...told } };
  });
}

interface NamedBy {
  readonly scope: string;
  readonly rules: readonly Rule[];
}

/** What a client may have for whom it acts, looked up by the scope of the token: there are thousands of either. */
interface Reach {
  /** With a rule that does not say which scope the token has to have; no more than are told. */
  readonly open: readonly NamedBy[];
  readonly pinned: ReadonlyMap<string, readonly NamedBy[]>;
}

function reachOf(client: string, scopes: readonly Scope[]): Reach {
  const pinned = new Map<string, NamedBy[]>();
  const open: NamedBy[] = [];
  for (const named of rulesNaming(client, scopes)) {
    const pins = named.rules.map(pinnedScopes);
    if (pins.includes(null) && open.length < MOST_TOLD) open.push(named);
    for (const scope of new Set(pins.flatMap((each) => each ?? []))) {
      const others = pinned.get(scope);
      if (others === undefined) pinned.set(scope, [named]);
      else others.push(named);
    }
  }
  return { open, pinned };
}

/** The rules by which a client that acts may have something: those that name it beside whom it is for (ADR 67). */
const rulesNaming = (client: string, scopes: readonly Scope[]): readonly NamedBy[] =>
  scopes.flatMap(({ scope, enabled, mode, allow }) => {
    const rules = allow.filter(
      (rule) =>
        rule.mode !== 'report' &&
        rule.connections !== null &&
        [...(rule.clients ?? []), ...(rule.actor?.clients ?? [])].includes(client),
    );
    return rules.length === 0 || !enabled || mode === 'report' ? [] : [{ scope, rules }];
  });

/** Whatever else a rule asks for is known when it is asked: of what may be had too much is said, never too little. */
function exchangedScope({ scope, rules }: NamedBy, tokenScope: string): readonly ExchangedScope[] {
  const reached = rules.filter((rule) => pinnedScopes(rule)?.includes(tokenScope) ?? true);
  const connections = [...new Set(reached.flatMap((rule) => rule.connections ?? []))];
  return connections.length === 0 ? [] : [{ scope, connections }];
}

/** The scopes that a token has to have for a rule of `connection: broker` alone; null: it does not say. */
function pinnedScopes({ connections, when }: Rule): readonly string[] | null {
  if (connections?.join() !== BROKER) return null;
  const pinned =
    when?.['StringEquals']?.['claims.scope'] ?? when?.['ForAnyValue:StringEquals']?.['claims.scopes'] ?? null;
  return pinned?.flatMap((value) => value.split(' ')) ?? null;
}

/**
 * One audience is one client, never this broker itself, and some scope's tokens are for it. `isWhole`: whether every
 * scope could be read, so that one which is not there is nowhere.
 */
export function checkClientAudiences(
  { clients, scopes }: ConfigurationDocuments,
  { ownIssuer, isWhole }: { readonly ownIssuer: string | null; readonly isWhole: boolean },
  report: ReportIn,
): void {
  const granted = scopes.flatMap(({ grant }) => (grant.type === 'broker-token' ? [grant.audience] : []));
  const owners = new Map<string, string>();
  for (const { client, audiences = [] } of clients) {
    audiences.forEach((audience, index) => {
      const say = (message: string, code: 'ambiguous-proof' | 'unknown-name', fix: string | null = null) =>
        report('client', client, ['audiences', index], message, code, fix);
      const key = canonicalResource(audience);
      const owner = owners.get(key);
      owners.set(key, owner ?? client);
      if (ownIssuer !== null && isSameResource(audience, ownIssuer)) {
        say('is this broker itself: its tokens are a proof of whoever brings them', 'ambiguous-proof');
      } else if (owner !== undefined) {
        const taken = `is taken by the client ${owner}: one audience is one client`;
        say(`${audience} ${owner === client ? 'stands here twice' : taken}`, 'ambiguous-proof');
      } else if (isWhole && !granted.some((each) => isSameResource(each, audience))) {
        say(`no scope gives broker tokens for ${audience}`, 'unknown-name', didYouMean(audience, new Set(granted)));
      }
    });
  }
}

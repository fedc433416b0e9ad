/** Clients that are audiences of broker tokens: they may exchange what they are sent (docs/adr/0067). */

import { didYouMean } from '../nearest.ts';
import { canonicalResource, isSameResource } from '../resource-indicator.ts';
import type { ReportIn } from './cross-checks.ts';
import type { Client } from './documents/clients.ts';
import type { ConfigurationDocuments } from './documents/configuration.ts';
import type { Scope } from './documents/scopes.ts';

/** The scopes, of which those whose tokens a client may exchange say which client that is. */
export function withExchangingClients(scopes: readonly Scope[], clients: readonly Client[]): readonly Scope[] {
  const owners = new Map(
    clients.flatMap(({ client, audiences = [] }) =>
      audiences.map((audience) => [canonicalResource(audience), client] as const),
    ),
  );
  if (owners.size === 0) return scopes;
  return scopes.map((scope) => {
    const exchangedBy =
      scope.grant.type === 'broker-token' ? owners.get(canonicalResource(scope.grant.audience)) : null;
    return scope.grant.type === 'broker-token' && exchangedBy != null
      ? { ...scope, grant: { ...scope.grant, exchangedBy } }
      : scope;
  });
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

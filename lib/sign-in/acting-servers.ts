import type { Grant } from '../policy/grants/kinds.ts';

/** A resource server that may exchange the token that a person signs in for, and act for them (ADR 67). */
export interface ActingServer {
  readonly client: string;
  readonly audience: string;
  /** Where rules name it as the actor of such a person; what else they ask for is not known yet. Empty: nowhere. */
  readonly scopes: readonly string[];
}

/** The servers that these grants' tokens are sent to, for somebody who signed in at `connection`. Each once. */
export function actingServers(grants: readonly Grant[], connection: string): readonly ActingServer[] {
  const servers = new Map<string, ActingServer>();
  for (const grant of grants) {
    if (grant.type !== 'broker-token' || grant.exchangedBy === undefined) continue;
    const { audience, exchangedBy: client, exchangedFor = [] } = grant;
    const reached = exchangedFor.filter(({ connections }) =>
      ['broker', connection].some((name) => connections.includes(name)),
    );
    const before = servers.get(client)?.scopes ?? [];
    const scopes = [...new Set([...before, ...reached.map(({ scope }) => scope)])].sort();
    servers.set(client, { client, audience, scopes });
  }
  return [...servers.values()];
}

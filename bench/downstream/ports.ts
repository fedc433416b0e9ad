import type { Scope } from '../../lib/configuration/documents/scopes.ts';
import type { Granters } from '../../lib/credential/grant.ts';
import { systemClock } from '../../lib/host/clock.ts';
import { systemRandom } from '../../lib/host/random.ts';
import { type IssuePorts, issue } from '../../lib/issue.ts';
import { toJson } from '../../lib/ledger/json.ts';
import { accept, refuse } from '../../lib/outcome.ts';
import { loadScope } from '../../lib/policy/scope.ts';
import type { Fetcher } from '../../lib/ports/documents.ts';
import type { Pauses } from '../../lib/ports/host.ts';
import type { Secrets } from '../../lib/ports/secrets.ts';
import type { WebIdentities } from '../../lib/ports/sessions.ts';
import { StandingRevocations } from '../../lib/revocation/revocation.ts';

export interface IssuancePorts {
  readonly issuer: string;
  readonly clock: typeof systemClock;
  readonly random: typeof systemRandom;
  readonly secrets: Secrets;
  readonly fetcher: Fetcher;
  readonly pauses: Pauses;
  readonly webIdentities: WebIdentities;
  /** How often the other server was asked. */
  fetched(): number;
  /** The kinds of grant that it makes from now on. */
  grant(granters: Granters): void;
  /** One issuance of a scope to the client `bot`. Throws where it is refused. */
  issue(scope: string): Promise<void>;
}

const ANSWER = Buffer.from(
  '{"access_token":"another-token","token_type":"Bearer","expires_in":86400,"scope":"reports:read"}',
);
const signal = new AbortController().signal;

/**
 * A world in memory: secrets by name, all for `host`; a ledger that makes the text of each record; a server that gives
 * a token for a day.
 */
export function issuancePorts(
  scopes: readonly Scope[],
  values: Readonly<Record<string, string>>,
  host: string,
): IssuancePorts {
  let fetched = 0;
  let granters: Granters = {};
  const byName = new Map(scopes.map((scope) => [scope.scope, loadScope(scope)]));
  const written: string[] = [];
  const record: IssuePorts['ledger']['finished'] = async (one) => {
    written[0] = JSON.stringify(toJson(one));
  };
  const none = async () => [];
  const ports: Omit<IssuePorts, 'granters'> = {
    clock: systemClock,
    random: systemRandom,
    configurations: {
      current: async () => ({
        version: 1,
        scope: async (name) => byName.get(name) ?? null,
        connection: async () => null,
        client: async () => null,
        ...{
          oidcIssuer: none,
          samlAudience: none,
          audience: none,
          metadataClient: async () => null,
          signInConnections: async () => [],
          samlDecryptsCbc: async () => false,
          awsIamServer: none,
        },
      }),
    },
    authenticators: {
      client: async () =>
        accept({
          client: 'bot',
          claims: { values: new Map(), unavailable: new Map() },
          proof: {
            kind: 'client-secret',
            issuer: null,
            tokenId: null,
            sha256: null,
            secretVersion: 'v1',
            expires: null,
          },
          reuse: null,
        }),
    },
    replays: { claim: async () => 'claimed', release: async () => undefined },
    limits: { count: async () => ({ within: true }) },
    revocations: { revokedAmong: async () => [], standing: async () => new StandingRevocations([]) },
    ledger: { started: record, finished: record, denied: (one) => record(one, signal) },
  };
  return {
    ...{ issuer: 'https://broker.example.com', clock: systemClock, random: systemRandom },
    secrets: {
      read: async (name) => {
        const value = values[name];
        if (value === undefined) return null;
        return { current: { value, versionId: 'v1', tags: { 'token-broker:host': host } }, previous: null };
      },
    },
    fetcher: {
      fetch: async () => {
        fetched += 1;
        return { ok: true, status: 200, headers: {}, body: ANSWER };
      },
    },
    pauses: { wait: async () => false },
    webIdentities: { token: async () => refuse('web_identity_refused') },
    fetched: () => fetched,
    grant: (made) => {
      granters = made;
    },
    issue: async (scope) => {
      const client = { method: 'client_secret_basic', client: 'bot', secret: 's' } as const;
      const outcome = await issue(
        { ...ports, granters },
        {
          proofs: { subject: 'client', actor: null, client, publicClients: 'refuse' },
          ...{ scopes: [scope], requestedDuration: null, intent: null, narrowing: null },
          ...{ route: 'token', target: { names: [], tokenType: null, principalArn: null } },
          caller: { id: 'req-1', sourceIp: '203.0.113.9', userAgent: 'bench' },
        },
        signal,
      );
      if (!outcome.ok) throw new Error(outcome.refusal.reason);
    },
  };
}

import type { Scope } from '../../lib/configuration/documents/scopes.ts';
import type { IssuanceRecord } from '../../lib/ledger/record.ts';
import { accept, Fault } from '../../lib/outcome.ts';
import type { AccountDenials, RevokePorts } from '../../lib/revocation/ports.ts';
import { parseRevocation } from '../../lib/revocation/request.ts';
import type { Revocation } from '../../lib/revocation/revocation.ts';
import { epochMilliseconds, epochSeconds } from '../../lib/time.ts';
import { memoryRevocations } from '../aws/dynamodb/memory-state.ts';
import { aScope, fakeConfiguration, NOW } from '../fakes/world.ts';
import { aRecord } from '../ledger/a-record.ts';

const ACCOUNTS = ['111122223333', '444455556666'];
export const DOCUMENT = 'https://app.example.com/client.json';
export const idOf = (n: number): string => `iss_01KB${String(n).padStart(22, '0')}`;

export const aSession = (n: number, more: Partial<IssuanceRecord> = {}): IssuanceRecord => ({
  ...aRecord(),
  id: idOf(n),
  time: NOW,
  outcome: 'issued',
  grant: 'aws-session',
  ...{ connection: 'okta', client: null, subject: 'alice', principal: 'Alice', actor: null, claims: {} },
  credential: {
    expires: epochSeconds(NOW / 1000 + 3600),
    roleArn: `arn:aws:iam::${ACCOUNTS[n % 2]}:role/token-broker/deploy`,
    accessKeyId: 'ASIA1',
  },
  ...more,
});

/** A world in memory that ends before its `dies`-th write, as a killed process does, and counts them. */
export function world(
  records: readonly IssuanceRecord[],
  dies = Number.POSITIVE_INFINITY,
  scopes: readonly Scope[] = [aScope()],
) {
  let now: number = NOW;
  let writes = 0;
  let life = dies;
  let list: readonly Revocation[] = [];
  const accounts = new Map<string, AccountDenials>();
  const policies = new Map<string, string>();
  const marks = new Map<string, string>();
  const writing = (): void => {
    writes += 1;
    if (writes >= life) throw new Fault('revocations', 'killed');
  };
  const ports: RevokePorts = {
    clock: { now: () => epochMilliseconds(now) },
    random: { bytes: (count) => new Uint8Array(count).fill(writes) },
    issuer: 'https://broker.example.com',
    replays: { claim: () => Promise.reject(new Error('nobody proved a key')) },
    ownKeys: { find: async () => [], all: async () => [] },
    revocations: memoryRevocations(),
    configurations: { current: async () => fakeConfiguration({ scopes }) },
    scopeNames: { all: async () => scopes.map(({ scope }) => scope) },
    log: { error: () => undefined },
    queries: {
      get: async (id) => records.find((each) => each.id === id) ?? null,
      list: async ({ from, to = Number.POSITIVE_INFINITY, scope, principal }) =>
        accept({
          issuances: records
            .filter((each) => each.time >= (from ?? 0) && each.time <= to)
            .filter((each) => scope === undefined || each.scope === scope)
            .filter((each) => principal === undefined || each.principal === principal)
            .toSorted((one, other) => (one.id < other.id ? 1 : -1)),
          next: null,
        }),
    },
    list: {
      read: async () => list,
      change: async (change) => {
        const changed = change(list);
        if (changed === list) return list;
        writing();
        list = changed;
        return list;
      },
    },
    denials: {
      read: async (account) => accounts.get(account) ?? { version: 0, denials: [] },
      change: async (account, change) => {
        const before = accounts.get(account) ?? { version: 0, denials: [] };
        const denials = change(before.denials);
        if (denials === before.denials) return before;
        writing();
        const after = { version: before.version + 1, denials };
        accounts.set(account, after);
        return after;
      },
    },
    policies: {
      write: async (account, document) => {
        const text = JSON.stringify(document);
        if (policies.get(account) === text) return 'written';
        writing();
        policies.set(account, text);
        return 'written';
      },
      carriers: async (_, roles) => roles,
    },
    records: {
      mark: async ({ id }, { reason }) => {
        if (marks.has(id)) return;
        writing();
        marks.set(id, reason);
      },
    },
  };
  return {
    ports,
    pass: (seconds: number) => {
      now += seconds * 1000;
    },
    revive: () => {
      life = Number.POSITIVE_INFINITY;
    },
    list: () => list,
    writes: () => writes,
    policies: () => [...policies.values()].join('\n'),
    denied: () =>
      records.filter(({ id }) => [...policies.values()].some((text) => text.includes(id))).map(({ id }) => id),
    marked: () => [...marks.keys()].sort(),
  };
}

export const noDeadline = new AbortController().signal;
export const operator = { subject: 'okta:operator' };
export const asked = (body: object) => {
  const read = parseRevocation(Buffer.from(JSON.stringify({ reason: 'r', ...body })));
  if (!read.ok) throw new Error(read.refusal.detail);
  return read.value;
};
export const alice = asked({ principal: 'okta:alice' });

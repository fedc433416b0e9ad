/** What has to come before: an issuance to the same subject, in time, and not taken back. */
import { describe, expect, it } from '@jest/globals';
import { checkPrior } from '../../lib/issuance/prior-issuance.ts';
import type { IssuanceFilter } from '../../lib/ledger/filter.ts';
import { matches } from '../../lib/ledger/filter.ts';
import type { IssuanceRecord } from '../../lib/ledger/record.ts';
import { accept, Fault, refuse } from '../../lib/outcome.ts';
import { loadScope } from '../../lib/policy/scope.ts';
import type { LedgerQueries } from '../../lib/ports/ledger.ts';
import { type Revocation, StandingRevocations } from '../../lib/revocation/revocation.ts';
import { epochMilliseconds, seconds } from '../../lib/time.ts';
import { aPrincipal, aScope, NOW } from '../fakes/world.ts';
import { aRecord } from '../ledger/a-record.ts';

const HOUR = seconds(3600);
const scope = loadScope(aScope({ requires: { intent: false, after: { scope: 'open-ticket', within: HOUR } } }));
const principal = aPrincipal();

const TICKET = 'iss_01KB00000000000000000000ZZ';
const ticket = (more: Partial<IssuanceRecord> = {}): IssuanceRecord => ({
  ...aRecord({ id: TICKET }),
  ...{ outcome: 'issued', reason: null, scope: 'open-ticket', time: epochMilliseconds(NOW - 60_000), actor: null },
  ...{ principal: principal.name, connection: 'github', client: null, subject: principal.subject },
  ...more,
});

/** A ledger of these, two on a page. */
const ledgerOf = (records: readonly IssuanceRecord[]): Pick<LedgerQueries, 'list'> => ({
  list: async (filter: IssuanceFilter, _limit, cursor) => {
    const found = records.filter((record) => matches(filter, record));
    const from = Number(cursor ?? 0);
    return accept({ issuances: found.slice(from, from + 2), next: from + 2 < found.length ? String(from + 2) : null });
  },
});

/** Revoked tokens, of those that are asked about. */
const revokedTokens = (...all: readonly string[]) => ({
  revokedAmong: async (ids: readonly string[]) => ids.filter((id) => all.includes(id)),
});

const asked = async (
  records: readonly IssuanceRecord[],
  revoked: readonly Revocation[] = [],
  who = principal,
  tokens = revokedTokens(),
) => {
  const context = {
    revocations: new StandingRevocations(revoked),
    time: NOW,
    signal: AbortSignal.timeout(5_000),
  };
  const authenticated = { principal: who, actor: null, client: null, proof: { kind: 'none' } } as never;
  const checked = await checkPrior(
    { queries: ledgerOf(records), revocations: tokens },
    { scopes: [scope] },
    authenticated,
    context,
  );
  return checked.ok ? 'granted' : checked.refusal.reason;
};

const revocation = (more: Partial<Revocation>): Revocation => ({
  ...{ id: 'rev_1', kind: 'issuance', name: TICKET, ends: null, lifted: null, sessions: 'done', accounts: [] },
  ...{ by: 'client:ops', reason: 'lost', time: epochMilliseconds(NOW - 1_000) },
  ...more,
});

describe('an issuance that has to come before', () => {
  it('is one of that scope to the same subject', async () => {
    expect(await asked([ticket()])).toBe('granted');
  });

  it.each<[string, Partial<IssuanceRecord>]>([
    ['of another scope', { scope: 'open-tickets' }],
    ['that was denied', { outcome: 'denied', reason: 'not_allowed' }],
    ['that failed', { outcome: 'failed', reason: 'role_refused' }],
    ['that has only begun', { outcome: 'started' }],
    ['of another subject of the same label', { subject: 'repo:acme/other' }],
    ['of another connection', { connection: 'gitlab' }],
    ['of a client as itself', { connection: null, client: 'github' }],
    ['that was revoked', { revoked: { revocation: 'rev_1', time: '', by: '', reason: '' } }],
    ['a millisecond too long ago', { time: epochMilliseconds(NOW - HOUR * 1000 - 1) }],
    ['a second too long ago', { time: epochMilliseconds(NOW - HOUR * 1000 - 1000) }],
  ])('is not one %s', async (_, more) => {
    expect(await asked([ticket(more)])).toBe('prior_issuance_missing');
  });

  it('counts to the last moment of its time', async () => {
    expect(await asked([ticket({ time: epochMilliseconds(NOW - HOUR * 1000) })])).toBe('granted');
    expect(await asked([ticket({ time: epochMilliseconds(NOW - HOUR * 1000 + 1000) })])).toBe('granted');
  });

  it('counts where several were granted as one', async () => {
    expect(await asked([ticket({ scope: 'api open-ticket' })])).toBe('granted');
  });

  it('does not count once it is revoked, by itself or by a name', async () => {
    expect(await asked([ticket()], [revocation({})])).toBe('prior_issuance_missing');
    const scopeGone = revocation({ kind: 'scope', name: 'open-ticket' });
    expect(await asked([ticket()], [scopeGone])).toBe('prior_issuance_missing');
    expect(await asked([ticket()], [revocation({ name: 'iss_other' })])).toBe('granted');
  });

  it('does not count as a token that was revoked, or came of one that was (RFC 7009)', async () => {
    const token = (id: string, of: readonly string[] = []): IssuanceRecord =>
      ticket({ ...{ id, grant: 'broker-token' }, ...(of.length === 0 ? {} : { lineage: { issuances: of } }) });
    const by = (records: readonly IssuanceRecord[], ...revoked: readonly string[]) =>
      asked(records, [], principal, revokedTokens(...revoked));
    expect(await by([token('iss_1')])).toBe('granted');
    expect(await by([token('iss_1')], 'iss_1')).toBe('prior_issuance_missing');
    expect(await by([token('iss_1', ['iss_0'])], 'iss_0')).toBe('prior_issuance_missing');
    expect(await by([token('iss_1'), token('iss_2')], 'iss_1')).toBe('granted');
    expect(await by([ticket({ id: 'iss_1', grant: 'aws-session' })], 'iss_1')).toBe('granted');
  });

  it.each<[string, readonly number[], number | null]>([
    ['a hundred', [...Array(98).fill(0), 1], 100],
    ['the newest alone where another is one too many', [...Array(99).fill(0), 1], 99],
    ['none of one that alone came of too many', [100, 0], null],
    ['none where there is none', [], null],
  ])('looks up the ids of tokens, a hundred at most: %s', async (_, cameOf, expected) => {
    const records = cameOf.map((count, at) => {
      const issuances = Array.from({ length: count }, (_none, of) => `iss_${at}_${of}`);
      return ticket({ id: `iss_${at}`, grant: 'broker-token', lineage: { issuances } });
    });
    const lookedUp: number[] = [];
    const revokedAmong = async (ids: readonly string[]) => {
      lookedUp.push(ids.length);
      return ids;
    };
    const queries = { list: async () => accept({ issuances: records, next: null }) };
    const context = { revocations: new StandingRevocations([]), time: NOW, signal: AbortSignal.timeout(5_000) };
    const authenticated = { principal, actor: null, client: null, proof: null };
    await checkPrior({ queries, revocations: { revokedAmong } }, { scopes: [scope] }, authenticated, context);
    expect(lookedUp).toEqual(expected === null ? [] : [expected]);
  });

  it('is found behind those of others with the same label', async () => {
    const others = Array.from({ length: 5 }, (_, at) => ticket({ subject: `other-${at}` }));
    expect(await asked([...others, ticket()])).toBe('granted');
  });

  it('of a client as itself is one to that client, and to no connection of its name', async () => {
    const bot = aPrincipal({ source: { kind: 'client', name: 'bot' }, subject: 'bot' });
    const to = (more: Partial<IssuanceRecord>) => asked([ticket({ subject: 'bot', ...more })], [], bot);
    expect(await to({ connection: null, client: 'bot' })).toBe('granted');
    expect(await to({ connection: null, client: 'other' })).toBe('prior_issuance_missing');
    expect(await to({ connection: 'bot', client: 'bot' })).toBe('prior_issuance_missing');
  });

  /** A ledger of pages of others with the same label; the subject's own is on page `own`, 1 being the first. */
  const pagesOf = (all: number, own: number) => {
    const read: (readonly [number, string | null])[] = [];
    const list: LedgerQueries['list'] = async (_filter, limit, cursor) => {
      read.push([limit, cursor]);
      const page = Number(cursor ?? 1);
      const issuances = [page === own ? ticket() : ticket({ subject: 'other' })];
      return accept({ issuances, next: page < all ? String(page + 1) : null });
    };
    return { list, read };
  };
  const lookingIn = async (queries: Pick<LedgerQueries, 'list'>) => {
    const authenticated = { principal, actor: null, client: null, proof: null };
    const context = { revocations: new StandingRevocations([]), time: NOW, signal: AbortSignal.timeout(5_000) };
    return checkPrior({ queries, revocations: revokedTokens() }, { scopes: [scope] }, authenticated, context);
  };

  it.each([
    [1, 1, 1, true],
    [3, 4, 3, false],
    [99, 10, 10, true],
    [99, 11, 10, false],
  ])('is looked for in ten pages of a hundred at most: of %d, on page %d', async (all, own, read, found) => {
    const pages = pagesOf(all, own);
    expect((await lookingIn(pages)).ok).toBe(found);
    expect(pages.read).toEqual(Array.from({ length: read }, (_, at) => [100, at === 0 ? null : String(at + 1)]));
  });

  it('is named to whoever misses it', async () => {
    const detail = 'open-ticket has to be issued to the same subject within the 3600 seconds before.';
    expect(await lookingIn(pagesOf(1, 2))).toEqual(refuse('prior_issuance_missing', { detail }));
  });

  it('is told from nobody by whether the ledger answers', async () => {
    const authenticated = { principal, actor: null, client: null, proof: { kind: 'none' } } as never;
    const context = { revocations: new StandingRevocations([]), time: NOW, signal: AbortSignal.timeout(5_000) };
    const down: Pick<LedgerQueries, 'list'> = {
      list: async () => {
        throw new Fault('ledger', 'down');
      },
    };
    const odd: Pick<LedgerQueries, 'list'> = { list: async () => refuse('parameter_invalid') };
    const check = (queries: Pick<LedgerQueries, 'list'>) =>
      checkPrior({ queries, revocations: revokedTokens() }, { scopes: [scope] }, authenticated, context);
    await expect(check(down)).rejects.toMatchObject({ dependency: 'ledger' });
    const refused = { dependency: 'bug', message: 'the ledger refused a search: parameter_invalid' };
    await expect(check(odd)).rejects.toMatchObject(refused);
    const nowhere = await checkPrior({ revocations: revokedTokens() }, { scopes: [scope] }, authenticated, context);
    expect(nowhere.ok ? null : nowhere.refusal.reason).toBe('grant_not_available_here');
  });
});

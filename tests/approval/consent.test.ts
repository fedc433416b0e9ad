import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ApprovalRequest } from '../../lib/approval/approvals.ts';
import type { Approver } from '../../lib/approval/approver.ts';
import { consent } from '../../lib/approval/consent.ts';
import { decideApproval, reviewAll, reviewOne, statusOf } from '../../lib/approval/review.ts';
import { dynamoApprovals } from '../../lib/aws/dynamodb/approvals.ts';
import type { Rule } from '../../lib/configuration/documents/rules.ts';
import type { Scope } from '../../lib/configuration/documents/scopes.ts';
import type { Principal } from '../../lib/identity/principal.ts';
import { issue } from '../../lib/issue.ts';
import { accept, Fault, refuse } from '../../lib/outcome.ts';
import { type Revocation, StandingRevocations } from '../../lib/revocation/revocation.ts';
import { epochMilliseconds, epochSeconds, seconds } from '../../lib/time.ts';
import { noDeadline, startTables, type TestTables } from '../aws/dynamodb/dynamodb.ts';
import { aMinted, aPrincipal, aRequest, aScope, fakeConfiguration, goodWorld, NOW } from '../fakes/world.ts';

let tables: TestTables;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.stop());

const ISSUER = 'https://broker.example';
const people: Rule = {
  connections: ['okta-saml'],
  clients: null,
  actor: null,
  when: { 'ForAnyValue:StringEquals': { 'claims.groups': ['prod-approvers'] } },
};
const demanding = (more: Partial<NonNullable<Scope['requires']['approval']>> = {}): Scope => ({
  ...aScope({ scope: `prod-${++count}` }),
  requires: {
    intent: false,
    approval: { from: [people], within: seconds(900), uses: 1, for: seconds(3600), breakGlass: [], ...more },
  },
});
let count = 0;
const REVOKED: Revocation = {
  ...{ id: 'rev_1', kind: 'principal', name: '', ends: null, lifted: null, sessions: 'done', accounts: [] },
  ...{ by: 'client:ops', reason: 'lost', time: NOW },
};

const person = (subject: string, more: Record<string, string | string[]> = {}, connection = 'okta-saml'): Principal =>
  aPrincipal({
    source: { kind: 'connection', name: connection },
    subject,
    name: subject,
    claims: { values: new Map(Object.entries({ groups: ['prod-approvers'], ...more })), unavailable: new Map() },
  });
const approver = (principal: Principal, actor: Approver['actor'] = null): Approver => ({
  principal,
  actor,
  caller: { id: 'req-9', sourceIp: '198.51.100.7', userAgent: 'test' },
});

/** A broker with one scope, whose clock stands until it is moved. */
function brokerOf(scope: Scope, principal: Principal = aPrincipal()) {
  const world = goodWorld([scope]);
  const time = { now: NOW };
  let nth = 0;
  const approvals = dynamoApprovals({
    state: { client: tables.client, table: tables.table('state') },
    ledger: { client: tables.client, table: tables.table('ledger') },
  });
  const told: string[] = [];
  const tell = async ({ id }: ApprovalRequest, event: string) => {
    told.push(`${event} ${id}`);
  };
  const ports = {
    ...world.ports,
    clock: { now: () => epochMilliseconds(time.now) },
    random: { bytes: (length: number) => Buffer.alloc(length, `${count}.${++nth}.`) },
    authenticators: { jwt: async () => accept(principal) },
    issuer: ISSUER,
    approvals,
    tell,
  };
  const ask = (more: Parameters<typeof aRequest>[0] = {}) =>
    issue(
      { ...ports, consent: (asked, signal) => consent(ports, asked, signal) },
      aRequest({ scopes: [scope.scope], ...more }),
      noDeadline,
    );
  const counted: string[] = [];
  const review = {
    ...ports,
    configurations: { current: async () => fakeConfiguration({ scopes: [scope] }) },
    metrics: {
      decided: ({ decision, approver: who }: { decision: string; approver: string }) =>
        counted.push(`${decision} ${who}`),
    },
  };
  const decide = (id: string, decision: 'approve' | 'deny', who: Approver = approver(person('ann'))) =>
    decideApproval(review, id, { decision, reason: 'seen' }, who, noDeadline);
  return { ...world, ports, time, ask, decide, review, told, counted, approvals };
}

async function pendingId(asking: ReturnType<ReturnType<typeof brokerOf>['ask']>): Promise<string> {
  const outcome = await asking;
  if (outcome.ok || outcome.refusal.pending === undefined) throw new Error(`not pending: ${JSON.stringify(outcome)}`);
  return outcome.refusal.pending.id;
}

describe('a request that somebody has to approve (contract section 7)', () => {
  it('waits, with its page and its end, before anything is claimed, counted against its limits or minted', async () => {
    const { ask, calls, told } = brokerOf(demanding());
    const outcome = await ask();
    expect(outcome).toMatchObject({
      ok: false,
      refusal: { reason: 'authorization_pending', pending: { expiresIn: 900, interval: 5, asked: 'now' } },
    });
    const id = await pendingId(Promise.resolve(outcome));
    expect(outcome).toMatchObject({ refusal: { pending: { uri: `${ISSUER}/approvals/${id}` } } });
    expect(calls).toEqual(['count', 'denied']);
    expect(told).toEqual([`asked ${id}`]);
  });

  it('is joined by the same request again, which costs one read and no record', async () => {
    const { ask, calls, ports } = brokerOf(demanding());
    const id = await pendingId(ask());
    const before = calls.length;
    const reads: string[] = [];
    const { read } = ports.approvals;
    ports.approvals = {
      ...ports.approvals,
      read: (digest, signal) => {
        reads.push('read');
        return read(digest, signal);
      },
    };
    expect(await pendingId(ask())).toBe(id);
    expect([calls.length - before, reads]).toEqual([0, ['read']]);
  });

  it.each([
    ['intent', { intent: 'another' }],
    ['duration', { requestedDuration: seconds(1800) }],
  ])('is another request with another %s', async (_, more) => {
    const { ask } = brokerOf(demanding());
    expect(await pendingId(ask(more))).not.toBe(await pendingId(ask()));
  });

  it('is granted once approved, as often as `uses` says, and then waits anew', async () => {
    const { ask, decide, records, counted, told } = brokerOf(demanding());
    const id = await pendingId(ask());
    expect(await decide(id, 'approve')).toMatchObject({ ok: true });
    const issued = await ask();
    expect(issued).toMatchObject({
      ok: true,
      value: { record: { approval: { id, state: 'used', approver: { subject: 'ann', connection: 'okta-saml' } } } },
    });
    expect(await pendingId(ask())).not.toBe(id);
    const kinds = records.map(({ outcome, approval }) => [outcome, approval?.state]);
    expect(kinds).toEqual([
      ['denied', 'pending'],
      ['approved', 'approved'],
      ['started', 'used'],
      ['issued', 'used'],
      ['denied', 'pending'],
    ]);
    expect(counted).toEqual(['approve ann']);
    expect(told.map((each) => each.split(' ')[0])).toEqual(['asked', 'approved', 'used', 'asked']);
  });

  it('is access_denied once denied, until it would have ended', async () => {
    const { ask, decide, time, records } = brokerOf(demanding());
    const id = await pendingId(ask());
    await decide(id, 'deny');
    expect(await ask()).toMatchObject({ ok: false, refusal: { reason: 'access_denied' } });
    expect(records.filter(({ approval }) => approval?.state === 'denied')).toMatchObject([
      { outcome: 'denied', reason: 'access_denied', subject: 'ann', approval: { requester: { connection: 'github' } } },
    ]);
    time.now = epochMilliseconds(NOW + 900_000);
    expect(await pendingId(ask())).not.toBe(id);
  });

  it('has expired at the end of `within`, with a record, and cannot be approved any more', async () => {
    const { ask, decide, time, records } = brokerOf(demanding());
    const id = await pendingId(ask());
    time.now = epochMilliseconds(NOW + 900_000);
    expect(await decide(id, 'approve')).toMatchObject({ ok: false, refusal: { reason: 'approval_closed' } });
    expect(await pendingId(ask())).not.toBe(id);
    expect(records.filter(({ approval }) => approval?.state === 'expired')).toMatchObject([{ approval: { id } }]);
  });

  it('may be taken up for as long as `for` says, from the approval', async () => {
    const { ask, decide, time } = brokerOf(demanding({ uses: 5, for: seconds(60) }));
    const id = await pendingId(ask());
    time.now = epochMilliseconds(NOW + 600_000);
    await decide(id, 'approve');
    time.now = epochMilliseconds(NOW + 659_000);
    expect(await ask()).toMatchObject({ ok: true });
    time.now = epochMilliseconds(NOW + 660_000);
    expect(await pendingId(ask())).not.toBe(id);
  });

  it('is decided once: the second word changes nothing', async () => {
    const { ask, decide } = brokerOf(demanding());
    const id = await pendingId(ask());
    await decide(id, 'deny');
    expect(await decide(id, 'approve', approver(person('bob')))).toMatchObject({
      ok: false,
      refusal: { reason: 'approval_closed' },
    });
    expect(await ask()).toMatchObject({ ok: false, refusal: { reason: 'access_denied' } });
  });

  it('lets one of 100 takers at once have what was approved once', async () => {
    const { ask, decide, records } = brokerOf(demanding());
    const id = await pendingId(ask());
    await decide(id, 'approve');
    const outcomes = await Promise.all(Array.from({ length: 100 }, () => ask()));
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
    const others = outcomes.flatMap((one) => (one.ok ? [] : [one.refusal.reason]));
    expect(new Set(others)).toEqual(new Set(['authorization_pending']));
    expect(records.filter(({ outcome, approval }) => outcome === 'issued' && approval?.id === id)).toHaveLength(1);
  });

  it('is given back where the mint fails, so that it can be taken up again', async () => {
    const { ask, decide, mint } = brokerOf(demanding());
    await decide(await pendingId(ask()), 'approve');
    mint.answer = async () => refuse('sts_throttled');
    expect(await ask()).toMatchObject({ ok: false, refusal: { reason: 'sts_throttled' } });
    mint.answer = async () => {
      throw new Fault('sts', 'down');
    };
    await expect(ask()).rejects.toMatchObject({ dependency: 'sts' });
    mint.answer = async () => accept(aMinted());
    expect(await ask()).toMatchObject({ ok: true });
  });

  it('is not approved without its record, and is once the approver repeats it', async () => {
    const { ask, decide, ports, review, records } = brokerOf(demanding());
    const id = await pendingId(ask());
    const finished = async (): Promise<never> => {
      throw new Fault('ledger', 'down');
    };
    const broken = { ...review, ledger: { ...ports.ledger, finished } };
    const verdict = { decision: 'approve', reason: null } as const;
    const who = approver(person('ann'));
    await expect(decideApproval(broken, id, verdict, who, noDeadline)).rejects.toMatchObject({ dependency: 'ledger' });
    expect(await pendingId(ask())).toBe(id);
    expect(await decide(id, 'approve', approver(person('bob')))).toMatchObject({
      refusal: { reason: 'approval_closed' },
    });
    expect(await decide(id, 'approve')).toMatchObject({ ok: true });
    expect(records.filter(({ outcome }) => outcome === 'approved')).toHaveLength(1);
    expect(await ask()).toMatchObject({ ok: true });
  });

  it('goes on at once for whom breakGlass names, with an intent, told to everybody and marked', async () => {
    const rule: Rule = { connections: ['github'], clients: null, actor: null, when: null };
    const { ask, told, review } = brokerOf(demanding({ breakGlass: [rule] }));
    expect(await pendingId(ask())).toMatch(/^apr_/);
    const issued = await ask({ intent: 'the site is down' });
    expect(issued).toMatchObject({ ok: true, value: { record: { approval: { state: 'break-glass' } } } });
    expect(told.at(-1)).toMatch(/^break-glass apr_/);
    const seen = await reviewAll(review, approver(person('ann')), noDeadline);
    expect(seen.map(statusOf)).toContain('break-glass');
  });

  it.each<[string, Partial<Revocation>, boolean]>([
    ['the approver', { kind: 'principal', name: 'okta-saml:ann' }, false],
    ['whom the approver came by', { kind: 'connection', name: 'okta-saml' }, false],
    ['the approver, until it was lifted', { kind: 'principal', name: 'okta-saml:ann', lifted: REVOKED }, false],
    ['somebody else', { kind: 'principal', name: 'okta-saml:bob' }, true],
  ])('waits for another word where its own is of somebody who is revoked: %s', async (_, revoked, stands) => {
    const { ask, decide, ports } = brokerOf(demanding());
    const id = await pendingId(ask());
    await decide(id, 'approve');
    const standing = new StandingRevocations([{ ...REVOKED, ...revoked }]);
    ports.revocations = { ...ports.revocations, standing: async () => standing };
    if (stands) return expect(await ask()).toMatchObject({ ok: true });
    const next = await pendingId(ask());
    expect(next).not.toBe(id);
    expect(await pendingId(ask())).toBe(next);
    expect(await decide(id, 'approve')).toMatchObject({ refusal: { reason: 'approval_closed' } });
  });

  it('asks nobody more than 60 times an hour for one principal and scope', async () => {
    const { ask, ports } = brokerOf(demanding());
    ports.limits = { count: async () => ({ within: false, full: 'actor:x', retryAfter: seconds(60) }) };
    expect(await ask()).toMatchObject({ ok: false, refusal: { reason: 'limit_reached', retryAfter: 60 } });
  });

  it('is refused where nobody can be asked', async () => {
    const scope = demanding();
    const { ports } = goodWorld([scope]);
    const outcome = await issue(ports, aRequest({ scopes: [scope.scope] }), noDeadline);
    expect(outcome).toMatchObject({ ok: false, refusal: { reason: 'grant_not_available_here' } });
  });
});

describe('who may approve', () => {
  const requester = person('eve', { email: 'Eve@Example.com' }, 'github');
  const admitted = {
    ...requester,
    claims: { ...requester.claims, values: new Map([...requester.claims.values, ['ref', 'refs/heads/main']]) },
  };
  const decided = async (who: Approver, more: Parameters<typeof demanding>[0] = {}) => {
    const { ask, decide } = brokerOf(demanding(more), admitted);
    return decide(await pendingId(ask()), 'approve', who);
  };
  const anyConnection: Rule = { ...people, connections: ['okta-saml', 'github'] };

  it('is whom `from` names', async () => {
    expect(await decided(approver(person('ann')))).toMatchObject({ ok: true });
  });

  it.each([
    ['another group', approver(person('ann', { groups: ['others'] })), 'approver_not_allowed'],
    ['another connection', approver(person('ann', {}, 'github')), 'approver_not_allowed'],
    [
      'the same person by their e-mail address elsewhere',
      approver(person('ann', { email: 'eve@example.com ' })),
      'approver_is_requester',
    ],
    [
      'the same person by an address in another form of Unicode',
      approver(person('ann', { email: 'eve@ｅxample.com' })),
      'approver_is_requester',
    ],
  ])('is not %s', async (_, who, reason) => {
    expect(await decided(who)).toMatchObject({ ok: false, refusal: { reason } });
  });

  it.each([
    ['under the same name', 'eve'],
    ['under a name in other letters, as a person may type it', ' EVE'],
    ['under a name in other forms of Unicode', 'ｅve'],
  ])('is never the requester, whom `from` names too, %s', async (_, subject) => {
    expect(await decided(approver(person(subject, {}, 'github')), { from: [anyConnection] })).toMatchObject({
      ok: false,
      refusal: { reason: 'approver_is_requester' },
    });
  });

  it.each([
    ['the same name of the same identity provider', 'eve', 'https://idp.example', 'approver_is_requester'],
    ['the same name in other letters', 'Eve', 'https://idp.example', 'approver_is_requester'],
    ['another name of it', 'ann', 'https://idp.example', null],
    ['the same name of another identity provider', 'eve', 'https://other.example', null],
  ])('at another connection: %s', async (_, subject, issuer, reason) => {
    const who = person(subject);
    const outcome = await decided(approver({ ...who, proof: { ...who.proof, issuer } }));
    expect(outcome.ok ? null : outcome.refusal.reason).toBe(reason);
  });

  it("is nobody for whom somebody else acts: no agent approves with its user's token", async () => {
    const principal = person('ann');
    const actor: Approver['actor'] = {
      via: 'act',
      ...{ connection: null, client: 'agent', subject: 'agent', name: 'agent' },
      ...{ claims: principal.claims, proof: principal.proof, reuse: null, lineage: null },
    };
    expect(await decided(approver(principal, actor))).toMatchObject({
      ok: false,
      refusal: { reason: 'approver_not_allowed' },
    });
  });

  it('is a person with whoever acts for them, where a rule says so: the record has all of the chain', async () => {
    const principal = person('ann');
    const { claims, proof } = principal;
    const acts = (client: string): NonNullable<Approver['actor']> => ({
      ...{ via: 'act', connection: null, client, subject: client, name: client },
      ...{ claims, proof, reuse: null, lineage: null },
    });
    const act = { sub: 'client:desk', act: { sub: 'client:agent' } };
    const lineage: Principal['lineage'] = {
      ...{ tokenIds: ['iss_2', 'iss_1'], exchanges: 1, expires: epochSeconds(NOW / 1000 + 60), issuer: null },
      ...{ actors: [acts('desk'), acts('agent')], presenters: ['front'], boundTo: null, scopes: ['broker:approvals'] },
      token: { subject: 'okta-saml:ann', claims: { values: new Map([['act', act]]), unavailable: new Map() } },
    };
    const desk = { ...people, actor: { connections: null, clients: ['desk'], when: null } };
    const { ask, decide, records } = brokerOf(demanding({ from: [desk] }), admitted);
    const who = approver({ ...principal, lineage }, acts('desk'));
    expect(await decide(await pendingId(ask()), 'approve', who)).toMatchObject({ ok: true });
    expect(records.at(-1)).toMatchObject({
      ...{ outcome: 'approved', subject: 'ann', actor: { client: 'desk' }, claims: { act } },
      lineage: { clients: ['front'], issuances: ['iss_2', 'iss_1'], scopes: ['broker:approvals'] },
    });
  });

  it('is nobody of whom a claim that the scope names is not known to differ', async () => {
    const named = { personClaims: ['employee'] };
    expect(await decided(approver(person('ann')), named)).toMatchObject({
      refusal: { reason: 'approver_is_requester' },
    });
    expect(await decided(approver(person('ann', { employee: '7' })), named)).toMatchObject({ ok: true });
  });

  it('is shown nothing of what they may not decide on', async () => {
    const { ask, review } = brokerOf(demanding());
    const id = await pendingId(ask());
    const stranger = approver(person('ann', { groups: ['others'] }));
    expect(await reviewOne(review, id, stranger, noDeadline)).toMatchObject({
      refusal: { reason: 'approver_not_allowed' },
    });
    expect((await reviewAll(review, stranger, noDeadline)).filter(({ request }) => request.id === id)).toEqual([]);
    expect(await reviewOne(review, 'apr_nothing', stranger, noDeadline)).toMatchObject({
      refusal: { reason: 'approval_unknown' },
    });
  });
});

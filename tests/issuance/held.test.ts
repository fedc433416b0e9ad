/** What an issuance has taken up: slots of what may be alive, and somebody's approval. Kept, or given back. */
import { describe, expect, it } from '@jest/globals';
import type { Scope } from '../../lib/configuration/documents/scopes.ts';
import { type IssuePorts, issue } from '../../lib/issue.ts';
import { accept, Fault, refuse } from '../../lib/outcome.ts';
import type { HeldSlots } from '../../lib/ports/live-slots.ts';
import { type Revocation, StandingRevocations } from '../../lib/revocation/revocation.ts';
import { epochSeconds, seconds } from '../../lib/time.ts';
import {
  aMinted,
  aPrincipal,
  aRequest,
  aScope,
  fakeConfiguration,
  goodWorld,
  NOW,
  NOW_SECONDS,
} from '../fakes/world.ts';

const forever = new AbortController().signal;
const demand = { from: [], within: seconds(900), uses: 1, for: seconds(3600), breakGlass: [] };
const SCOPE = aScope({
  limits: { perPrincipal: null, total: null, live: { total: 1 } },
  requires: { intent: false, approval: demand },
});
const APPROVAL = { id: 'apr_1', state: 'approved' } as const;
const down = (dependency: 'sts' | 'limits' | 'ledger' | 'replays' | 'revocations') => async (): Promise<never> => {
  throw new Fault(dependency, 'down');
};

/**
 * A world in which a slot and an approval are taken up and all goes well. The credential ends in 3,600 s; the slot was
 * taken for `slotSeconds`.
 */
function heldWorld(slotSeconds = 3_660) {
  const world = goodWorld([SCOPE]);
  const { calls } = world;
  const signals: AbortSignal[] = [];
  const says = (what: string) => async (signal: AbortSignal) => {
    calls.push(what);
    signals.push(signal);
  };
  const slots: HeldSlots = {
    until: epochSeconds(NOW_SECONDS + slotSeconds),
    keepUntil: async (expires) => void calls.push(`slot kept for ${expires - NOW_SECONDS} s`),
    giveBack: says('slot back'),
  };
  const ports: IssuePorts = {
    ...world.ports,
    live: {
      take: async () => {
        calls.push('slot');
        return { taken: true, held: slots };
      },
    },
    consent: async () => {
      calls.push('approval');
      return accept({ record: APPROVAL, used: says('approval used'), giveBack: says('approval back') });
    },
  };
  return { ...world, ports, slots, signals };
}

/** As the ledger, but that an outcome of that kind cannot be written. */
const ledgerWithout = ({ ledger }: IssuePorts, ...outcomes: readonly string[]): IssuePorts['ledger'] => ({
  ...ledger,
  finished: (record, ...more) =>
    outcomes.includes(record.outcome) ? down('ledger')() : ledger.finished(record, ...more),
});

describe('what is handed out', () => {
  it('has taken its approval and its slot first, and uses them up last', async () => {
    const { ports, calls, records } = heldWorld();
    const issued = await issue(ports, aRequest(), forever);
    expect(issued).toMatchObject({ ok: true, value: { record: { approval: APPROVAL } } });
    expect(calls).toEqual([
      ...['approval', 'slot', 'count', 'started', 'mint', 'finished'],
      ...['slot kept for 3600 s', 'approval used'],
    ]);
    expect(records.map(({ outcome, approval }) => [outcome, approval])).toEqual([
      ['started', APPROVAL],
      ['issued', APPROVAL],
    ]);
  });

  it('keeps its slot for longer before its record says `issued`, where it ends later than was thought', async () => {
    const { ports, calls } = heldWorld(3_599);
    expect((await issue(ports, aRequest(), forever)).ok).toBe(true);
    expect(calls.slice(-4)).toEqual(['mint', 'slot kept for 3600 s', 'finished', 'approval used']);
  });

  it('leaves its slot as it is, where it ends when was thought', async () => {
    const { ports, calls } = heldWorld(3_600);
    expect((await issue(ports, aRequest(), forever)).ok).toBe(true);
    expect(calls.slice(-3)).toEqual(['mint', 'finished', 'approval used']);
  });

  it('leaves though its slot cannot be freed sooner', async () => {
    const { ports, slots } = heldWorld();
    const live = { take: async () => ({ taken: true, held: { ...slots, keepUntil: down('limits') } }) as const };
    expect((await issue({ ...ports, live }, aRequest(), forever)).ok).toBe(true);
  });
});

describe('what is not handed out gives its slot and its approval back', () => {
  const FULL = { within: false, full: 'actor:x', retryAfter: seconds(9) } as const;
  it.each<[string, (ports: IssuePorts) => Partial<IssuePorts>, object | string]>([
    ['a limit that is reached', () => ({ limits: { count: async () => FULL } }), { reason: 'limit_reached' }],
    ['limits that cannot be asked', () => ({ limits: { count: down('limits') } }), 'limits'],
    [
      'an issuance that cannot be recorded',
      (ports) => ({ ledger: { ...ports.ledger, started: down('ledger') } }),
      'ledger',
    ],
    [
      'an outcome that the ledger takes as `failed` alone',
      (ports) => ({ ledger: ledgerWithout(ports, 'issued') }),
      'ledger',
    ],
  ])('%s', async (_, broken, why) => {
    const { ports, calls, records } = heldWorld();
    const outcome = await issue({ ...ports, ...broken(ports) }, aRequest(), forever).catch((cause) => cause);
    expect(outcome).toMatchObject(typeof why === 'string' ? { dependency: why } : { ok: false, refusal: why });
    expect(calls.filter((call) => call.endsWith('back')).sort()).toEqual(['approval back', 'slot back']);
    expect(records.some((record) => record.outcome === 'issued')).toBe(false);
  });

  it.each([
    ['refused', async () => refuse('role_refused'), 'role_refused'],
    ['failed', down('sts'), 'internal_fault'],
  ])('a mint that was %s', async (_, answer, reason) => {
    const { ports, calls, records, mint } = heldWorld();
    mint.answer = answer;
    await issue(ports, aRequest(), forever).catch(() => null);
    expect(records.at(-1)).toMatchObject({ outcome: 'failed', reason, credential: null, approval: APPROVAL });
    expect(calls.slice(-2).sort()).toEqual(['approval back', 'slot back']);
  });

  it('one whose slot cannot be kept to its end: its record says `failed`, and never `issued`', async () => {
    const { ports, slots, calls, records } = heldWorld(3_599);
    const live = { take: async () => ({ taken: true, held: { ...slots, keepUntil: down('limits') } }) as const };
    await expect(issue({ ...ports, live }, aRequest(), forever)).rejects.toMatchObject({ dependency: 'limits' });
    expect(records.map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ['started', null],
      ['failed', 'internal_fault'],
    ]);
    expect(calls.slice(-2).sort()).toEqual(['approval back', 'slot back']);
  });

  it('but keeps them where nobody can say whether it was recorded', async () => {
    const { ports, calls } = heldWorld();
    const ledger = ledgerWithout(ports, 'issued', 'failed');
    await expect(issue({ ...ports, ledger }, aRequest(), forever)).rejects.toMatchObject({ dependency: 'ledger' });
    expect(calls.filter((call) => call.endsWith('back'))).toEqual([]);
  });

  it('though the time of the request is over', async () => {
    const { ports, signals, mint } = heldWorld();
    mint.answer = down('sts');
    const over = AbortSignal.abort();
    await issue(ports, aRequest(), over).catch(() => null);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
  });

  it('a slot that cannot be had: the approval may be taken up again, when it is free', async () => {
    const { ports, calls, records } = heldWorld();
    const live = { take: async () => ({ taken: false, full: 'total:x', retryAfter: seconds(40) }) as const };
    const outcome = await issue({ ...ports, live }, aRequest(), forever);
    const refusal = { reason: 'limit_reached', limit: 'live.total', retryAfter: 40, recorded: 'denied' };
    expect(outcome).toMatchObject({ ok: false, refusal });
    expect(calls.at(-2)).toBe('approval back');
    expect(records.at(-1)).toMatchObject({ outcome: 'denied', reason: 'limit_reached', approval: APPROVAL });
  });
});

describe('what waits for somebody to approve it', () => {
  const pending = (asked: 'now' | 'before') => ({
    ...{ id: 'apr_2', uri: 'https://b.example/a', expiresIn: seconds(900), interval: seconds(5) },
    asked,
  });
  const waiting = (asked: 'now' | 'before') => async () => refuse('authorization_pending', { pending: pending(asked) });

  it.each([
    ['is recorded once it is asked for', 'now', ['denied']],
    ['is not recorded each time that it is asked for again', 'before', []],
  ] as const)('%s', async (_, asked, recorded) => {
    const { ports, calls, records } = heldWorld();
    const outcome = await issue({ ...ports, consent: waiting(asked) }, aRequest(), forever);
    const refusal = { reason: 'authorization_pending', pending: pending(asked), recorded: 'denied' };
    expect(outcome).toEqual({ ok: false, refusal });
    expect(calls).toEqual(recorded);
    expect(records.map(({ reason, approval }) => ({ reason, approval }))).toEqual(
      recorded.map(() => ({ reason: 'authorization_pending', approval: { id: 'apr_2', state: 'pending' } })),
    );
  });

  it('takes nothing up once somebody said no', async () => {
    const { ports, calls } = heldWorld();
    const outcome = await issue({ ...ports, consent: async () => refuse('access_denied') }, aRequest(), forever);
    expect(outcome).toMatchObject({ refusal: { reason: 'access_denied', recorded: 'denied' } });
    expect(calls).toEqual(['denied']);
  });

  it('cannot be had where nobody asks for approvals', async () => {
    const { consent: _, ...ports } = heldWorld().ports;
    expect(await issue(ports, aRequest(), forever)).toMatchObject({ refusal: { reason: 'grant_not_available_here' } });
  });

  it('is told to the approver with the issuance, the version and where it came from', async () => {
    const { ports, records } = heldWorld();
    const told: unknown[] = [];
    const consent: IssuePorts['consent'] = async ({ who, need, revocations, ...asked }) => {
      told.push({ ...asked, who: who.principal.name, scopes: need.scopes, revoked: revocations.all });
      return refuse('access_denied');
    };
    await issue({ ...ports, consent }, aRequest(), forever);
    expect(told).toEqual([
      {
        ...{ issuance: records[0]?.id, configVersion: 7, sourceIp: '203.0.113.9' },
        ...{ who: 'acme/web@refs/heads/main', scopes: ['deploy-web'], revoked: [] },
      },
    ]);
  });
});

const REVOCATION: Revocation = {
  ...{ id: 'rev_7', kind: 'scope', name: 'deploy-web', ends: null, lifted: null, sessions: 'done', accounts: [] },
  ...{ by: 'client:ops', reason: 'lost', time: NOW },
};

it('whoever is revoked takes nothing up, and the log says by what', async () => {
  const { ports, calls, records } = heldWorld();
  const revocations = { ...ports.revocations, standing: async () => new StandingRevocations([REVOCATION]) };
  const outcome = await issue({ ...ports, revocations }, aRequest(), forever);
  expect(outcome).toMatchObject({ refusal: { reason: 'access_revoked', log: { found: 'rev_7' }, recorded: 'denied' } });
  expect(calls).toEqual(['denied']);
  expect(records[0]).toMatchObject({ outcome: 'denied', reason: 'access_revoked' });
});

describe('what is in force within 10 s holds for what takes longer to mint', () => {
  const identity = `github:${aPrincipal().subject}`;
  const version = (number: number, scopes: readonly Scope[]) => ({ ...fakeConfiguration({ scopes }), version: number });
  it.each<[string, Partial<Revocation>, ReturnType<typeof version> | null, string | null]>([
    ['the scope is revoked', {}, null, 'access_revoked'],
    ['whom it is for is revoked', { kind: 'principal', name: identity }, null, 'access_revoked'],
    ['somebody else is revoked', { kind: 'principal', name: 'github:other' }, null, null],
    ['a revocation is lifted', { lifted: REVOCATION }, null, null],
    ['the scope is switched off', { name: 'x' }, version(8, [{ ...SCOPE, enabled: false }]), 'not_allowed'],
    ['the scope is gone', { name: 'x' }, version(8, []), 'not_allowed'],
    ['a configuration that has the scope comes into force', { name: 'x' }, version(8, [SCOPE]), null],
  ])('%s meanwhile', async (_, revoked, configuration, reason) => {
    const { ports, calls, records, mint } = heldWorld();
    let standing = new StandingRevocations([]);
    let { current } = ports.configurations;
    mint.answer = async () => {
      standing = new StandingRevocations([{ ...REVOCATION, ...revoked }]);
      if (configuration !== null) current = async () => configuration;
      return accept(aMinted());
    };
    const world = {
      ...ports,
      revocations: { ...ports.revocations, standing: async () => standing },
      configurations: { current: (signal: AbortSignal) => current(signal) },
    };
    const outcome = await issue(world, aRequest(), forever);
    expect(outcome.ok ? null : outcome.refusal.reason).toBe(reason);
    expect(records.map((record) => record.outcome)).toEqual(['started', reason === null ? 'issued' : 'failed']);
    if (reason === null) return;
    expect(records.at(-1)).toMatchObject({ reason, credential: null });
    expect(calls.slice(-2).sort()).toEqual(['approval back', 'slot back']);
  });

  it('and nobody gets what was minted where that cannot be known', async () => {
    const { ports, mint } = heldWorld();
    let standing = ports.revocations.standing;
    mint.answer = async () => {
      standing = down('revocations');
      return accept(aMinted());
    };
    const revocations = { ...ports.revocations, standing: (signal: AbortSignal) => standing(signal) };
    await expect(issue({ ...ports, revocations }, aRequest(), forever)).rejects.toMatchObject({
      dependency: 'revocations',
    });
  });
});

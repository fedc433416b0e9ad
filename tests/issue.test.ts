import { describe, expect, it } from '@jest/globals';
import { issue } from '../lib/issue.ts';
import { accept, Fault, refuse } from '../lib/outcome.ts';
import { type Revocation, StandingRevocations } from '../lib/revocation/revocation.ts';
import { epochSeconds, seconds } from '../lib/time.ts';
import { aMinted, aPrincipal, aRequest, aScope, goodWorld, NOW } from './fakes/world.ts';
import { aRecord } from './ledger/a-record.ts';

const signal = new AbortController().signal;
const once = aPrincipal({
  reuse: { reuse: 'once', issuer: 'https://idp.example', tokenId: 't1', until: epochSeconds(NOW / 1000 + 360) },
});

describe('the order of an issuance (contract section 1)', () => {
  it('claims, counts, records `started`, mints, records the outcome, in this order', async () => {
    const { ports, calls, records } = goodWorld();
    const outcome = await issue({ ...ports, authenticators: { jwt: async () => accept(once) } }, aRequest(), signal);
    expect(outcome.ok).toBe(true);
    expect(calls).toEqual(['claim', 'count', 'started', 'mint', 'finished']);
    expect(records.map(({ outcome: kind }) => kind)).toEqual(['started', 'issued']);
    expect(new Set(records.map(({ id }) => id)).size).toBe(1);
  });

  it('tells whoever traces it of authentication, decision and minting', async () => {
    const { ports, calls } = goodWorld();
    const step: NonNullable<typeof ports.step> = async (name, run) => {
      calls.push(`${name} begins`);
      const result = await run();
      calls.push(`${name} ends`);
      return result;
    };
    await issue({ ...ports, step }, aRequest(), signal);
    expect(calls).toEqual([
      ...['authenticate begins', 'authenticate ends', 'decide begins', 'decide ends', 'count', 'started'],
      ...['mint begins', 'mint', 'mint ends', 'finished'],
    ]);
  });

  it('records that `started` came before, where it did', async () => {
    const { ports, records } = goodWorld();
    const afters: unknown[] = [];
    const finished: typeof ports.ledger.finished = async (record, _, after) => {
      records.push(record);
      afters.push(after);
    };
    const atHand = async () => accept(aMinted());
    const prepared = { planned: aMinted().credential, bound: () => ({}), mint: atHand };
    const world = { ...ports, ledger: { ...ports.ledger, finished } };
    await issue(world, aRequest(), signal);
    const kept = { 'aws-session': { prepare: () => accept({ ...prepared, atHand }) } };
    await issue({ ...world, granters: kept }, aRequest(), signal);
    const none = { 'aws-session': { prepare: () => accept({ ...prepared, atHand: async () => null }) } };
    await issue({ ...world, granters: none }, aRequest(), signal);
    expect(afters).toEqual(['started', undefined, 'started']);
    expect(records.map(({ outcome }) => outcome)).toEqual(['started', 'issued', 'issued', 'started', 'issued']);
  });

  it('looks at what has to come before, and at what of it was revoked, before it takes anything', async () => {
    const after = { scope: 'open-ticket', within: seconds(3600) };
    const { ports, calls, records } = goodWorld([aScope({ requires: { intent: false, after } })]);
    const ticket = { ...aRecord({ scope: 'open-ticket' }), connection: 'github', subject: aPrincipal().subject };
    const queries = { list: async () => accept({ issuances: [ticket], next: null }) };
    expect((await issue({ ...ports, queries }, aRequest(), signal)).ok).toBe(true);
    calls.length = 0;
    const revocation: Revocation = {
      ...{ id: 'rev_1', kind: 'issuance', name: ticket.id, ends: null, lifted: null, sessions: 'done', accounts: [] },
      ...{ by: 'client:ops', reason: 'lost', time: NOW },
    };
    const revocations = { ...ports.revocations, standing: async () => new StandingRevocations([revocation]) };
    const refused = await issue({ ...ports, queries, revocations }, aRequest(), signal);
    expect(refused).toMatchObject({ refusal: { reason: 'prior_issuance_missing', recorded: 'denied' } });
    expect(calls).toEqual(['denied']);
    expect(records.at(-1)).toMatchObject({ outcome: 'denied', reason: 'prior_issuance_missing' });
  });

  it('records what was decided, and the claims that rules and `record` name, and no others', async () => {
    const { ports, records } = goodWorld();
    const claims = {
      values: new Map([
        ['ref', 'refs/heads/main'],
        ['sha', 'c0ffee'],
        ['email', 'x@y.z'],
      ]),
      unavailable: new Map(),
    };
    await issue(
      { ...ports, authenticators: { jwt: async () => accept(aPrincipal({ claims })) } },
      aRequest({ intent: 'roll web' }),
      signal,
    );
    expect(records.at(-1)).toMatchObject({
      outcome: 'issued',
      reason: null,
      scope: 'deploy-web',
      grant: 'aws-session',
      connection: 'github',
      client: null,
      intent: 'roll web',
      decision: { configVersion: 7, rule: 0, checks: [{ operator: 'StringEquals', key: 'claims.ref', held: true }] },
      credential: { accessKeyId: 'ASIAEXAMPLE' },
    });
    expect({ ...records.at(-1)?.claims }).toEqual({ ref: 'refs/heads/main', sha: 'c0ffee' });
  });
});

describe('what `reuse: bind` binds a proof to', () => {
  const bindingOf = async (duration: number | null, scope = 'deploy-web') => {
    const { ports } = goodWorld([aScope(), aScope({ scope: 'other' })]);
    const bound: string[] = [];
    const replays = {
      ...ports.replays,
      claim: async ({ binding }: { binding: string }) => {
        bound.push(binding);
        return 'claimed' as const;
      },
    };
    const request = aRequest({ scopes: [scope], requestedDuration: duration === null ? null : seconds(duration) });
    await issue({ ...ports, replays, authenticators: { jwt: async () => accept(once) } }, request, signal);
    return bound[0];
  };

  it("is the scope and the duration, the grant's own where none was asked for", async () => {
    expect(await bindingOf(null)).toBe(await bindingOf(3600));
    expect(await bindingOf(null)).not.toBe(await bindingOf(900));
    expect(await bindingOf(null)).not.toBe(await bindingOf(null, 'other'));
  });
});

describe('no record, no credential', () => {
  it('asks nobody to mint where `started` cannot be written', async () => {
    const { ports, calls } = goodWorld();
    const ledger = {
      ...ports.ledger,
      started: async () => {
        throw new Fault('ledger', 'down');
      },
    };
    await expect(issue({ ...ports, ledger }, aRequest(), signal)).rejects.toMatchObject({ dependency: 'ledger' });
    expect(calls).not.toContain('mint');
  });

  it('drops the credential where the outcome cannot be written', async () => {
    const { ports } = goodWorld();
    const ledger = {
      ...ports.ledger,
      finished: async () => {
        throw new Fault('ledger', 'down');
      },
    };
    await expect(issue({ ...ports, ledger }, aRequest(), signal)).rejects.toMatchObject({ dependency: 'ledger' });
  });

  it('records a mint that was refused as failed, and gives a once-claim back', async () => {
    const { ports, calls, records, mint } = goodWorld();
    mint.answer = async () => refuse('role_refused');
    const outcome = await issue({ ...ports, authenticators: { jwt: async () => accept(once) } }, aRequest(), signal);
    expect(outcome).toMatchObject({ ok: false, refusal: { reason: 'role_refused' } });
    expect(records.at(-1)).toMatchObject({ outcome: 'failed', reason: 'role_refused', credential: null });
    expect(calls.at(-1)).toBe('release');
  });

  it('records a mint that threw as failed before the fault goes on', async () => {
    const { ports, calls, records, mint } = goodWorld();
    mint.answer = async () => {
      throw new Fault('sts', 'down');
    };
    const world = { ...ports, authenticators: { jwt: async () => accept(once) } };
    await expect(issue(world, aRequest(), signal)).rejects.toMatchObject({ dependency: 'sts' });
    expect(records.at(-1)).toMatchObject({ outcome: 'failed', reason: 'internal_fault', credential: null });
    expect(calls.at(-1)).toBe('release');
  });
});

describe('a proof that may be used once, where its issuance failed (contract section 2, `reuse`)', () => {
  const down = (dependency: 'ledger' | 'limits') => async (): Promise<never> => {
    throw new Fault(dependency, 'down');
  };
  const authenticators = { jwt: async () => accept(once) };

  it.each(['started', 'limits'] as const)(
    'is given back where %s cannot be written: nobody was asked to mint',
    async (what) => {
      const { ports, calls } = goodWorld();
      const ledger = what === 'started' ? { ...ports.ledger, started: down('ledger') } : ports.ledger;
      const limits = what === 'limits' ? { count: down('limits') } : ports.limits;
      await expect(issue({ ...ports, authenticators, ledger, limits }, aRequest(), signal)).rejects.toBeInstanceOf(
        Fault,
      );
      expect(calls).not.toContain('mint');
      expect(calls.at(-1)).toBe('release');
    },
  );

  it('is given back where nobody can say whether the claim was written', async () => {
    const { ports, calls } = goodWorld();
    const claim = async (): Promise<never> => {
      throw new Fault('replays', 'its answer got lost');
    };
    const world = { ...ports, authenticators, replays: { ...ports.replays, claim } };
    await expect(issue(world, aRequest(), signal)).rejects.toMatchObject({ dependency: 'replays' });
    expect(calls).toEqual(['release']);
  });

  it('is not given back to a caller who did not have it', async () => {
    const { ports, calls } = goodWorld();
    const replays = { ...ports.replays, claim: async () => 'replayed' as const };
    await issue({ ...ports, authenticators, replays }, aRequest(), signal);
    expect(calls).not.toContain('release');
  });

  it('is given back where the outcome cannot be written and the ledger takes `failed` instead', async () => {
    const { ports, calls, records } = goodWorld();
    const finished: typeof ports.ledger.finished = (record, giveUp, after) =>
      record.outcome === 'issued' ? down('ledger')() : ports.ledger.finished(record, giveUp, after);
    const ledger = { ...ports.ledger, finished };
    await expect(issue({ ...ports, authenticators, ledger }, aRequest(), signal)).rejects.toBeInstanceOf(Fault);
    expect(records.at(-1)).toMatchObject({ outcome: 'failed', reason: 'ledger_unavailable', credential: null });
    expect(calls.at(-1)).toBe('release');
  });

  it('stays claimed where nobody can say whether the outcome was written', async () => {
    const { ports, calls } = goodWorld();
    const ledger = { ...ports.ledger, finished: down('ledger') };
    await expect(issue({ ...ports, authenticators, ledger }, aRequest(), signal)).rejects.toBeInstanceOf(Fault);
    expect(calls).toContain('mint');
    expect(calls).not.toContain('release');
  });

  it('takes 200 ms at most to write down and give back, both together', async () => {
    const { ports, mint } = goodWorld();
    mint.answer = async () => refuse('sts_unavailable');
    const hang = (_: unknown, giveUp: AbortSignal): Promise<never> =>
      new Promise((_resolve, reject) => giveUp.addEventListener('abort', () => reject(new Fault('ledger', 'late'))));
    const ledger = { ...ports.ledger, finished: hang };
    const replays = { ...ports.replays, release: hang };
    const began = performance.now();
    await issue({ ...ports, authenticators, ledger, replays }, aRequest(), signal);
    expect(performance.now() - began).toBeLessThan(350);
  });
});

describe('refusals', () => {
  it('leaves nothing in the ledger of what never authenticated', async () => {
    const { ports, calls } = goodWorld();
    const authenticators = { jwt: async () => refuse('signature_invalid') };
    expect(await issue({ ...ports, authenticators }, aRequest(), signal)).toMatchObject({
      ok: false,
      refusal: { reason: 'signature_invalid' },
    });
    expect(calls).toEqual([]);
  });

  it.each([
    ['unknown', [aScope({ scope: 'another' })]],
    ['disabled', [aScope({ enabled: false })]],
    ['not allowed', [aScope({ allow: [{ connections: ['okta'], clients: null, actor: null, when: null }] })]],
    [
      'denied',
      [
        aScope({
          deny: [
            {
              connections: null,
              clients: null,
              actor: null,
              when: { StringEquals: { 'claims.ref': ['refs/heads/main'] } },
            },
          ],
        }),
      ],
    ],
  ])('answers alike for a scope that is %s, and records it', async (_, scopes) => {
    const { ports, calls, records } = goodWorld(scopes);
    const outcome = await issue(ports, aRequest(), signal);
    expect(outcome).toEqual({ ok: false, refusal: { reason: 'not_allowed', recorded: 'denied' } });
    expect(calls).toEqual(['denied']);
    expect(records[0]).toMatchObject({
      outcome: 'denied',
      reason: 'not_allowed',
      scope: 'deploy-web',
      credential: null,
    });
  });

  it('refuses a proof that was used, without counting or minting', async () => {
    const { ports, calls, records } = goodWorld();
    const replays = { ...ports.replays, claim: async () => 'replayed' as const };
    const outcome = await issue(
      { ...ports, replays, authenticators: { jwt: async () => accept(once) } },
      aRequest(),
      signal,
    );
    expect(outcome).toMatchObject({ ok: false, refusal: { reason: 'replayed' } });
    expect(calls).toEqual(['denied']);
    expect(records[0]).toMatchObject({ outcome: 'denied', reason: 'replayed' });
    expect(records[0]?.decision).not.toHaveProperty('limit');
  });

  it('says which limit is reached, to the ledger too, and when to come again', async () => {
    const { ports, calls, records } = goodWorld();
    const limits = { count: async () => ({ within: false, full: 'actor:x', retryAfter: seconds(17) }) as const };
    const outcome = await issue({ ...ports, limits }, aRequest(), signal);
    const said = { limit: 'perActor', detail: 'The limit perActor of this scope is reached.' };
    const refusal = { reason: 'limit_reached', recorded: 'denied', retryAfter: 17, ...said };
    expect(outcome).toEqual({ ok: false, refusal });
    expect(records[0]?.decision.limit).toBe('perActor');
    expect(calls).toEqual(['denied']);
  });

  it('refuses a scope whose grant this function cannot make', async () => {
    const { ports } = goodWorld();
    const outcome = await issue({ ...ports, granters: {} }, aRequest(), signal);
    expect(outcome).toMatchObject({ ok: false, refusal: { reason: 'grant_not_available_here' } });
  });

  it.each([
    [
      'replays',
      {
        replays: {
          claim: async () => {
            throw new Fault('replays', 'down');
          },
          release: async () => {},
        },
      },
    ],
    [
      'limits',
      {
        limits: {
          count: async () => {
            throw new Fault('limits', 'down');
          },
        },
      },
    ],
    [
      'configuration',
      {
        configurations: {
          current: async () => {
            throw new Fault('configuration', 'down');
          },
        },
      },
    ],
  ])('is no allow where %s cannot be reached', async (dependency, broken) => {
    const { ports, calls } = goodWorld();
    const world = { ...ports, authenticators: { jwt: async () => accept(once) }, ...broken };
    await expect(issue(world, aRequest(), signal)).rejects.toMatchObject({ dependency });
    expect(calls).not.toContain('mint');
    expect(calls).not.toContain('started');
  });

  it('requires an intent where the scope does, of those who are allowed', async () => {
    const { ports } = goodWorld([aScope({ requires: { intent: true } })]);
    expect(await issue(ports, aRequest(), signal)).toMatchObject({ ok: false, refusal: { reason: 'intent_required' } });
    expect(await issue(ports, aRequest({ intent: 'why' }), signal)).toMatchObject({ ok: true });
  });

  it('grants several scopes only where all are broker tokens of one audience', async () => {
    const { ports } = goodWorld([aScope(), aScope({ scope: 'other' })]);
    const outcome = await issue(ports, aRequest({ scopes: ['deploy-web', 'other'] }), signal);
    expect(outcome).toMatchObject({ ok: false, refusal: { reason: 'scopes_incompatible' } });
  });
});

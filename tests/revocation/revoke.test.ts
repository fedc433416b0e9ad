import { describe, expect, it } from '@jest/globals';
import { brokerTokenSchema } from '../../lib/configuration/grants/broker-token.ts';
import { Fault } from '../../lib/outcome.ts';
import type { RevokePorts } from '../../lib/revocation/ports.ts';
import { revoke, settlePending } from '../../lib/revocation/revoke.ts';
import { epochMilliseconds, epochSeconds } from '../../lib/time.ts';
import { NOW } from '../fakes/world.ts';
import { alice, aSession, asked, DOCUMENT, idOf, noDeadline, operator, world } from './world.ts';

describe('a revocation', () => {
  const actor = (connection: string | null, client: string | null, subject: string) => ({
    ...{ connection, client, subject, principal: subject, claims: {} },
    proof: { kind: 'oidc' as const, issuer: null, tokenId: null, sha256: null, expires: null },
  });
  const carol = { connection: 'corp', subject: 'carol', principal: 'Carol' };
  const records = [
    aSession(1),
    aSession(2, { subject: 'bob', principal: 'Bob', actor: actor('okta', null, 'alice') }),
    aSession(3, { subject: 'bob', principal: 'Bob', actor: actor(null, 'agent', 'agent'), client: 'agent' }),
    aSession(4, { connection: null, client: 'agent', subject: 'agent', principal: 'agent' }),
    aSession(5, { scope: 'read', connection: 'github', subject: 'bob', principal: 'Bob' }),
    // Of a token that is older than any session lives, so that its record is not looked at.
    aSession(6, { ...carol, lineage: { clients: ['cli', DOCUMENT], issuances: [idOf(9)], scopes: ['agents'] } }),
    aSession(7, { ...carol, actor: actor(null, 'portal', 'portal'), claims: { act: { sub: 'client:crew' } } }),
    // With a token of the actor's own, in which somebody acted, and which is older than any session lives.
    aSession(8, {
      ...carol,
      actor: { ...actor('corp', null, 'dave'), claims: { act: { sub: 'client:scout', act: { sub: 'okta:erin' } } } },
    }),
  ];

  it.each<[object, readonly number[]]>([
    [{ principal: 'okta:alice' }, [1, 2]],
    [{ principal: 'github:bob' }, [5]],
    [{ principal: 'client:agent' }, [3, 4]],
    [{ actor: 'client:agent' }, [3]],
    [{ client: 'agent' }, [3, 4]],
    [{ connection: 'okta' }, [1, 2, 3, 8]],
    [{ issuance: idOf(4) }, [4]],
    [{ scope: 'read' }, [5]],
    [{ client: 'cli' }, [6]],
    [{ client: DOCUMENT }, [6]],
    [{ scope: 'agents' }, [6]],
    [{ actor: 'client:portal' }, [7]],
    [{ actor: 'client:crew' }, [7]],
    [{ actor: 'client:scout' }, [8]],
    [{ principal: 'okta:erin' }, [8]],
    [{ client: 'scout' }, [8]],
  ])('of %j is of these sessions', async (target, expected) => {
    const { ports, marked } = world(records);
    expect(await revoke(ports, operator, asked(target), noDeadline)).toMatchObject({
      ok: true,
      value: { denied: expected.length },
    });
    expect(marked()).toEqual(expected.map(idOf));
  });

  it('of a token, however old, is of what others had with it as the actor, and reads no more of them than can live', async () => {
    const ago = (hours: number) => epochMilliseconds(NOW - hours * 3_600_000);
    const live = { expires: epochSeconds(NOW / 1000 + 60) };
    const token = aSession(1, { ...carol, time: ago(5), grant: 'broker-token', credential: live });
    const child = aSession(3, { ...token, id: idOf(3), time: ago(4), lineage: { issuances: [idOf(1)] } });
    const acting = aSession(2, { lineage: { issuances: [idOf(1)] } });
    const { ports, denied, marked } = world([token, child, acting]);
    const asks: unknown[] = [];
    const list: RevokePorts['queries']['list'] = (filter, ...rest) => {
      asks.push(filter);
      return ports.queries.list(filter, ...rest);
    };
    await revoke({ ...ports, queries: { ...ports.queries, list } }, operator, asked({ issuance: idOf(1) }), noDeadline);
    expect(denied()).toEqual([idOf(2)]);
    expect(marked()).toEqual([idOf(1), idOf(2), idOf(3)]);
    expect(asks).toEqual([
      { outcome: 'issued', principal: 'Carol', from: token.time },
      { outcome: 'issued', from: NOW - 3_660_000 },
    ]);
  });

  it('is of a session until its end, which is an hour after it was minted and not after its record was begun', async () => {
    const session = aSession(1, { time: epochMilliseconds(NOW - 3_601_000) });
    const live = { ...session.credential, expires: epochSeconds(NOW / 1000 + 1) };
    const { ports, denied } = world([{ ...session, credential: live }]);
    await revoke(ports, operator, alice, noDeadline);
    expect(denied()).toEqual([idOf(1)]);
  });

  it.each<[object, string]>([
    [{ scope: 'read' }, '"token-broker:scope":["read"]'],
    [{ scope: 'agents' }, `"token-broker:issuance":["${idOf(6)}"]`],
    [{ actor: 'client:portal' }, '"token-broker:actor":["client:portal"]'],
    [{ actor: 'client:crew' }, `"token-broker:issuance":["${idOf(7)}"]`],
  ])('of %j denies by a tag that the session carries', async (target, expected) => {
    const { ports, policies } = world(records);
    await revoke(ports, operator, asked(target), noDeadline);
    expect(policies().replaceAll('aws:PrincipalTag/', '')).toContain(expected);
  });

  it('of a broker token is of the sessions that came of it, and of what came of those tokens', async () => {
    const proofOf = (n: number) => ({
      kind: 'broker' as const,
      issuer: null,
      tokenId: idOf(n),
      sha256: null,
      expires: null,
    });
    const token = { grant: 'broker-token' as const, credential: { expires: epochSeconds(NOW / 1000 + 600) } };
    const family = [
      aSession(1, token),
      aSession(2, { ...token, proof: proofOf(1) }),
      aSession(3, { proof: proofOf(2) }),
      aSession(4),
    ];
    const { ports, denied, marked } = world(family);
    await revoke(ports, operator, asked({ issuance: idOf(1) }), noDeadline);
    expect([denied(), marked()]).toEqual([[idOf(3)], [1, 2, 3].map(idOf)]);
  });

  it('is not of sessions that are over', async () => {
    const over = aSession(1, { credential: { ...aSession(1).credential, expires: epochSeconds(NOW / 1000) } });
    const { ports, marked } = world([over]);
    await revoke(ports, operator, alice, noDeadline);
    expect(marked()).toEqual([]);
  });

  it('asked for again is the same one', async () => {
    const { ports, list } = world([aSession(1)]);
    const first = await revoke(ports, operator, alice, noDeadline);
    const again = await revoke(ports, operator, alice, noDeadline);
    expect(list()).toHaveLength(1);
    expect([first, again]).toMatchObject([{ value: { id: list()[0]?.id } }, { value: { id: list()[0]?.id } }]);
  });

  it.each([
    [14, 1],
    [15, 0],
  ])('looks again for what was issued meanwhile, until it is %i s old', async (age, pending) => {
    const late = [aSession(1)];
    const { ports, pass, list, denied } = world(late);
    await revoke(ports, operator, alice, noDeadline);
    late.push(aSession(2));
    pass(age);
    await settlePending(ports, noDeadline, () => undefined);
    expect(denied()).toEqual([idOf(1), idOf(2)]);
    expect(list().filter(({ sessions }) => sessions === 'pending')).toHaveLength(pending);
  });

  it('that is lifted denies nobody any more, and another one goes on', async () => {
    const { ports, denied } = world([aSession(1), aSession(2, { subject: 'bob' })]);
    await revoke(ports, operator, alice, noDeadline);
    await revoke(ports, operator, asked({ principal: 'okta:bob' }), noDeadline);
    await revoke(ports, operator, { ...alice, undo: true }, noDeadline);
    expect(denied()).toEqual([idOf(2)]);
  });

  it('that is lifted ends what was issued before for as long as any token lives', async () => {
    const { ports, list, pass } = world([]);
    await revoke(ports, operator, alice, noDeadline);
    await revoke(ports, operator, { ...alice, undo: true }, noDeadline);
    const forgottenAfter = async (seconds: number, other: object): Promise<boolean> => {
      pass(seconds);
      await settlePending(ports, noDeadline, () => undefined);
      await revoke(ports, operator, asked(other), noDeadline);
      return !list().some(({ name }) => name === alice.name);
    };
    const longest = brokerTokenSchema.shape.duration;
    expect([longest.safeParse('1440m').success, longest.safeParse('1441m').success]).toEqual([true, false]);
    expect(await forgottenAfter(86_400, { scope: 'one' })).toBe(false);
    expect(await forgottenAfter(301, { scope: 'two' })).toBe(true);
  });

  it('that was killed at any of its writes is in force whole or not at all, and the clock ends it', async () => {
    const whole = world(records);
    await revoke(whole.ports, operator, alice, noDeadline);
    expect(whole.writes()).toBeGreaterThan(5);
    for (let dies = 1; dies <= whole.writes(); dies += 1) {
      const { ports, revive, list, denied, marked } = world(records, dies);
      await revoke(ports, operator, alice, noDeadline).catch(() => undefined);
      revive();
      await settlePending(ports, noDeadline, () => undefined);
      if (list().length === 0) expect([denied(), marked()]).toEqual([[], []]);
      else expect([denied(), marked()]).toEqual([whole.denied(), whole.marked()]);
      await revoke(ports, operator, alice, noDeadline);
      expect([denied(), marked()]).toEqual([whole.denied(), whole.marked()]);
    }
  });

  it.each([
    ['at once', 0],
    ['once nothing more is looked for', 15],
  ])('that is lifted while its sessions are being denied denies nobody: %s', async (_, age) => {
    const { ports, denied, list, pass } = world([aSession(1)]);
    const lift = () => revoke(ports, operator, { ...alice, undo: true }, noDeadline);
    let during: (() => Promise<unknown>) | null = age === 0 ? lift : null;
    const slow: RevokePorts = {
      ...ports,
      denials: {
        ...ports.denials,
        change: async (...change) => {
          const now = during;
          during = null;
          await now?.();
          return ports.denials.change(...change);
        },
      },
    };
    await revoke(slow, operator, alice, noDeadline);
    if (age > 0) {
      pass(age);
      during = lift;
      await settlePending(slow, noDeadline, () => undefined);
    }
    expect(denied()).toEqual([]);
    expect(list()).toMatchObject([{ lifted: { by: 'okta:operator' }, sessions: 'done' }]);
  });

  it('marks every record of many, a few at once, and goes on where one could not be marked', async () => {
    const { ports } = world(Array.from({ length: 45 }, (_, n) => aSession(n)));
    const marked: string[] = [];
    let [under, most, fails] = [0, 0, true];
    const mark: RevokePorts['records']['mark'] = async ({ id }) => {
      under += 1;
      most = Math.max(most, under);
      await Promise.resolve();
      under -= 1;
      if (fails && marked.length === 30) throw new Fault('ledger', 'down');
      marked.push(id);
    };
    const counting = { ...ports, records: { mark } };
    await revoke(counting, operator, alice, noDeadline);
    expect([most, under, marked.length]).toEqual([20, 0, 30]);
    fails = false;
    await settlePending(counting, noDeadline, () => undefined);
    expect([most, new Set(marked).size]).toEqual([20, 45]);
  });

  it('of two at once is in the policy with the other, whoever writes last', async () => {
    const { ports, denied } = world([aSession(1), aSession(3, { subject: 'bob' })]);
    // Bob's is denied while Alice's policy is on its way, and Alice's older one arrives last.
    let first = true;
    const slow: RevokePorts = {
      ...ports,
      policies: {
        ...ports.policies,
        write: async (account, document, signal) => {
          if (first) {
            first = false;
            await revoke(ports, operator, asked({ principal: 'okta:bob' }), noDeadline);
          }
          return ports.policies.write(account, document, signal);
        },
      },
    };
    await revoke(slow, operator, alice, noDeadline);
    expect(denied()).toEqual([idOf(1), idOf(3)]);
  });
});

import { describe, expect, it } from '@jest/globals';
import type { IssuanceRecord } from '../../lib/ledger/record.ts';
import { accept } from '../../lib/outcome.ts';
import type { RevokePorts } from '../../lib/revocation/ports.ts';
import { revoke } from '../../lib/revocation/revoke.ts';
import { epochMilliseconds, epochSeconds, seconds } from '../../lib/time.ts';
import { clientGrant } from '../downstream/provider.ts';
import { aScope, aSessionGrant, NOW } from '../fakes/world.ts';
import { alice, aSession, asked, idOf, noDeadline, operator, world } from './world.ts';

describe('what lives longer than a session, of a revocation', () => {
  const { type: _, externalId: __, tags: ___, sourceIdentity: ____, ...role } = aSessionGrant();
  const federated = aScope({
    scope: 'federated',
    grant: { ...role, type: 'aws-federated', via: 'web-identity', principalArn: null, maxDuration: seconds(43_200) },
  });
  const elsewhere = aScope({ scope: 'elsewhere', grant: clientGrant() });
  const short = aScope({
    scope: 'short',
    grant: { ...role, type: 'aws-federated', via: 'web-identity', principalArn: null, maxDuration: seconds(3_600) },
  });
  const issued = (n: number, scope: string, hoursAgo: number, more: Partial<IssuanceRecord> = {}) =>
    aSession(n, {
      ...{ scope, grant: scope === 'elsewhere' ? 'oauth-token' : 'aws-federated' },
      time: epochMilliseconds(NOW - hoursAgo * 3_600_000),
      credential: { expires: epochSeconds(NOW / 1000 + 60) },
      ...more,
    });
  const records = [
    issued(1, 'federated', 11),
    issued(2, 'federated', 13),
    issued(3, 'elsewhere', 23),
    issued(4, 'elsewhere', 5, { subject: 'bob' }),
    issued(5, 'elsewhere', 5, { credential: { expires: epochSeconds(NOW / 1000) } }),
    issued(6, 'elsewhere', 0.5),
  ];
  const scopes = [aScope(), federated, elsewhere, short];
  const notReached = (answer: Awaited<ReturnType<typeof revoke>>) =>
    answer.ok && Array.isArray(answer.value['notReached'])
      ? answer.value['notReached'].map((each) => Object(each).issuance).sort()
      : null;

  it('names what was issued as long ago as the grants in force let something live, and says how far it looked', async () => {
    const { ports, marked } = world(records, undefined, scopes);
    const answer = await revoke(ports, operator, alice, noDeadline);
    expect(notReached(answer)).toEqual([1, 3, 6].map(idOf));
    expect(answer).toMatchObject({ value: { lookedBack: { from: '2026-11-20T09:00:00Z', complete: true } } });
    expect(marked()).toEqual([1, 3, 6].map(idOf));
  });

  it('reads no ledger of grants that let nothing live longer', async () => {
    const { ports } = world(records, undefined, [aScope(), short]);
    const answer = await revoke(ports, operator, alice, noDeadline);
    expect(answer).toMatchObject({ value: { lookedBack: { from: '2026-11-21T07:59:00Z', complete: true } } });
  });

  it('reads of one scope only that one', async () => {
    const { ports } = world(records, undefined, scopes);
    const all = () => Promise.reject(new Error('not asked'));
    const answer = await revoke({ ...ports, scopeNames: { all } }, operator, asked({ scope: 'federated' }), noDeadline);
    expect(notReached(answer)).toEqual([idOf(1)]);
  });

  it.each<[string, (ports: RevokePorts) => Partial<RevokePorts>]>([
    [
      'the configuration cannot be read',
      () => ({ configurations: { current: () => Promise.reject(new Error('down')) } }),
    ],
    ['an earlier release kept no list of scopes', () => ({ scopeNames: { all: async () => null } })],
    [
      'there is more than it reads',
      ({ queries }) => ({
        queries: {
          ...queries,
          list: async (filter, ...rest) =>
            filter.scope === undefined
              ? queries.list(filter, ...rest)
              : accept({
                  issuances: Array.from({ length: 1_000 }, () => issued(2, 'federated', 5, { subject: 'bob' })),
                  next: 'c',
                }),
        },
      }),
    ],
  ])('says that it is not all where %s, and is in force all the same', async (_name, broken) => {
    const { ports, denied } = world([...records, aSession(8)], undefined, scopes);
    const answer = await revoke({ ...ports, ...broken(ports) }, operator, alice, noDeadline);
    expect(answer).toMatchObject({ ok: true, value: { denied: 1, lookedBack: { complete: false } } });
    expect(denied()).toEqual([idOf(8)]);
  });
});

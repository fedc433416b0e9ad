import { describe, expect, it } from '@jest/globals';
import { checkNotTakenBack } from '../../lib/issuance/taken-back.ts';
import { PASSED, refuse } from '../../lib/outcome.ts';
import { loadScope } from '../../lib/policy/scope.ts';
import { type Revocation, StandingRevocations } from '../../lib/revocation/revocation.ts';
import { aScope, fakeConfiguration, NOW } from '../fakes/world.ts';
import { aRecord } from '../ledger/a-record.ts';

const [a, b] = [aScope({ scope: 'a' }), aScope({ scope: 'b' })];
const revoked: Revocation = {
  ...{ id: 'rev_1', kind: 'scope', name: 'a', ends: null, lifted: null, sessions: 'done', accounts: [] },
  ...{ by: 'client:ops', reason: 'lost', time: NOW },
};

/** What was minted for `a` and `b` under version 7, looked at again where these scopes are in force. */
function check(inForce: readonly (typeof a)[], version: number, revocations: readonly Revocation[] = []) {
  const draft = aRecord({ scope: 'a b' });
  const configuration = { ...fakeConfiguration({ scopes: inForce }), version };
  const ports = {
    configurations: { current: async () => configuration },
    revocations: { standing: async () => new StandingRevocations(revocations) },
  };
  return checkNotTakenBack(ports, draft, [a, b].map(loadScope), new AbortController().signal);
}

describe('what was minted', () => {
  it('is handed out where its scopes are as they were', async () => {
    expect(await check([a, b], 8)).toEqual(PASSED);
  });

  it('is looked up in no configuration but a newer one', async () => {
    expect(await check([], 7)).toEqual(PASSED);
  });

  it.each([
    ['gone', [b]],
    ['switched off', [{ ...a, enabled: false }, b]],
  ])('is not handed out where one of its scopes is %s', async (_, inForce) => {
    expect(await check(inForce, 8)).toEqual(refuse('not_allowed'));
  });

  it('is not handed out once it is revoked, and the log names the revocation', async () => {
    expect(await check([a, b], 7, [revoked])).toEqual(refuse('access_revoked', { log: { found: 'rev_1' } }));
  });
});

import { describe, expect, it } from '@jest/globals';
import { countingReports } from '../../lib/ledger/count-reports.ts';
import type { IssuanceRecord } from '../../lib/ledger/record.ts';
import type { Ledger } from '../../lib/ports/ledger.ts';
import { aDenial, aRecord } from './a-record.ts';

const signal = new AbortController().signal;
const decision = (more: Partial<IssuanceRecord['decision']>) => ({ configVersion: 7, rule: 0, checks: [], ...more });
const wouldDeny = { rule: 0, reason: 'not_allowed' } as const;

/** A ledger of which one write fails, and what was counted. */
function counted(failing: 'nothing' | 'finished' = 'nothing') {
  const counts: string[] = [];
  const ledger: Ledger = {
    started: async () => undefined,
    finished: async () => {
      if (failing === 'finished') throw new Error('throttled');
    },
    denied: async () => undefined,
  };
  return {
    counts,
    ledger: countingReports(ledger, { reported: (outcome, scope) => counts.push(`${outcome} ${scope}`) }),
  };
}

describe('what rules under report would change is counted', () => {
  it('once for an issuance, by its scope', async () => {
    const { counts, ledger } = counted();
    const record = aRecord({ decision: decision({ wouldDeny }) });
    await ledger.started(record, signal);
    await ledger.finished(record, signal);
    expect(counts).toEqual(['wouldDeny deploy-web']);
  });

  it('for a denial', async () => {
    const { counts, ledger } = counted();
    await ledger.denied(aDenial({ decision: decision({ wouldAllow: { rule: 1 } }) }));
    expect(counts).toEqual(['wouldAllow deploy-web']);
  });

  it('beside every write, which goes on as it came', async () => {
    const written: unknown[] = [];
    const write =
      (kind: string) =>
      async (...given: unknown[]) =>
        void written.push([kind, ...given]);
    const whole = { started: write('started'), finished: write('finished'), denied: write('denied') };
    const ledger = countingReports(whole, { reported: () => undefined });
    const record = aRecord();
    await ledger.started(record, signal);
    await ledger.finished(record, signal, 'started');
    await ledger.denied(record);
    expect(written).toEqual([
      ['started', record, signal],
      ['finished', record, signal, 'started'],
      ['denied', record],
    ]);
  });

  it('by the scope that it is of, where several were asked', async () => {
    const { counts, ledger } = counted();
    await ledger.finished(
      aRecord({ scope: 'a b', decision: decision({ wouldDeny: { ...wouldDeny, scope: 'a' } }) }),
      signal,
    );
    expect(counts.splice(0)).toEqual(['wouldDeny a']);
    await ledger.denied(aDenial({ scope: 'a b', decision: decision({ wouldAllow: { rule: 1, scope: 'b' } }) }));
    expect(counts).toEqual(['wouldAllow b']);
  });

  it('not where nothing would change, nor where the record was not taken', async () => {
    const quiet = counted();
    await quiet.ledger.finished(aRecord(), signal);
    const failing = counted('finished');
    await expect(failing.ledger.finished(aRecord({ decision: decision({ wouldDeny }) }), signal)).rejects.toThrow();
    expect([...quiet.counts, ...failing.counts]).toEqual([]);
  });
});

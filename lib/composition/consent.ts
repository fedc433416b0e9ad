import { type ConsentPorts, type ConsentRequest, consent } from '../approval/consent.ts';
import { systemRandom } from '../host/random.ts';
import type { IssuePorts } from '../issue.ts';
import { liveApprovals, liveTell } from './approvals.ts';
import { resources } from './resources.ts';

/** Asks a person, or takes up what they said. Loaded where a scope demands an approval, and nowhere else. */
export function liveConsent({ clock, limits, ledger }: Pick<IssuePorts, 'clock' | 'limits' | 'ledger'>) {
  const own = resources();
  const ports: ConsentPorts = {
    ...{ clock, limits, ledger },
    issuer: own.settings.issuer,
    random: systemRandom,
    approvals: liveApprovals(own),
    tell: liveTell(own),
  };
  return (asked: ConsentRequest, signal: AbortSignal) => consent(ports, asked, signal);
}

import type { UnusedActions } from '../../../lib/cloudtrail/granted.ts';
import type { Proposal } from '../../../lib/cloudtrail/propose.ts';
import type { Usage } from '../../../lib/cloudtrail/usage.ts';
import type { JsonObject } from '../../../lib/json.ts';
import { policyText } from '../../../lib/policy/session-policy.ts';
import { plainText, textTable } from './text.ts';
import type { TrailReading } from './trail.ts';

/** All that is known of what a scope was used for. */
export interface ScopeUsage extends UnusedActions {
  readonly scope: string;
  /** null: a folder's scope. */
  readonly configVersion: number | null;
  /** null: the scope has no policy of its own, its sessions may what their role may. */
  readonly granted: JsonObject | null;
  readonly usage: Usage;
  /** Issuances that may have made a session. */
  readonly issued: number;
  readonly files: number;
  readonly unreadable: readonly string[];
  readonly lake: TrailReading['lake'];
  readonly logged: readonly string[];
  readonly proposal: Proposal;
}

/** What `--json` prints. */
export function usageJson({ usage, issued, proposal, ...told }: ScopeUsage) {
  const { used, refused, unjudged, sessions, events, first, last, isCountExact } = usage;
  return {
    ...{ scope: told.scope, configVersion: told.configVersion, sessions: { issued, seen: sessions } },
    ...{ events, first, last, countsExact: isCountExact, files: told.files, unreadable: told.unreadable },
    ...(told.lake === null ? {} : { lake: told.lake }),
    logged: told.logged,
    used: [...used].sort(byName).map(([action, { resources, ...use }]) => ({
      ...{ action, calls: use.calls, first: use.first, last: use.last },
      resources: [...resources].sort(),
    })),
    refused: [...refused].sort(byName).map(([action, refusal]) => ({ action, ...refusal })),
    unused: told.unused,
    unknown: told.unknown,
    unjudged: [...unjudged].sort(byName).map(([call, calls]) => ({ call, calls })),
    ungranted: told.ungranted,
    granted: told.granted,
    proposal: proposal.ok
      ? {
          policy: proposal.policy,
          characters: policyText(proposal.policy).length,
          checked: proposal.checked,
          why: null,
        }
      : { policy: null, why: proposal.why },
  };
}

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);

export function usageText(told: ScopeUsage): string {
  const { usage, issued, files, proposal } = told;
  const span = usage.first === null ? '' : `, ${usage.first} to ${usage.last}`;
  const head = [
    `scope     ${plainText(told.scope)}${told.configVersion === null ? '' : `, as version ${told.configVersion} grants it`}`,
    `sessions  ${issued} issued, ${usage.sessions} of them in these events`,
    `events    ${usage.events} in ${told.lake === null ? `${files} files` : 'Lake'}${span}${usage.isCountExact ? '' : ' (delivered twice, some may count twice)'}`,
  ];
  const used = [...usage.used]
    .sort(byName)
    .map(([action, { calls, last, resources }]) => [
      action,
      String(calls),
      last,
      resources.size === 0 ? '(not told)' : [...resources].slice(0, 2).join(' '),
      resources.size > 2 ? `and ${resources.size - 2} more` : '',
    ]);
  const refused = [...usage.refused]
    .sort(byName)
    .map(([action, refusal]) => [action, String(refusal.calls), refusal.last, refusal.message ?? '']);
  const unjudged = [...usage.unjudged].sort(byName).map(([call, calls]) => [call, String(calls)]);
  return [
    `${head.join('\n')}\n`,
    table('Used', ['ACTION', 'CALLS', 'LAST', 'RESOURCES', ''], used),
    table('Refused', ['ACTION', 'CALLS', 'LAST', 'SAID'], refused),
    list('Granted and not used', told.unused),
    list(
      'Granted, and nobody can tell: data events that may not be logged (--logged says that they are)',
      because(told, 'data-event'),
    ),
    list('Granted, and nobody can tell: no call has this name', because(told, 'no-call-of-its-name')),
    table('Not judged: no action is known by the name of the call', ['CALL', 'CALLS'], unjudged),
    list('Used, though the scope does not allow it now', told.ungranted),
    proposalText(proposal),
  ]
    .filter((text) => text !== '')
    .join('\n');
}

const because = ({ unknown }: ScopeUsage, why: string): readonly string[] =>
  unknown.flatMap((each) => (each.why === why ? [each.action] : []));

const table = (title: string, headings: readonly string[], rows: readonly (readonly string[])[]): string =>
  rows.length === 0 ? '' : `${title}\n${textTable([headings, ...rows])}`;

/** Names of a service on one line; beyond these, `--json` has them. */
const MOST_NAMES = 8;

const MOST_SERVICES = 20;

function list(title: string, actions: readonly string[]): string {
  if (actions.length === 0) return '';
  const services = new Map<string, string[]>();
  for (const action of actions) {
    const [service = '', name = ''] = action.split(':');
    services.set(service, [...(services.get(service) ?? []), name]);
  }
  const lines = [...services].map(([service, names]) => {
    const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
    return `  ${plainText(`${service}: ${names.slice(0, MOST_NAMES).join(', ')}${more}`)}\n`;
  });
  const more = lines.length > MOST_SERVICES ? `  and ${lines.length - MOST_SERVICES} more services\n` : '';
  return `${title}\n${lines.slice(0, MOST_SERVICES).join('')}${more}`;
}

function proposalText(proposal: Proposal): string {
  if (!proposal.ok) return `No smaller policy is proposed: ${plainText(proposal.why)}.\n`;
  const { policy, checked } = proposal;
  return `Proposed (${policyText(policy).length} characters; allows what was used as before, evaluated for ${checked} actions on resources)\n${JSON.stringify(policy, null, 2)}\n`;
}

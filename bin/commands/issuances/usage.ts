import { resolve } from 'node:path';
import { readGranted, unusedActions } from '../../../lib/cloudtrail/granted.ts';
import { proposePolicy } from '../../../lib/cloudtrail/propose.ts';
import { type Usage, UsageCount } from '../../../lib/cloudtrail/usage.ts';
import type { JsonObject } from '../../../lib/json.ts';
import { type IssuanceFilter, parseSearch } from '../../../lib/ledger/filter.ts';
import { compileSessionPolicy, policyText } from '../../../lib/policy/session-policy.ts';
import type { LedgerQueries } from '../../../lib/ports/ledger.ts';
import { type Arguments, type Command, type Terminal, UsageError } from '../../command.ts';
import { recordsProgress } from '../../progress.ts';
import { configurationInForce, configurationOfFolder } from '../policy/explained-configuration.ts';
import { withLedger } from './ledger.ts';
import { tablesOption } from './search-options.ts';
import { plainText } from './text.ts';
import { type Trail, trailOptions, withTrail } from './trail.ts';
import { type ScopeUsage, usageJson, usageText } from './usage-text.ts';

const LEDGER_MS = 3_600_000;
const READ_MS = 30_000;

export const command: Command = {
  arguments: '<scope>',
  description: `Sets what a scope grants beside what its sessions used of it, by the events of CloudTrail, and proposes a policy that allows less and everything that was used.
Which sessions were the scope's the ledger says; it and the configuration in force are read with your own AWS credentials.`,
  options: [
    ...trailOptions,
    {
      flags: '--logged <service>',
      description: 'the trail has every data event of this service, such as s3; all: of every service',
      repeatable: true,
    },
    { flags: '--from <time>', description: 'sessions from when on, inclusive: RFC 3339, such as 2026-11-21T09:00:00Z' },
    { flags: '--to <time>', description: 'until when, inclusive' },
    { flags: '--config <dir>', description: 'the scope of this folder instead of the configuration in force' },
    { flags: '--json', description: 'print all of it, every action and resource, as one object' },
    tablesOption,
  ],
  notes: `What is not logged is unknown, never unused. A trail has data events (objects of S3, items of DynamoDB, calls of Lambda) only where it was told to: their actions stay in the proposal unless --logged says that all of them are there. So does what no call asks for by its name, such as iam:PassRole, and all of a service of which there is a call whose action is not known.
The proposal is evaluated for every used action on every resource before it is shown, and never allows what the scope does not. Look at as many days as the sessions have work for: what is done once a month is not in a week's files.
Exit code: 0 done, 1 there is no such scope, or a file could not be read.`,
  examples: [
    'token-broker issuances usage deploy-web --cloudtrail trail/',
    'token-broker issuances usage deploy-web --cloudtrail trail/ --logged s3 --json',
  ],
  run: async (given, terminal) => {
    const [scope = ''] = given.positionals;
    const filter = filterOf(given, scope);
    const logged = new Set(given.values('logged').map((service) => service.toLowerCase()));
    if (given.value('cloudtrail') === 'lake' && filter.from === undefined) {
      throw new UsageError('--cloudtrail lake needs --from: all that is scanned costs');
    }
    return withTrail(given, terminal, async (trail) => {
      const granted = await grantedBy(scope, given, terminal);
      if (granted === null) return 1;
      const issuances = await withLedger(given.value('tables'), terminal, (ledger) =>
        sessionsOf(ledger, filter, terminal),
      );
      const usage = await count(trail, issuances, filter);
      const { files, unreadable, lake } = trail.reading();
      const told: ScopeUsage = {
        ...{ scope, usage, files, unreadable, lake, logged: [...logged].sort(), issued: issuances.size },
        ...{ granted: granted.policy, configVersion: granted.version },
        ...judged(granted, usage, logged),
      };
      terminal.out(given.has('json') ? `${JSON.stringify(usageJson(told), null, 2)}\n` : usageText(told));
      for (const file of unreadable) terminal.err(`${plainText(file)} cannot be read: it is cut off, or no JSON\n`);
      return unreadable.length === 0 ? 0 : 1;
    });
  },
};

function filterOf(given: Arguments, scope: string) {
  const [from, to] = [given.value('from'), given.value('to')];
  const search = parseSearch({ scope, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) });
  if (!search.ok) throw new UsageError(search.refusal.detail ?? search.refusal.reason);
  return search.value.filter;
}

interface GrantedPolicy {
  /** null: a folder's. */
  readonly version: number | null;
  readonly policy: JsonObject | null;
  readonly policyArns: readonly string[];
}

/** What the scope grants. null: it grants no AWS session, which was told. */
async function grantedBy(scope: string, given: Arguments, terminal: Terminal): Promise<GrantedPolicy | null> {
  const signal = AbortSignal.timeout(READ_MS);
  const folder = given.value('config');
  const considered =
    folder === undefined
      ? await configurationInForce(given, terminal, signal)
      : await configurationOfFolder(resolve(terminal.cwd, folder), given, terminal, signal);
  if (considered === null) return null;
  const { configuration } = considered.context;
  const grant = (await configuration.scope(scope, signal))?.grant;
  if (grant?.type === 'aws-session') {
    const { policy, policyArns } = grant.document;
    return { version: folder === undefined ? configuration.version : null, policy, policyArns };
  }
  const is = grant === undefined ? 'is no scope here' : `grants no AWS session, but ${grant.type}`;
  terminal.err(`${plainText(scope)} ${is}\n`);
  return null;
}

/** The ids of the scope's issuances that may have made a session. */
async function sessionsOf(
  ledger: LedgerQueries,
  filter: Parameters<LedgerQueries['walk']>[0],
  terminal: Terminal,
): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  const progress = recordsProgress(terminal, 'read');
  try {
    const way = { order: 'oldest-first', behind: null } as const;
    for await (const { records, examined } of ledger.walk(filter, way, AbortSignal.timeout(LEDGER_MS))) {
      for (const { id, outcome } of records) if (outcome !== 'denied' && outcome !== 'approved') ids.add(id);
      progress.past(examined);
    }
  } finally {
    progress.end();
  }
  return ids;
}

/** Sessions that began within the range go on for half a day. */
const AFTER_MS = 13 * 3_600_000;

async function count(trail: Trail, issuances: ReadonlySet<string>, { from, to }: IssuanceFilter): Promise<Usage> {
  const counting = new UsageCount(issuances);
  const range = (now: number) => ({
    from: new Date(from ?? 0).toISOString(),
    to: new Date(to === undefined ? now : to + AFTER_MS).toISOString(),
  });
  await trail.each(
    () => ({ ...range(Date.now()), of: { kind: 'broker' } }),
    (event) => counting.offer(event),
  );
  return counting.usage();
}

function judged({ policy, policyArns }: GrantedPolicy, usage: Usage, logged: ReadonlySet<string>) {
  const nothing = { unused: [], unknown: [], ungranted: [] };
  const none = (why: string) => ({ ...nothing, proposal: { ok: false as const, why } });
  if (policyArns.length > 0) return none('its sessions have managed policies (policyArns), which are not read here');
  const granted = readGranted(policy);
  if (typeof granted === 'string') return none(`its policy cannot be read: ${granted}`);
  const actions = unusedActions(granted, usage, logged);
  if (usage.events === 0)
    return { ...actions, proposal: { ok: false as const, why: 'there is no event of its sessions' } };
  return { ...actions, proposal: proposePolicy(granted, usage, { logged, problemOf }) };
}

/** Why no scope can have the policy: templates count with one character each. */
function problemOf(policy: JsonObject): string | null {
  const [problem] = compileSessionPolicy(policy).problems;
  return problem === undefined
    ? null
    : `with what cannot be told it has ${policyText(policy).length} characters: ${problem.message}`;
}

import { MOST_ROUNDS, Trace, type TracedEvent } from '../../../lib/cloudtrail/trace.ts';
import { parseIssuanceId } from '../../../lib/ledger/id.ts';
import { toJson } from '../../../lib/ledger/json.ts';
import type { IssuanceRecord } from '../../../lib/ledger/record.ts';
import type { LedgerQueries } from '../../../lib/ports/ledger.ts';
import { type Arguments, type Command, UsageError } from '../../command.ts';
import { withLedger } from './ledger.ts';
import { tablesOption } from './search-options.ts';
import { plainText, textTable } from './text.ts';
import { type Trail, trailOptions, withTrail } from './trail.ts';

const TIMEOUT_MS = 30_000;

export const command: Command = {
  description: `Shows who had a session, why, who allowed it, and what was done with it, in the order of time: the ledger's record beside the events of CloudTrail.
Sessions that it asked STS for are followed. Reads DynamoDB with your own AWS credentials, and CloudTrail's files in folders, or asks CloudTrail Lake.`,
  options: [
    { flags: '--access-key-id <id>', description: 'the session with this AWS access key' },
    { flags: '--issuance <id>', description: 'the session of this issuance' },
    { flags: '--session-name <name>', description: "the session of this name, which is the issuance's id" },
    ...trailOptions,
    { flags: '--json', description: 'print {"issuance", "events", "files", "unreadable"}' },
    tablesOption,
  ],
  notes: `CloudTrail delivers within some 15 minutes, and has data events (objects of S3, items of DynamoDB, calls of Lambda) only where a trail logs them: what is not there is unknown, not undone.
Exit code: 0 done, 1 there is no such session, or a file could not be read.`,
  examples: [
    'aws s3 sync s3://my-trail/AWSLogs/111122223333/CloudTrail/eu-central-1/2026/11/21/ trail/',
    'token-broker issuances trace --access-key-id ASIA… --cloudtrail trail/',
  ],
  run: async (given, terminal) => {
    const find = sessionOf(given);
    return withTrail(given, terminal, async (trail) => {
      const record = await withLedger(given.value('tables'), terminal, find);
      if (record === null) {
        terminal.err("The ledger has no such session: it is another broker's, nobody's, or its retention is over.\n");
        return 1;
      }
      const events = await eventsOf(record, trail);
      const { files, unreadable, lake } = trail.reading();
      const json = () => ({ issuance: toJson(record), events, files, unreadable, ...(lake === null ? {} : { lake }) });
      terminal.out(given.has('json') ? `${JSON.stringify(json(), null, 2)}\n` : traceText(record, events));
      if (!given.has('json'))
        terminal.err(`${events.length} events in ${lake === null ? `${files} files` : 'Lake'}.\n`);
      for (const file of unreadable) terminal.err(`${plainText(file)} cannot be read: it is cut off, or no JSON\n`);
      return unreadable.length === 0 ? 0 : 1;
    });
  },
};

/** Finds the record by the one way that is given. */
function sessionOf(given: Arguments): (ledger: LedgerQueries) => Promise<IssuanceRecord | null> {
  const ways = ['access-key-id', 'issuance', 'session-name'].filter((name) => given.value(name) !== undefined);
  const [way] = ways;
  if (way === undefined || ways.length > 1) {
    throw new UsageError('one of --access-key-id, --issuance and --session-name says which session');
  }
  const value = given.value(way) ?? '';
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  if (way !== 'access-key-id') {
    if (parseIssuanceId(value) === null) throw new UsageError(`--${way} takes an issuance id: iss_ and 26 characters`);
    return (ledger) => ledger.get(value, signal);
  }
  if (!/^[A-Z0-9]{16,128}$/.test(value)) throw new UsageError('--access-key-id takes an AWS access key id');
  return async (ledger) => {
    const page = await ledger.list({ accessKeyId: value }, 1, null, signal);
    return page.ok ? (page.value.issuances[0] ?? null) : null;
  };
}

/** A session lasts twelve hours at most, and one that it asks for an hour; the first event may be older by clocks. */
const BEFORE_MS = 15 * 60_000;
const AFTER_MS = 24 * 3_600_000;

/** Offers every event until nothing more can belong to the session. */
async function eventsOf(record: IssuanceRecord, trail: Trail): Promise<readonly TracedEvent[]> {
  const session = { sessionName: record.id, accessKeyId: record.credential?.accessKeyId ?? null };
  const second = (milliseconds: number) => new Date(milliseconds).toISOString();
  const range = { from: second(record.time - BEFORE_MS), to: second(record.time + AFTER_MS) };
  const trace = new Trace(session);
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const of =
      round === 0
        ? ({ kind: 'session', ...session } as const)
        : ({ kind: 'keys', accessKeyIds: trace.chainedKeys() } as const);
    await trail.each(
      () => ({ ...range, of }),
      (event) => trace.offer(event),
    );
    if (trace.isComplete()) break;
  }
  return trace.events();
}

const HEADINGS = ['TIME', 'SERVICE', 'EVENT', 'OUTCOME', 'BY', 'REGION', 'FROM', 'RESOURCES'];
const BY: Readonly<Record<TracedEvent['role'], string>> = { minted: 'broker', session: 'session', chained: 'chained' };

function traceText(record: IssuanceRecord, events: readonly TracedEvent[]): string {
  const head = whoAndWhy(record).map(([name, text]) => `${name.padEnd(12)}${plainText(text)}\n`);
  if (events.length === 0) return `${head.join('')}\nNo events of it in these files.\n`;
  const rows = events.map((event) => [
    event.time,
    event.source.replace(/\.amazonaws\.com(?:\.cn)?$/, ''),
    event.name,
    event.error ?? 'ok',
    event.role === 'chained' ? (event.arn?.split('/').slice(1).join('/') ?? BY.chained) : BY[event.role],
    event.region ?? '',
    event.sourceIp ?? '',
    event.resources.join(' '),
  ]);
  return `${head.join('')}\n${textTable([HEADINGS, ...rows])}`;
}

function whoAndWhy(record: IssuanceRecord): readonly (readonly [string, string])[] {
  const { actor, approval, decision, credential } = record;
  const { source } = decision;
  const lines: (readonly [string, string | null | undefined])[] = [
    ['issuance', record.id],
    ['who', `${record.principal} (${record.connection ?? `client ${record.client}`}: ${record.subject})`],
    [
      'acting',
      actor === null ? null : `${actor.principal} (${actor.connection ?? `client ${actor.client}`}: ${actor.subject})`,
    ],
    ['why', record.intent],
    ['scope', record.scope],
    [
      'allowed by',
      source === undefined || source.file === null
        ? `rule ${decision.rule} of version ${decision.configVersion}`
        : `${source.file}:${source.line}`,
    ],
    [
      'applied by',
      source?.appliedBy == null
        ? null
        : [source.appliedBy, source.appliedAt, source.reason].filter((word) => word !== null).join(', '),
    ],
    [
      'approved by',
      approval?.approver === undefined ? null : `${approval.approver.principal} (${approval.id}, ${approval.state})`,
    ],
    ['role', credential?.roleArn],
    ['access key', credential?.accessKeyId],
  ];
  return lines.flatMap(([name, text]) =>
    text === null || text === undefined || text === '' ? [] : [[name, text] as const],
  );
}

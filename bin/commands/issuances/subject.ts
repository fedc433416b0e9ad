import { requestJson } from '../../../lib/approval/approval-json.ts';
import { type KeptApproval, keptApprovals } from '../../../lib/aws/dynamodb/kept-approvals.ts';
import { dynamoLedgerQueries } from '../../../lib/aws/dynamodb/ledger-queries.ts';
import { dynamoRevocationList } from '../../../lib/aws/dynamodb/standing-revocations.ts';
import { dynamoKeyReader, pseudonymOf } from '../../../lib/aws/dynamodb/subject-keys.ts';
import type { JsonObject } from '../../../lib/json.ts';
import { boundedIdentity } from '../../../lib/ledger/bounds.ts';
import { parseSearch } from '../../../lib/ledger/filter.ts';
import { toRfc3339Milliseconds } from '../../../lib/ledger/instant.ts';
import { toJson } from '../../../lib/ledger/json.ts';
import { identityOf } from '../../../lib/ledger/parties.ts';
import type { Revocation } from '../../../lib/revocation/revocation.ts';
import { type Arguments, type Command, type Terminal, UsageError } from '../../command.ts';
import { recordsProgress } from '../../progress.ts';
import { BUCKET_OPTION, withArchive } from '../ledger/archive.ts';
import { ELSEWHERE } from './elsewhere.ts';
import { type Tables, withTables } from './ledger.ts';
import { identityNamed, type Named, type Range, recordsNaming } from './person.ts';
import { filterOptions, tablesOption } from './search-options.ts';
import { memberLines, plainText } from './text.ts';

/** It gives up on its own only where AWS hangs. */
const TIMEOUT_MS = 24 * 3_600_000;
const RANGE = filterOptions.filter(({ flags }) => /^--(?:from|to) /.test(flags));

export const command: Command = {
  arguments: '<name>',
  description: `Writes everything that is kept of one person, client or workload, for a request of theirs: records of the table and of the archive in which they are subject, actor, approver or anything else, approvals that were asked for or decided, revocations, and where else to look.
NAME is the identity, <connection>:<subject> or client:<name>, or a label that only one has. Reads with your own AWS credentials.`,
  options: [
    ...RANGE,
    { flags: '--no-archive', description: 'leave out the archive in S3' },
    BUCKET_OPTION,
    {
      flags: '--json',
      description:
        'print {"identity", "pseudonym", "records": [{"as", "from", "record"}], "approvals", "revocations", "elsewhere"}',
    },
    tablesOption,
  ],
  notes: `Memory does not grow with the ledger. Records name others too (who acted, who approved): look at them before you hand anything out (docs/privacy.md).
Exit code: 0 also where nothing is kept.`,
  examples: [
    'token-broker issuances subject okta-saml:alice@example.com > alice.txt',
    'token-broker issuances subject "acme/web@refs/heads/main" --from 2026-11-01T00:00:00Z --json',
  ],
  run: async (given, terminal) => {
    const range = rangeOf(given);
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    await withTables(given.value('tables'), terminal, async (tables) => {
      const queries = dynamoLedgerQueries({ client: tables.client, table: tables.name('ledger') });
      const { identity, others } = await identityNamed(given.positionals[0] ?? '', queries, range, signal);
      if (others.length > 0) {
        terminal.err(`It is the label of others too, who are not meant: ${others.map(plainText).join(', ')}\n`);
      }
      const writer = given.has('json') ? jsonWriter(terminal) : textWriter(terminal);
      await write({ given, identity, queries, range, signal, tables, terminal, writer });
    });
    return 0;
  },
};

function rangeOf(given: Arguments): Range {
  const [from, to] = [given.value('from'), given.value('to')];
  const search = parseSearch({ ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) });
  if (!search.ok) throw new UsageError(search.refusal.detail ?? search.refusal.reason);
  return search.value.filter;
}

interface Writing {
  readonly given: Arguments;
  readonly identity: string;
  readonly queries: ReturnType<typeof dynamoLedgerQueries>;
  readonly range: Range;
  readonly signal: AbortSignal;
  readonly tables: Tables;
  readonly terminal: Terminal;
  readonly writer: Writer;
}

async function write(writing: Writing): Promise<void> {
  const { given, identity, queries, range, signal, tables, terminal, writer } = writing;
  const ledger = { client: tables.client, table: tables.name('ledger') };
  const progress = recordsProgress(terminal, 'read');
  const records = async (archive: Parameters<typeof recordsNaming>[2]['archive']): Promise<void> => {
    const sources = { ledger: queries, archive, keys: dynamoKeyReader(ledger), past: progress.past };
    for await (const named of recordsNaming(identity, range, sources, signal)) {
      writer.record(named);
      if (terminal.flushed !== undefined && !(await terminal.flushed())) return;
    }
  };
  writer.begin(identity, await pseudonymOf(ledger, boundedIdentity(identity), signal));
  try {
    const at = { bucket: given.value('bucket'), tables: given.value('tables') };
    await (given.has('no-archive') ? records(null) : withArchive(at, terminal, records));
  } finally {
    progress.end();
  }
  for await (const page of keptApprovals(ledger, signal)) {
    for (const approval of page) if (isNamedIn(identity, approval)) writer.approval(approval);
  }
  const list = await dynamoRevocationList({ client: tables.client, table: tables.name('state') }).read(signal);
  for (const revocation of list.filter((each) => isOf(identity, each))) writer.revocation(revocation);
  writer.end();
}

function isNamedIn(identity: string, { request }: KeptApproval): boolean {
  const parties = [request.subject, ...request.actors].map(identityOf);
  const clients = request.clients.map((client) => `client:${client}`);
  return [...parties, ...clients].some((each) => each === identity || each === boundedIdentity(identity));
}

const isOf = (identity: string, { kind, name, by, lifted }: Revocation): boolean =>
  by === identity ||
  lifted?.by === identity ||
  ((kind === 'principal' || kind === 'actor') && name === identity) ||
  (kind === 'client' && `client:${name}` === identity);

/** Takes what was found, in this order. */
interface Writer {
  /** `pseudonym`: what they are called in sealed entries; null: they have no key. */
  begin(identity: string, pseudonym: string | null): void;
  record(named: Named): void;
  approval(approval: KeptApproval): void;
  revocation(revocation: Revocation): void;
  end(): void;
}

const revocationJson = ({ time, lifted, ...revocation }: Revocation): JsonObject => ({
  ...revocation,
  time: toRfc3339Milliseconds(time),
  accounts: [...revocation.accounts],
  lifted: lifted === null ? null : { ...lifted, time: toRfc3339Milliseconds(lifted.time) },
});

function jsonWriter({ out }: Terminal): Writer {
  const lists = ['records', 'approvals', 'revocations'] as const;
  let list = 0;
  let items = 0;
  const item = (name: (typeof lists)[number], json: JsonObject): void => {
    opened(lists.indexOf(name));
    out(`${items === 0 ? '' : ','}\n    ${JSON.stringify(json)}`);
    items += 1;
  };
  /** Ends the list that is open, and those between, each of which is empty. */
  function opened(wanted: number): void {
    for (; list < wanted; list += 1) {
      out(`${items === 0 ? '' : '\n  '}]`);
      if (list + 1 < lists.length) out(`,\n  "${lists[list + 1]}": [`);
      items = 0;
    }
  }
  return {
    begin: (identity, pseudonym) => {
      const head = JSON.stringify({ identity, pseudonym }, null, 2).slice(0, -2);
      out(`${head},\n  "records": [`);
    },
    record: ({ as, from, record }) => item('records', { as: [...as], from, record: toJson(record) }),
    approval: ({ request }) => item('approvals', requestJson(request)),
    revocation: (revocation) => item('revocations', revocationJson(revocation)),
    end: () => {
      opened(lists.length);
      out(`,\n  "elsewhere": ${JSON.stringify(ELSEWHERE)}\n}\n`);
    },
  };
}

function textWriter({ out }: Terminal): Writer {
  const counts = { records: 0, approvals: 0, revocations: 0 };
  const block = (kind: keyof typeof counts, headline: string, json: JsonObject): void => {
    counts[kind] += 1;
    out(`\n${headline}\n${memberLines(json)}`);
  };
  return {
    begin: (identity, pseudonym) => {
      const called = pseudonym === null ? '' : `, who is ${pseudonym} in the day files and receipts`;
      out(`What is kept of ${plainText(identity)}${called}\n`);
    },
    record: ({ as, from, record }) => block('records', `RECORD, as ${as.join(', ')}, in the ${from}`, toJson(record)),
    approval: ({ request }) => block('approvals', 'REQUEST FOR APPROVAL', requestJson(request)),
    revocation: (revocation) => block('revocations', 'REVOCATION', revocationJson(revocation)),
    end: () => {
      const places = ELSEWHERE.map(({ where, what, find }) => `- ${where}: ${what} ${find}\n`);
      const { records, approvals, revocations } = counts;
      out(`\n${records} records, ${approvals} requests for approval, ${revocations} revocations.\n`);
      out(`\nWhat is kept elsewhere, and how to find it:\n${places.join('')}`);
    },
  };
}

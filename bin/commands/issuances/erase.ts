import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { dynamoLedgerQueries, type LedgerTable } from '../../../lib/aws/dynamodb/ledger-queries.ts';
import { isBlank } from '../../../lib/blank.ts';
import { boundedIdentity } from '../../../lib/ledger/bounds.ts';
import { isIdentity } from '../../../lib/ledger/parties.ts';
import { type Arguments, type Command, UsageError } from '../../command.ts';
import { recordsProgress } from '../../progress.ts';
import { BUCKET_OPTION, withArchive } from '../ledger/archive.ts';
import { type Done, type Erasing, erase } from './erasing.ts';
import { withTables } from './ledger.ts';
import { identityNamed } from './person.ts';
import { tablesOption } from './search-options.ts';
import { plainText } from './text.ts';

/** It gives up on its own only where AWS hangs. */
const TIMEOUT_MS = 24 * 3_600_000;
const MOST_REASON = 1_024;
/** A shorter subject is in many a text that does not mean it. */
const SHORTEST_NAME = 3;

export const command: Command = {
  arguments: '<identity>',
  description: `Erases one person: destroys their key, so that what is theirs in the archive cannot be read any more, and takes them out of every record and request for approval of the table. It cannot be undone. Hashes, receipts and ledger verify hold.
IDENTITY is <connection>:<subject>, as issuances subject says it. The erasure is a record of its own, without the name. Writes with your own AWS credentials (ErasersPolicyArn and AuditorsPolicyArn).`,
  options: [
    {
      flags: '--reason <text>',
      description: 'why: it is recorded for good. Without a name: a number of the request, say',
    },
    { flags: '--dry-run', description: 'only count what would be erased' },
    { flags: '--no-archive', description: 'do not look for entries of the archive that are not sealed' },
    BUCKET_OPTION,
    { flags: '--json', description: 'print {"pseudonym", "records", "approvals", "waiting", "plainEntries"}' },
    tablesOption,
  ],
  notes: `Revocations stay: they hold somebody off. Lift them first (token-broker revoke --undo) where they should go too.
Killed on the way, or with something of theirs under way meanwhile: run it again, it ends what is left (docs/privacy.md).`,
  examples: ["token-broker issuances erase okta-saml:alice@example.com --reason 'request 2026-118'"],
  run: async (given, terminal) => {
    const [name = ''] = given.positionals;
    const dryRun = given.has('dry-run');
    const reason = reasonOf(given, name);
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const progress = recordsProgress(terminal, 'read');
    const at = { bucket: given.value('bucket'), tables: given.value('tables') };
    const by = dryRun ? '' : await callerArn();
    const done = await withTables(at.tables, terminal, async ({ client, name: nameOf }) => {
      const ledger = { client, table: nameOf('ledger') };
      const identity = boundedIdentity(await identityOnly(name, ledger, signal));
      const inArchive: Erasing['withArchive'] = async (use) =>
        given.has('no-archive') ? null : withArchive(at, terminal, use);
      return erase({ ledger, signal, dryRun, by, reason, past: progress.past, withArchive: inArchive }, identity);
    }).finally(progress.end);
    terminal.out(given.has('json') ? `${JSON.stringify(done, null, 2)}\n` : text(done, dryRun));
    return 0;
  },
};

function reasonOf(given: Arguments, name: string): string {
  const reason = given.value('reason') ?? '';
  if (given.has('dry-run')) return reason;
  if (isBlank(reason)) throw new UsageError('--reason is required: why, for the record of the erasure');
  if (reason.length > MOST_REASON) throw new UsageError(`--reason takes ${MOST_REASON} characters`);
  const subject = name.slice(name.indexOf(':') + 1).toLowerCase();
  if (subject.length >= SHORTEST_NAME && reason.toLowerCase().includes(subject)) {
    throw new UsageError('--reason names whom it is about, and is kept for good: give a number of the request instead');
  }
  return reason;
}

async function callerArn(): Promise<string> {
  const sts = new STSClient({});
  try {
    return (await sts.send(new GetCallerIdentityCommand({}))).Arn ?? 'unknown';
  } finally {
    sts.destroy();
  }
}

/** Nobody is erased by a label: it may be somebody else's, and is answered with whose it is. */
async function identityOnly(name: string, ledger: LedgerTable, signal: AbortSignal): Promise<string> {
  if (name.startsWith('client:'))
    throw new UsageError("a client's name stands in the configuration: it is no person's");
  if (isIdentity(name)) return name;
  const { identity } = await identityNamed(name, dynamoLedgerQueries(ledger), {}, signal);
  throw new UsageError(`that is a label; give the identity: ${JSON.stringify(identity)}`);
}

function text({ pseudonym, records, approvals, waiting, plainEntries }: Done, dryRun: boolean): string {
  const lines = [
    dryRun
      ? `Would be erased: ${records} records and ${approvals} requests for approval of the table.`
      : `Erased: ${records} records and ${approvals} requests for approval of the table. In the archive they are ${plainText(pseudonym ?? '')} from now on.`,
    ...(waiting === 0 ? [] : [`${waiting} requests for approval have not ended: run it again once they have.`]),
    ...(plainEntries === null || plainEntries === 0
      ? []
      : [
          `${plainEntries} entries of the archive are not sealed, and name them for as long as they are there: see docs/privacy.md.`,
        ]),
    ...(dryRun ? [] : ['What was under way meanwhile is found by running it again in five minutes.']),
  ];
  return `${lines.join('\n')}\n`;
}

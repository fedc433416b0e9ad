import { receiptOf } from '../../../lib/archive/receipt.ts';
import { parseIssuanceId } from '../../../lib/ledger/id.ts';
import { type Command, UsageError } from '../../command.ts';
import { BUCKET_OPTION, withArchive } from '../ledger/archive.ts';

const TIMEOUT_MS = 60_000;

export const command: Command = {
  arguments: '<id>',
  description: `Prints the receipt of one issuance: a C2SP tlog-proof that proves offline that its record is in the log. Reads the archive's bucket with your own AWS credentials.`,
  options: [
    BUCKET_OPTION,
    {
      flags: '--tables <prefix>',
      description: "of the deployment's tables (default: TOKEN_BROKER_TABLES, else token-broker)",
    },
  ],
  examples: ['token-broker issuances receipt iss_01M8… > iss_01M8….tlog-proof'],
  notes: 'Exit code 1 also for an issuance that is not in the log yet: the log follows the ledger within a minute.',
  run: async (given, terminal) => {
    const [id = ''] = given.positionals;
    if (parseIssuanceId(id) === null) throw new UsageError('that is no issuance id: iss_ and 26 characters');
    const at = { bucket: given.value('bucket'), tables: given.value('tables') };
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const receipt = await withArchive(at, terminal, (objects) => receiptOf(objects, id, signal));
    if (receipt === null) {
      terminal.err(`The log has no issuance ${id}, or not yet: it follows within a minute. Try again then.\n`);
      return 1;
    }
    terminal.out(receipt.text);
    return 0;
  },
};

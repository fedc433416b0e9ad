import { parseIssuanceId } from '../../../lib/ledger/id.ts';
import { toJson } from '../../../lib/ledger/json.ts';
import { type Command, UsageError } from '../../command.ts';
import { withLedger } from './ledger.ts';
import { tablesOption } from './search-options.ts';
import { memberLines } from './text.ts';

const TIMEOUT_MS = 30_000;

export const command: Command = {
  arguments: '<id>',
  description: `Shows one issuance. ID is the IssuanceId of an answer, the jti of a broker token, or the role session name in CloudTrail.`,
  options: [{ flags: '--json', description: 'print the record as it is' }, tablesOption],
  run: async (given, terminal) => {
    const [id = ''] = given.positionals;
    if (parseIssuanceId(id) === null) throw new UsageError('that is no issuance id: iss_ and 26 characters');
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const record = await withLedger(given.value('tables'), terminal, (ledger) => ledger.get(id, signal));
    if (record === null) {
      terminal.err(`There is no issuance ${id}, or its retention is over.\n`);
      return 1;
    }
    const json = toJson(record);
    terminal.out(given.has('json') ? `${JSON.stringify(json, null, 2)}\n` : memberLines(json));
    return 0;
  },
};

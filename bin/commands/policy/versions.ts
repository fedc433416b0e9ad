import { configurationHistory } from '../../../lib/aws/dynamodb/configuration-history.ts';
import type { ConfigurationPointer } from '../../../lib/aws/dynamodb/configuration-item.ts';
import { type Command, UsageError } from '../../command.ts';
import { textTable } from '../issuances/text.ts';
import { configurationTable, moveJson, TABLES_OPTION } from './configuration-table.ts';

const TIMEOUT_MS = 60_000;
const DEFAULT_LIMIT = 20;

export const command: Command = {
  description: `Lists what was put in force, newest first: every apply and every rollback, who did it, when, why and from which commit.`,
  options: [
    { flags: '--limit <n>', description: `1 to 10000; default ${DEFAULT_LIMIT}` },
    {
      flags: '--json',
      description:
        'print {"versions": [{version, inForce, how, appliedAt, author, reason, commit, previous, issuer, format, hash}]}',
    },
    TABLES_OPTION,
  ],
  notes: 'Exit code: 0 listed, 1 it cannot be read. What a release of before kept nothing of is not listed.',
  run: async (given, terminal) => {
    const limit = limitOf(given.value('limit'));
    const moves: ConfigurationPointer[] = [];
    for await (const move of configurationHistory(
      configurationTable(given, terminal),
      AbortSignal.timeout(TIMEOUT_MS),
    )) {
      moves.push(move);
      if (moves.length === limit) break;
    }
    if (given.has('json')) {
      const versions = moves.map((move, index) => ({ ...moveJson(move), inForce: index === 0 }));
      terminal.out(`${JSON.stringify({ versions }, null, 2)}\n`);
    } else if (moves.length === 0) terminal.out('Nothing has been applied.\n');
    else terminal.out(textTable([['VERSION', 'HOW', 'WHEN', 'WHO', 'COMMIT', 'WHY'], ...moves.map(rowOf)]));
    return 0;
  },
};

function limitOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LIMIT;
  if (!/^[1-9][0-9]{0,4}$/.test(text) || Number(text) > 10_000) throw new UsageError('--limit takes 1 to 10000');
  return Number(text);
}

function rowOf({ version, how, appliedAt, appliedBy, commit, reason }: ConfigurationPointer, index: number) {
  const [hash, dirty] = (commit ?? '').split('-');
  const short = `${(hash ?? '').slice(0, 12)}${dirty === undefined ? '' : '-dirty'}`;
  const time = new Date(appliedAt).toISOString();
  return [`${version}${index === 0 ? ' in force' : ''}`, how, time, appliedBy, short || '-', reason ?? '-'];
}

import { isJsonObject, type JsonObject } from '../../../lib/json.ts';
import { askOwnApi, operatorOptions } from '../../caller/own-api.ts';
import type { Command } from '../../command.ts';
import { plainText, textTable } from '../issuances/text.ts';
import { APPROVALS_SCOPE } from './scope.ts';
import { actorsOf } from './through.ts';

export const command: Command = {
  description: 'Lists the requests that wait for an approval and that you may decide on, newest first.',
  options: [
    {
      flags: '--status <status>',
      description: 'pending (default), approved, denied, used, expired, break-glass or all',
    },
    { flags: '--json', description: 'print what the broker answers' },
    ...operatorOptions,
  ],
  examples: ['token-broker approvals list', 'token-broker approvals list --status all --json'],
  notes: 'Exit code: 0 done, 1 refused or failed, 2 wrong usage. It needs a token of the scope broker:approvals.',
  run: async (given, terminal) => {
    const status = given.value('status');
    const path = `/v1/approvals${status === undefined ? '' : `?${new URLSearchParams({ status })}`}`;
    const answer = await askOwnApi(given, terminal, { scope: APPROVALS_SCOPE, path });
    const { approvals } = answer;
    const found = Array.isArray(approvals) ? approvals.filter((each) => isJsonObject(each)) : [];
    if (given.has('json')) terminal.out(`${JSON.stringify(answer, null, 2)}\n`);
    else terminal.out(found.length === 0 ? 'Nothing waits for you.\n' : textTable([HEADINGS, ...found.map(rowOf)]));
    return 0;
  },
};

const HEADINGS = ['ID', 'STATUS', 'ENDS', 'SCOPE', 'FOR', 'THROUGH', 'WHY'];

function rowOf(approval: JsonObject): readonly string[] {
  const text = (name: string) => plainText(String(approval[name] ?? '-'));
  const through = actorsOf(approval).join(', ') || '-';
  return [text('id'), text('status'), text('expires'), text('scope'), text('principal'), through, text('intent')];
}

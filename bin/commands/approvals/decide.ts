import type { JsonObject } from '../../../lib/json.ts';
import { askOwnApi, operatorOptions } from '../../caller/own-api.ts';
import { type Command, UsageError } from '../../command.ts';
import { plainText } from '../issuances/text.ts';
import { APPROVALS_SCOPE } from './scope.ts';
import { actorsOf } from './through.ts';

type Decision = 'approve' | 'deny';

const SAYS: Readonly<Record<Decision, string>> = {
  approve: 'Approves one request, as the person whom the proof names.',
  deny: 'Denies one request: it stays denied until it would have ended.',
};

/** `approve ID` and `deny ID`: the same but for the word. */
export const decisionCommand = (decision: Decision): Command => ({
  arguments: '<id>',
  description: SAYS[decision],
  options: [
    { flags: '--reason <text>', description: 'why: it is recorded' },
    { flags: '--json', description: 'print what the broker answers' },
    ...operatorOptions,
  ],
  examples: [`token-broker ${decision} apr_01… --reason 'change 4711'`],
  notes:
    'Exit code: 0 done, 1 refused or failed, 2 wrong usage. It needs a token of the scope broker:approvals. Nobody approves what they ask for themselves, act in, or are the client of.',
  run: async (given, terminal) => {
    const [id, ...others] = given.positionals;
    if (id === undefined || others.length > 0) throw new UsageError(`one id is needed: token-broker ${decision} ID`);
    const reason = given.value('reason');
    const body = { decision, ...(reason === undefined ? {} : { reason }) };
    const path = `/v1/approvals/${encodeURIComponent(id)}`;
    const answer = await askOwnApi(given, terminal, { scope: APPROVALS_SCOPE, path, body });
    terminal.out(given.has('json') ? `${JSON.stringify(answer, null, 2)}\n` : `${decidedText(decision, answer)}\n`);
    return 0;
  },
});

function decidedText(decision: Decision, answer: JsonObject): string {
  const text = (name: string) => plainText(String(answer[name] ?? ''));
  const [nearest, ...before] = actorsOf(answer);
  const through = nearest === undefined ? '' : ` through ${[nearest, ...before].join(', before that ')}`;
  const can = Array.isArray(answer['can']) ? answer['can'].map((line) => `  ${plainText(String(line))}`) : [];
  const until = decision === 'approve' ? `, good until ${text('expires')}` : '';
  const word = decision === 'approve' ? 'approved' : 'denied';
  return [`${word}: ${text('scope')} for ${text('principal')}${through}${until}`, ...can].join('\n');
}

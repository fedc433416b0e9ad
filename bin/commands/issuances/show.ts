import { isJsonObject, type JsonValue } from '../../../lib/json.ts';
import { parseIssuanceId } from '../../../lib/ledger/id.ts';
import { toJson } from '../../../lib/ledger/json.ts';
import { type Command, UsageError } from '../../command.ts';
import { withLedger } from './ledger.ts';
import { tablesOption } from './search-options.ts';
import { plainText } from './text.ts';

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

const MISSED: Readonly<Record<string, string>> = {
  absent: 'there is no value',
  different: 'another value',
  withheld: 'the proof withholds it',
  'not-comparable': 'the value cannot be compared',
};

/** `rule 1 wants an actor: there is none`, `StringEquals claims.ref: does not hold, another value`. */
function checkText(check: JsonValue): string {
  const { operator, key, held, missed, rule, scope } = isJsonObject(check) ? check : {};
  const place = [typeof scope === 'string' ? scope : '', typeof rule === 'number' ? `rule ${rule}` : '']
    .filter((word) => word !== '')
    .join(' ');
  if (operator === 'Actor')
    return `${place} wants an actor: ${missed === 'absent' ? 'there is none' : 'another acted'}`;
  if (operator === 'NoActor') return `${place} wants nobody who acts, and somebody did`;
  const why = MISSED[String(missed)];
  const outcome = held === true ? 'holds' : `does not hold${why === undefined ? '' : `, ${why}`}`;
  return `${place === '' ? '' : `${place}, `}${String(operator)} ${String(key)}: ${outcome}`;
}

/** One line a member, deeper ones by their path; what is null or empty is left out. */
function memberLines(json: JsonValue): string {
  const rows: string[][] = [];
  const walk = (path: string, value: JsonValue): void => {
    if (value === null) return;
    if (path === 'decision.checks' && Array.isArray(value)) {
      for (const [index, check] of value.entries()) rows.push([`${path}.${index}`, checkText(check)]);
      return;
    }
    if (isJsonObject(value)) {
      for (const [name, member] of Object.entries(value)) walk(path === '' ? name : `${path}.${name}`, member);
      return;
    }
    if (Array.isArray(value) && value.some(isJsonObject)) {
      for (const [index, entry] of value.entries()) walk(`${path}.${index}`, entry);
      return;
    }
    rows.push([path, typeof value === 'string' ? value : JSON.stringify(value)]);
  };
  walk('', json);
  const width = Math.max(...rows.map(([path = '']) => path.length));
  return rows.map(([path = '', text = '']) => `${plainText(path).padEnd(width)}  ${plainText(text)}\n`).join('');
}

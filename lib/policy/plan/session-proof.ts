import { isJsonObject, type JsonObject } from '../../json.ts';
import { readPolicyDocument } from '../iam/document.ts';
import { evaluateAccess, readAccessRequest } from '../iam/evaluate.ts';
import { canonical } from './fields.ts';
import { filled, mapStrings, type Place, statementsOf, textsOf, VARIABLE } from './session-probes.ts';

/**
 * The statements, in words, by which `after` might let through what `before` did not: what it allows and is not shown
 * to have been allowed, and what was denied and is not shown to be denied still; but for what is told already. Empty:
 * there is nothing.
 */
export function unproven(before: JsonObject, after: JsonObject, told: readonly Place[]): readonly string[] {
  const of = (policy: JsonObject, effect: string) => statementsOf(policy).filter(({ Effect }) => Effect === effect);
  const known = told.map(({ action, resource }) => ({ Action: action, Resource: resource }));
  const allowed = of(after, 'Allow').filter((each) => !isCovered(each, [...of(before, 'Allow'), ...known]));
  const denied = of(before, 'Deny').filter((each) => !isCovered(each, [...of(after, 'Deny'), ...known]));
  return [...allowed, ...denied].map(wordsOf);
}

function isCovered(statement: JsonObject, others: readonly JsonObject[]): boolean {
  if (others.some((other) => canonical(withoutName(other)) === canonical(withoutName(statement)))) return true;
  if (statement['Action'] === undefined || statement['Resource'] === undefined) return false;
  const looser = others.filter((other) => demandsNoMore(other, statement));
  return textsOf(statement['Action']).every((action) =>
    textsOf(statement['Resource']).every((resource) =>
      looser.some(
        (other) =>
          names(other, action, resource) || covers(other, action, resource) || covers(other, action, filled(resource)),
      ),
    ),
  );
}

const withoutName = ({ Sid: _, ...statement }: JsonObject): JsonObject => statement;

/** Every condition of `other` is one of `statement` too. */
function demandsNoMore(other: JsonObject, statement: JsonObject): boolean {
  const conditions = ({ Condition }: JsonObject): readonly string[] =>
    Object.entries(isJsonObject(Condition) ? Condition : {}).flatMap(([operator, keys]) =>
      Object.entries(isJsonObject(keys) ? keys : {}).map(([key, values]) =>
        canonical([operator, key, [values].flat().map(String).sort()]),
      ),
    );
  const own = new Set(conditions(statement));
  return conditions(other).every((condition) => own.has(condition));
}

/** A variable is one text, whatever its value: it covers itself, as it is written. */
const closed = (text: string): string => text.replace(VARIABLE, (whole) => `<${whole.replace(/[^\w.-]/g, '.')}>`);

/** Word for word, as most are: nothing has to be asked then. */
const names = (other: JsonObject, action: string, resource: string): boolean =>
  other['Action'] !== undefined &&
  other['Resource'] !== undefined &&
  textsOf(other['Action']).includes(action) &&
  textsOf(other['Resource']).some((text) => text === resource || text === filled(resource));

function covers(other: JsonObject, action: string, resource: string): boolean {
  const { Condition: _, ...bare } = withoutName(other);
  const statement = mapStrings({ ...bare, Effect: 'Allow' }, closed);
  const reading = readPolicyDocument({ Version: '2012-10-17', Statement: [statement] });
  if (!reading.ok) return false;
  const request = readAccessRequest(action === '*:*' ? '*' : action, closed(resource), {});
  return evaluateAccess({ identity: null, session: [reading.document] }, request).extent === 'all';
}

function wordsOf(statement: JsonObject): string {
  const listOf = (element: 'Action' | 'Resource') => {
    const except = statement[`Not${element}`];
    return except === undefined ? textsOf(statement[element]).join(', ') : `all but ${textsOf(except).join(', ')}`;
  };
  const where = statement['Condition'] === undefined ? '' : ` where ${JSON.stringify(statement['Condition'])}`;
  return `${String(statement['Effect'])} ${listOf('Action')} on ${listOf('Resource')}${where}`;
}

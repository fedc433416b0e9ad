import type { JsonObject } from '../../json.ts';
import { type PolicyDocument, readPolicyDocument } from '../iam/document.ts';
import { type Access, type AccessRequest, evaluateAccess, readAccessRequest } from '../iam/evaluate.ts';
import { canonical } from './fields.ts';
import {
  contextsOf,
  filled,
  mapStrings,
  membersOf,
  statementsOf,
  textsOf,
  VARIABLE,
  whereOf,
} from './session-probes.ts';

/** What is told already; `where`: the conditions that it is told under, in words; empty: none. */
export interface Told {
  readonly actions: readonly string[];
  readonly resource: string;
  readonly where: string;
}

/**
 * The statements, in words, by which `after` might let through what `before` did not: what it allows and is not shown
 * to have been allowed, and what was denied, may be allowed and is not shown to be denied still; but for what is told
 * already. Empty: there is nothing.
 */
export function unproven(before: JsonObject, after: JsonObject, told: readonly Told[]): readonly string[] {
  const of = (policy: JsonObject, effect: string) => statementsOf(policy).filter(({ Effect }) => Effect === effect);
  const known = (where: string) =>
    told
      .filter((each) => each.where === '' || each.where === where)
      .map(({ actions, resource }) => ({ Action: actions, Resource: resource }));
  // Told under one condition is not told under another.
  const isShown = (statement: JsonObject, others: readonly JsonObject[]) =>
    contextsOf(statement).every((context) => isCovered(statement, [...others, ...known(whereOf(context))]));
  const allowed = of(after, 'Allow').filter((each) => !isShown(each, of(before, 'Allow')));
  const denied = of(before, 'Deny').filter(
    (each) => mayConcern(each, of(after, 'Allow')) && !isShown(each, of(after, 'Deny')),
  );
  return [...allowed, ...denied].map(wordsOf);
}

/** What names only what it leaves out is covered where everything is. */
function isCovered(statement: JsonObject, others: readonly JsonObject[]): boolean {
  if (others.some((other) => canonical(withoutName(other)) === canonical(withoutName(statement)))) return true;
  const looser = others.filter((other) => demandsNoMore(other, statement)).flatMap(documentOf);
  return textsOf(statement['Action']).every((action) =>
    textsOf(statement['Resource']).every((resource) => {
      const requests = [...new Set([closed(resource), filled(resource)])].map((text) => requestOf(action, text));
      return looser.some((other) => requests.some((request) => extentOf(other, request) === 'all'));
    }),
  );
}

const withoutName = ({ Sid: _, ...statement }: JsonObject): JsonObject => statement;

/** Every condition of `other` is one of `statement` too. */
function demandsNoMore(other: JsonObject, statement: JsonObject): boolean {
  const conditions = ({ Condition }: JsonObject): readonly string[] =>
    membersOf(Condition).flatMap(([operator, keys]) =>
      membersOf(keys).map(([key, values]) => canonical([operator, key, [...textsOf(values)].sort()])),
    );
  const own = new Set(conditions(statement));
  return conditions(other).every((condition) => own.has(condition));
}

/** A variable is one text, whatever its value: it covers itself, as it is written. */
const closed = (text: string): string => text.replace(VARIABLE, (whole) => `<${Buffer.from(whole).toString('hex')}>`);

/**
 * What the statement names, as a policy that allows it whatever its conditions are; none where it is not understood.
 */
function documentOf({ Condition: _, ...statement }: JsonObject): readonly PolicyDocument[] {
  const allowing = mapStrings({ ...statement, Effect: 'Allow' }, closed);
  const reading = readPolicyDocument({ Version: '2012-10-17', Statement: [allowing] });
  return reading.ok ? [reading.document] : [];
}

const requestOf = (action: string, resource: string): AccessRequest =>
  readAccessRequest(action === '*:*' ? '*' : action, resource, {});

const extentOf = (document: PolicyDocument, request: AccessRequest): Access['extent'] =>
  evaluateAccess({ identity: null, session: [document] }, request).extent;

/** Whether anything that a statement denies may be among what others allow, whatever conditions and variables are. */
function mayConcern(denying: JsonObject, allowing: readonly JsonObject[]): boolean {
  const documents = allowing.map(widest).flatMap(documentOf);
  const { Action, Resource } = widest(denying);
  return Action.some((action) =>
    Resource.some((resource) => {
      const request = requestOf(action, resource);
      return documents.some((document) => extentOf(document, request) !== 'none');
    }),
  );
}

/** What leaves something out may be about anything. */
const widest = (statement: JsonObject) => ({
  Action: textsOf(statement['Action']),
  Resource: textsOf(statement['Resource']).map((text) => text.replace(VARIABLE, '*')),
});

function wordsOf(statement: JsonObject): string {
  const listOf = (element: 'Action' | 'Resource') => {
    const except = statement[`Not${element}`];
    return except === undefined ? textsOf(statement[element]).join(', ') : `all but ${textsOf(except).join(', ')}`;
  };
  const where = statement['Condition'] === undefined ? '' : ` where ${JSON.stringify(statement['Condition'])}`;
  return `${String(statement['Effect'])} ${listOf('Action')} on ${listOf('Resource')}${where}`;
}

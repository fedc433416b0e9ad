/** What a scope grants, as sets of actions and resources. */
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import { type PolicyDocument, readPolicyDocument, type Statement } from '../policy/iam/document.ts';
import { matchesTokens, readTokens } from '../policy/iam/pattern.ts';
import { knownActions, type Unlogged, unloggedBecause } from './actions.ts';
import type { Usage } from './usage.ts';

/** A statement as it is written, and as sets: what a template or a variable stands for is anything, conditions hold. */
export interface GrantedStatement {
  readonly written: JsonObject;
  readonly statement: Statement;
}

export interface Granted {
  readonly policy: JsonObject;
  readonly statements: readonly GrantedStatement[];
}

const EVERYTHING: JsonObject = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
};

/** Reads a scope's policy; null: none of its own, so all that its role may. A text says why it cannot be read. */
export function readGranted(written: JsonObject | null): Granted | string {
  const policy = written ?? EVERYTHING;
  const list = oneOrMore(policy['Statement']).filter(isJsonObject);
  const read = readWidened(list);
  if (typeof read === 'string') return read;
  const statements = list.flatMap((each, at) => {
    const statement = read.statements[at];
    return statement === undefined ? [] : [{ written: each, statement }];
  });
  return { policy, statements };
}

/** Statements as sets (see `GrantedStatement`). A text says why they cannot be read. */
export function readWidened(statements: readonly JsonObject[]): PolicyDocument | string {
  const reading = readPolicyDocument({ Version: '2012-10-17', Statement: statements.map(widened) });
  return reading.ok ? reading.document : reading.problem;
}

const ANY_VALUE = /\$\{(?![*?$]\})[^}]*\}/g;

function widened({ Condition: _, ...rest }: JsonObject): JsonObject {
  const members = Object.entries(rest).map(([name, value]): [string, JsonValue] => {
    if (name !== 'Resource' && name !== 'NotResource') return [name, value];
    return [name, textsOf(value).map((text) => text.replace(ANY_VALUE, '*'))];
  });
  return Object.fromEntries(members);
}

const oneOrMore = (value: JsonValue | undefined): readonly JsonValue[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];

/** The texts of an element that is one text or a list of them. */
export const textsOf = (value: JsonValue | undefined): readonly string[] =>
  oneOrMore(value).filter((text) => typeof text === 'string');

/** The known actions that a pattern of actions names, as AWS writes them. */
export function membersOf(text: string): readonly string[] {
  if (/^\*(?::\*)?$/.test(text)) return knownActions();
  const tokens = readTokens(text);
  const service = text.slice(0, text.indexOf(':')).toLowerCase();
  return knownActions(service).filter((action) => matchesTokens(tokens, readTokens(action), 'folded'));
}

/** The known actions that `NotAction` leaves. */
export const membersExcept = ({ actions }: Statement): readonly string[] =>
  knownActions().filter(
    (action) => !actions.patterns.some((pattern) => matchesTokens(pattern, readTokens(action), 'folded')),
  );

export interface UnusedActions {
  /** No call of it is there, where it would be. */
  readonly unused: readonly string[];
  /** Whether it was used, these events cannot tell. */
  readonly unknown: readonly { readonly action: string; readonly why: Unlogged }[];
  /** Used, though nothing here allows it: another version of the scope did, or the event says another resource. */
  readonly ungranted: readonly string[];
}

/** What is allowed beside what allowed calls asked for. */
export function unusedActions({ statements }: Granted, usage: Usage, logged: ReadonlySet<string>): UnusedActions {
  const granted = statements.flatMap(({ written, statement }) => {
    if (statement.effect !== 'Allow') return [];
    return statement.actions.kind === 'only' ? textsOf(written['Action']).flatMap(membersOf) : membersExcept(statement);
  });
  const named = new Set(granted);
  const left = [...named].filter((action) => !usage.used.has(action)).sort();
  const judged = left.map((action) => ({ action, why: unloggedBecause(action, logged) }));
  return {
    unused: judged.flatMap(({ action, why }) => (why === null ? [action] : [])),
    unknown: judged.flatMap(({ action, why }) => (why === null ? [] : [{ action, why }])),
    ungranted: [...usage.used.keys()].filter((action) => !named.has(action)).sort(),
  };
}

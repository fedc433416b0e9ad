import type { JsonObject, JsonValue } from '../../json.ts';
import { ANY, STAR } from '../glob.ts';
import type { Named, Statement } from './document.ts';
import type { Tokens } from './pattern.ts';
import type { ResourcePattern } from './resource.ts';

const DOLLAR = 0x24;
const BRACE = 0x7b;

/** The text of a pattern, shortest form. */
export function writeTokens(tokens: Tokens): string {
  return tokens
    .map((token, at) => {
      if (typeof token === 'string') return token;
      if (token === STAR) return '*';
      if (token === ANY) return '?';
      const character = String.fromCodePoint(token);
      const special = character === '*' || character === '?' || (token === DOLLAR && tokens[at + 1] === BRACE);
      return special ? `\${${character}}` : character;
    })
    .join('');
}

/** The text of a resource as a policy has it. */
export const writeResource = (pattern: ResourcePattern): string =>
  pattern.kind === 'any' ? '*' : pattern.parts.map(writeTokens).join(':');

/** A statement as a policy has it: single values are no lists, which is shorter. */
export function writeStatement({ effect, actions, resources, conditions }: Statement): JsonObject {
  return {
    Effect: effect,
    ...written('Action', actions, writeTokens),
    ...written('Resource', resources, writeResource),
    ...(Object.keys(conditions).length === 0 ? {} : { Condition: writeConditions(conditions) }),
  };
}

const written = <T>(element: string, { kind, patterns }: Named<T>, write: (pattern: T) => string): JsonObject => ({
  [kind === 'only' ? element : `Not${element}`]: oneOrMore([...new Set(patterns.map(write))]),
});

const writeConditions = (block: Statement['conditions']): JsonObject =>
  Object.fromEntries(
    Object.entries(block).map(([operator, keys]): [string, JsonObject] => [
      operator,
      Object.fromEntries(Object.entries(keys).map(([key, values]): [string, JsonValue] => [key, oneOrMore(values)])),
    ]),
  );

const oneOrMore = (values: readonly string[]): JsonValue => {
  const [first = '', ...others] = values;
  return others.length === 0 ? first : values;
};

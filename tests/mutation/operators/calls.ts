import type { AnyNode, ArrowFunctionExpression } from 'acorn';
import { type Around, instead, type Operator, type Replacement } from './operator.ts';

/** Methods that have an opposite. */
const OPPOSITES = new Map([
  ['some', 'every'],
  ['every', 'some'],
  ['startsWith', 'endsWith'],
  ['endsWith', 'startsWith'],
  ['toLowerCase', 'toUpperCase'],
  ['toUpperCase', 'toLowerCase'],
  ['min', 'max'],
  ['max', 'min'],
  ['floor', 'ceil'],
  ['ceil', 'floor'],
  ['indexOf', 'lastIndexOf'],
  ['lastIndexOf', 'indexOf'],
  ['find', 'findLast'],
  ['allSettled', 'all'],
]);

/** Methods without which the same kind of value goes on. */
const LEFT_OUT = new Set([
  'trim',
  'trimStart',
  'trimEnd',
  'slice',
  'filter',
  'sort',
  'toSorted',
  'reverse',
  'normalize',
]);

const isEffect = (node: AnyNode): boolean =>
  node.type === 'CallExpression' ||
  node.type === 'AssignmentExpression' ||
  (node.type === 'UnaryExpression' && node.operator === 'delete') ||
  (node.type === 'AwaitExpression' && isEffect(node.argument)) ||
  (node.type === 'ChainExpression' && isEffect(node.expression));

export const CALLS: readonly Operator[] = [
  {
    name: 'statement left out',
    replace: (node) => {
      if (node.type === 'ThrowStatement' || node.type === 'BreakStatement' || node.type === 'ContinueStatement') {
        return instead(node, ';');
      }
      if (node.type !== 'ExpressionStatement' || !isEffect(node.expression)) return [];
      return node.expression.type === 'CallExpression' && node.expression.callee.type === 'Super'
        ? []
        : instead(node, ';');
    },
  },
  {
    name: 'emptied function',
    replace: (node, { code }) => {
      if (node.type === 'ArrowFunctionExpression' && node.expression) return arrow(code, node);
      const isFunction =
        node.type === 'FunctionDeclaration' ||
        node.type === 'FunctionExpression' ||
        node.type === 'ArrowFunctionExpression';
      if (!isFunction || node.body.type !== 'BlockStatement' || node.body.body.length === 0) return [];
      return instead(node.body, '{}');
    },
  },
  { name: 'method', replace: (node, around) => method(node, around) },
];

/** An expression's body begins after the arrow: the parentheses around an object are its own. */
function arrow(code: string, { body, end }: ArrowFunctionExpression): readonly Replacement[] {
  return [{ start: code.lastIndexOf('=>', body.start) + 2, end, text: ' undefined' }];
}

function method(node: AnyNode, { code }: Around): readonly Replacement[] {
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression' || node.callee.computed) return [];
  const { object, property } = node.callee;
  if (property.type !== 'Identifier') return [];
  if (LEFT_OUT.has(property.name)) return instead(node, code.slice(object.start, object.end));
  const opposite = OPPOSITES.get(property.name);
  return opposite === undefined ? [] : instead(property, opposite);
}

import { instead, type Operator, token } from './operator.ts';

/** Each comparison's negation, and its neighbours at the boundary. */
const COMPARISONS = new Map<string, readonly string[]>([
  ['===', ['!==']],
  ['!==', ['===']],
  ['==', ['!=']],
  ['!=', ['==']],
  ['<', ['<=', '>=']],
  ['<=', ['<', '>']],
  ['>', ['>=', '<=']],
  ['>=', ['>', '<']],
]);

const ARITHMETIC = new Map<string, readonly string[]>([
  ['+', ['-']],
  ['-', ['+']],
  ['*', ['/']],
  ['/', ['*']],
  ['%', ['*']],
  ['**', ['*']],
  ['<<', ['>>']],
  ['>>', ['<<']],
  ['>>>', ['<<']],
  ['&', ['|']],
  ['|', ['&']],
  ['^', ['&']],
]);

const ASSIGNMENTS = new Map<string, readonly string[]>([
  ['+=', ['-=']],
  ['-=', ['+=']],
  ['*=', ['/=']],
  ['/=', ['*=']],
  ['%=', ['*=']],
  ['<<=', ['>>=']],
  ['>>=', ['<<=']],
  ['&=', ['|=']],
  ['|=', ['&=']],
  ['??=', ['=']],
  ['||=', ['&&=']],
  ['&&=', ['||=']],
]);

export const CONDITIONS: readonly Operator[] = [
  {
    /** An `if` that is never true is a guard that was removed. */
    name: 'condition',
    replace: (node) => {
      if (node.type === 'IfStatement' || node.type === 'ConditionalExpression')
        return instead(node.test, 'true', 'false');
      if (node.type === 'WhileStatement') return instead(node.test, 'false');
      return node.type === 'ForStatement' && node.test ? instead(node.test, 'false') : [];
    },
  },
  {
    name: 'comparison',
    replace: (node, { code }) => {
      if (node.type !== 'BinaryExpression') return [];
      if (node.operator === 'in' || node.operator === 'instanceof') {
        return instead(node, `!(${code.slice(node.start, node.end)})`);
      }
      return token(code, node, node.operator, COMPARISONS.get(node.operator) ?? []);
    },
  },
  {
    name: 'logical',
    replace: (node, { code }) => {
      if (node.type !== 'LogicalExpression') return [];
      if (node.operator === '??') {
        return instead(node, ...[node.left, node.right].map(({ start, end }) => `(${code.slice(start, end)})`));
      }
      return token(code, node, node.operator, [node.operator === '&&' ? '||' : '&&']);
    },
  },
  {
    name: 'arithmetic',
    replace: (node, { code }) => {
      if (node.type === 'BinaryExpression') {
        return token(code, node, node.operator, ARITHMETIC.get(node.operator) ?? []);
      }
      if (node.type === 'AssignmentExpression') {
        return token(code, node, node.operator, ASSIGNMENTS.get(node.operator) ?? []);
      }
      if (node.type === 'UpdateExpression') {
        const other = node.operator === '++' ? '--' : '++';
        return instead(node, code.slice(node.start, node.end).replace(node.operator, other));
      }
      return node.type === 'UnaryExpression' && node.operator === '-'
        ? instead(node, code.slice(node.argument.start, node.argument.end))
        : [];
    },
  },
  {
    name: 'negation',
    replace: (node, { code }) =>
      node.type === 'UnaryExpression' && node.operator === '!'
        ? instead(node, code.slice(node.argument.start, node.argument.end))
        : [],
  },
  {
    name: 'optional chaining',
    replace: (node, { code }) => {
      if (node.type === 'MemberExpression' && node.optional) {
        return token(code, { left: node.object, right: node.property }, '?.', [node.computed ? '' : '.']);
      }
      return node.type === 'CallExpression' && node.optional
        ? token(code, { left: node.callee, right: { start: node.end } }, '?.', [''])
        : [];
    },
  },
];

import type { AnyNode, Literal } from 'acorn';
import { type Around, instead, type Operator, type Replacement } from './operator.ts';
import { regularExpressions } from './regular-expressions.ts';

export const VALUES: readonly Operator[] = [
  {
    name: 'boolean',
    replace: (node) =>
      node.type === 'Literal' && typeof node.value === 'boolean' ? instead(node, String(!node.value)) : [],
  },
  {
    name: 'number',
    replace: (node) => {
      if (node.type !== 'Literal') return [];
      if (typeof node.value === 'number') return instead(node, String(node.value + 1));
      return typeof node.value === 'bigint' ? instead(node, `${node.value + 1n}n`) : [];
    },
  },
  {
    name: 'string',
    replace: (node, around) => {
      if (node.type === 'Literal' && typeof node.value === 'string') return string(node, around);
      return node.type === 'TemplateLiteral' && node.quasis.some(({ value }) => value.raw !== '')
        ? instead(node, '``')
        : [];
    },
  },
  {
    name: 'regular expression',
    replace: (node) =>
      node.type === 'Literal' && node.regex
        ? instead(node, ...regularExpressions(node.regex.pattern, node.regex.flags))
        : [],
  },
  {
    name: 'emptied list',
    replace: (node) => (node.type === 'ArrayExpression' && node.elements.length > 0 ? instead(node, '[]') : []),
  },
  {
    name: 'emptied object',
    replace: (node) => (node.type === 'ObjectExpression' && node.properties.length > 0 ? instead(node, '{}') : []),
  },
];

function string(node: Literal, { parent }: Around): readonly Replacement[] {
  if (parent !== undefined && isName(node, parent)) return [];
  return instead(node, node.value === '' ? "'mutant'" : "''");
}

/**
 * A module's or a member's name, or the type that `typeof` is compared with: changed, it does not load, or is that
 * comparison's other mutant.
 */
function isName(node: Literal, parent: AnyNode): boolean {
  if (parent.type === 'Property') return parent.key === node && !parent.computed;
  if (parent.type === 'BinaryExpression') {
    return [parent.left, parent.right].some((side) => side.type === 'UnaryExpression' && side.operator === 'typeof');
  }
  return /^(Import|Export)/.test(parent.type);
}

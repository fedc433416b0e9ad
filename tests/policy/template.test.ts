import { describe, expect, it } from '@jest/globals';
import { compileTemplate, renderTemplate } from '../../lib/policy/template.ts';
import {
  DOWNSTREAM_AUDIENCE,
  DOWNSTREAM_SCOPE,
  DOWNSTREAM_SUBJECT,
  POLICY,
  PRINCIPAL_LABEL,
  TAG_VALUE,
  type TemplatePlace,
  TOKEN_CLAIM,
} from '../../lib/policy/template-places.ts';

/** What a template makes of a value for every key, or why it does not. */
function render(text: string, place: TemplatePlace, value: string): string {
  const compiled = compileTemplate(text, place);
  if ('messages' in compiled) return compiled.messages.join('; ');
  const rendered = renderTemplate(compiled.template, () => value);
  return rendered.ok ? rendered.value : rendered.refusal.reason;
}

describe('a value in a downstream `scope`', () => {
  // A colon is a character of a scope token, and of nothing that stands among other text.
  const word = 'api:read';

  it.each([
    ['alone', '${claims.x}', 'api:read'],
    ['at the beginning', '${claims.x} other', 'api:read other'],
    ['at the end', 'other ${claims.x}', 'other api:read'],
    ['in between', 'a ${claims.x} b', 'a api:read b'],
    ['twice', '${claims.x} ${claims.y}', 'api:read api:read'],
  ])('may be any word where it is one by itself: %s', (_, text, expected) => {
    expect(render(text, DOWNSTREAM_SCOPE, word)).toBe(expected);
  });

  it.each([
    ['after other text', 'repo-${claims.x}'],
    ['after other text, with a blank after it', 'repo-${claims.x} more'],
    ['before other text', '${claims.x}-read'],
    ['before other text, with a blank before it', 'more ${claims.x}-read'],
    ['beside another value', '${claims.x}${claims.y}'],
    ['with a blank that is further off', 'a b${claims.x}'],
    ['with a blank that comes later', '${claims.x}a b'],
  ])('keeps to the plain characters within a word: %s', (_, text) => {
    expect(render(text, DOWNSTREAM_SCOPE, word)).toBe('template_value');
    expect(render(text, DOWNSTREAM_SCOPE, 'plain')).not.toBe('template_value');
  });

  it.each(['two words', '', '"', '\\', 'é', 'a\nb'])('is never more or less than a word: %j', (value) => {
    expect(render('${claims.x}', DOWNSTREAM_SCOPE, value)).toBe('template_value');
  });
});

describe.each([
  ['audience', DOWNSTREAM_AUDIENCE, 1024],
  ['subject', DOWNSTREAM_SUBJECT, 256],
] as const)('a value in a downstream `%s`', (_, place, longest) => {
  it('is any visible text where it is all of it', () => {
    const uri = 'https://a.example/b?c=d#e[f]@g:h"i\\j';
    expect(render('${claims.x}', place, uri)).toBe(uri);
  });

  it.each([' ', 'a b', '', 'a\tb', 'é', '\u007f'])('is no blank, control character or other alphabet: %j', (value) => {
    expect(render('${claims.x}', place, value)).toBe('template_value');
    expect(render('a${claims.x}', place, value)).toBe('template_value');
  });

  it.each(['a/b', 'a:b', 'a?b', 'a#b', 'a@/b'])('keeps to unreserved characters within other text: %s', (value) => {
    expect(render('https://${claims.x}.example', place, value)).toBe('template_value');
    expect(render('https://${claims.x}.example', place, 'a.b~c_d-e')).toBe('https://a.b~c_d-e.example');
  });

  it('stands in visible text only', () => {
    expect(render('a b${claims.x}', place, 'x')).toMatch(/does not take all characters/);
    expect(render('é${claims.x}', place, 'x')).toMatch(/does not take all characters/);
  });

  it(`is at most ${longest} characters with what is around it`, () => {
    expect(render('${claims.x}', place, 'x'.repeat(longest))).toHaveLength(longest);
    expect(render('${claims.x}', place, 'x'.repeat(longest + 1))).toBe('template_value');
    expect(render('a${claims.x}', place, 'x'.repeat(longest))).toBe('template_value');
    expect(render('a'.repeat(longest + 1), place, 'x')).toMatch(new RegExp(`longer than ${longest} characters`));
  });
});

it.each([
  ['a tag', TAG_VALUE, 256],
  ['a scope', DOWNSTREAM_SCOPE, 1024],
  ['a label', PRINCIPAL_LABEL, 1024],
] as const)('%s has an end', (_, place, longest) => {
  const refused = place === PRINCIPAL_LABEL ? 'principal_invalid' : 'template_value';
  expect(render('${claims.x}', place, 'x'.repeat(longest))).toHaveLength(longest);
  expect(render('${claims.x}', place, 'x'.repeat(longest + 1))).toBe(refused);
});

it.each([
  ['a+b', 'a+b'],
  ['a*b', 'template_value'],
  ['', 'template_value'],
])('a tag takes the characters that STS takes, and at least one: %j', (value, expected) => {
  expect(render('${claims.x}', TAG_VALUE, value)).toBe(expected);
});

it.each([
  ['a+b', 'repo-a+b'],
  ['a*b', 'template_value'],
])('a value among other text of a `scope` is of unreserved characters: %s', (value, expected) => {
  expect(render('repo-${claims.x}', DOWNSTREAM_SCOPE, value)).toBe(expected);
});

it.each(['', '\ud800', 'a\ud800', '\ud800a', 'a\udc00b'])(
  'a claim takes no half character, nor nothing: %j',
  (value) => {
    expect(render('${claims.x}', TOKEN_CLAIM, value)).toBe('template_value');
    expect(render('${claims.x}', TOKEN_CLAIM, 'a\ud83d\ude00\n')).toBe('a\ud83d\ude00\n');
  },
);

it('the variables of IAM are of the text around a template', () => {
  const compiled = compileTemplate('a${*}b${aws:username}${claims.x}${?}', POLICY);
  expect('template' in compiled && compiled.template.parts).toEqual([
    'a${*}b${aws:username}',
    { key: 'claims.x', form: 'plain' },
    '${?}',
  ]);
});

it('a template cannot be changed', () => {
  const compiled = compileTemplate('${claims.x}', TAG_VALUE);
  expect('template' in compiled && Object.isFrozen(compiled.template)).toBe(true);
});

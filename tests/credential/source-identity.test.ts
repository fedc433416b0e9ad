import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import { sourceIdentityOf } from '../../lib/credential/source-identity.ts';
import { principalOf } from './grant-fixtures.ts';

const text = fc.string({ unit: 'binary', maxLength: 300 });
const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,62}$/);
const kind = fc.constantFrom('connection' as const, 'client' as const);
const identity = fc.tuple(kind, name, text);
const same = (a: readonly unknown[], b: readonly unknown[]) => JSON.stringify(a) === JSON.stringify(b);

describe('the source identity', () => {
  const of = ([kindOf, source, subject]: readonly ['connection' | 'client', string, string]) =>
    sourceIdentityOf(principalOf(source, subject, kindOf));

  it('is 2 to 64 characters that STS takes, whatever the subject is', () => {
    fc.assert(fc.property(identity, (who) => /^[\w+=,.@-]{2,64}$/.test(of(who))));
  });

  it('is one for one identity and another for another', () => {
    fc.assert(fc.property(identity, identity, (a, b) => (of(a) === of(b)) === same(a, b)));
  });

  test.each([
    ['a client and a connection of one name', ['client', 'bot', 'bot'], ['connection', 'bot', 'bot']],
    ['a name that runs into the subject', ['connection', 'a', 'b-c'], ['connection', 'a-b', 'c']],
    ['subjects that read alike', ['connection', 'a', 'x/y'], ['connection', 'a', 'x:y']],
    ['subjects that differ late', ['connection', 'a', `${'x'.repeat(99)}y`], ['connection', 'a', `${'x'.repeat(99)}z`]],
    ['letters of two cases', ['connection', 'a', 'X'], ['connection', 'a', 'x']],
    ['a subject that is a source identity', ['connection', 'a', 'b'], ['connection', 'a', 'a-b.x']],
  ] as const)('tells apart %s', (_name, a, b) => {
    expect(of(a)).not.toBe(of(b));
  });

  it('begins with what can be read of source and subject, in the characters that STS takes', () => {
    expect(of(['connection', 'okta', 'a+b=c,d.e@f-g_h/i é'])).toMatch(/^okta-a\+b=c,d\.e@f-g_h-i--\.[\w-]{32}$/);
  });

  it('does not hang on label, claims or proof', () => {
    const other = { ...principalOf('github', 'x'), name: 'another', record: ['y'] };
    expect(sourceIdentityOf(other)).toBe(sourceIdentityOf(principalOf('github', 'x')));
  });
});

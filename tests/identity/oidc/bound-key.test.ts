import { describe, expect, it } from '@jest/globals';
import { readBoundKey } from '../../../lib/identity/oidc/bound-key.ts';
import type { JsonValue } from '../../../lib/json.ts';
import { accept, refuse } from '../../../lib/outcome.ts';

const THUMBPRINT = '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I';

describe('a token is bound', () => {
  it('to no key without `cnf`', () => {
    expect(readBoundKey({ unverified: {} })).toEqual(accept(null));
  });

  it('to the key whose thumbprint `cnf` has (RFC 9449 section 6.1)', () => {
    expect(readBoundKey({ unverified: { cnf: { jkt: THUMBPRINT } } })).toEqual(accept(THUMBPRINT));
  });

  it.each<[string, JsonValue]>([
    ['nothing that it names', {}],
    ['a certificate', { 'x5t#S256': THUMBPRINT }],
    ['a key and a certificate', { jkt: THUMBPRINT, 'x5t#S256': THUMBPRINT }],
    ['a number', { jkt: 7 }],
    ['a text that is no object', THUMBPRINT],
    ['null', null],
    ['a list', [THUMBPRINT]],
    ['a thumbprint of 42 characters', { jkt: THUMBPRINT.slice(1) }],
    ['a thumbprint of 44 characters', { jkt: `${THUMBPRINT}A` }],
    ['a character that base64url does not have', { jkt: THUMBPRINT.replace('-', '+') }],
  ])('in no way that could be proven here, to %s: it is refused, never a bearer token', (_, cnf) => {
    const detail =
      'The token is bound to a key (cnf) in a way that cannot be proven here: only jkt can, by a DPoP proof.';
    expect(readBoundKey({ unverified: { cnf } })).toEqual(refuse('claims_invalid', { detail }));
  });
});

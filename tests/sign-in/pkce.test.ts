import { describe, expect, it } from '@jest/globals';
import { isCodeChallenge, verifierFits } from '../../lib/sign-in/pkce.ts';

/** RFC 7636 appendix B. */
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

describe('a code verifier', () => {
  it('fits its challenge (RFC 7636 appendix B)', () => {
    expect(verifierFits(VERIFIER, CHALLENGE)).toBe(true);
  });

  it.each([
    ['another verifier', `${VERIFIER.slice(0, -1)}j`],
    ['the challenge itself, as the method plain would have it', CHALLENGE],
    ['42 characters', 'a'.repeat(42)],
    ['129 characters', 'a'.repeat(129)],
    ['a character that is not unreserved', `${VERIFIER.slice(0, -1)}/`],
    ['a line end', `${VERIFIER}\n`],
    ['nothing', ''],
  ])('does not fit: %s', (_, verifier) => {
    expect(verifierFits(verifier, CHALLENGE)).toBe(false);
  });
});

describe('a code challenge', () => {
  it.each([CHALLENGE.slice(1), `${CHALLENGE}=`, `${CHALLENGE}A`, CHALLENGE.replace('-', '+'), ''])(
    'is base64url of 32 octets, and not %j',
    (text) => {
      expect(isCodeChallenge(CHALLENGE)).toBe(true);
      expect(isCodeChallenge(text)).toBe(false);
    },
  );
});

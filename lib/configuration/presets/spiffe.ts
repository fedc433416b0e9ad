import * as z from 'zod';
import { ANY_TEXT, claim, REGISTERED } from './claims.ts';
import { definePreset } from './preset.ts';

/**
 * SPIFFE JWT-SVIDs (spiffe.io, "JWT-SVID"; keys by the "SPIFFE OIDC Discovery Provider" of SPIRE). A JWT-SVID need not
 * have `iss`; here it must, because a token selects its connection by it: SPIRE's `jwt_issuer` sets it. `jwksUri` where
 * the issuer has no discovery document. `sub` is the SPIFFE ID, below the trust domain.
 */
export const spiffe = definePreset({
  documentation: {
    needs: '`issuer`, `trustDomain`',
    fillsIn:
      'the algorithms of JWT-SVIDs but PKCS #1 with SHA-384 and SHA-512, types JWT and JOSE, `sub` is below the trust domain',
  },
  claims: {
    provider: 'SPIFFE',
    source: 'https://github.com/spiffe/spiffe/blob/main/standards/JWT-SVID.md',
    isIssuer: () => false,
    names: 'open',
    elsewhere: 'open',
    prefixes: [],
    audience: 'caller',
    claims: { ...REGISTERED, sub: claim(ANY_TEXT) },
  },
  parameters: {
    trustDomain: z
      .string()
      .regex(/^[a-z0-9._-]{1,255}$/, 'must be a trust domain: lower-case letters, digits, dots, dashes, underscores')
      .optional(),
  },
  facts({ trustDomain }, _, report) {
    if (trustDomain === undefined) {
      report(['trustDomain'], 'is required by the preset spiffe: the trust domain, without spiffe://', 'missing-field');
    }
    return {
      algorithms: ['RS256', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512'],
      types: ['jwt', 'jose'],
      require: [{ StringLike: { 'claims.sub': [`spiffe://${trustDomain ?? ''}/*`] } }],
    };
  },
});

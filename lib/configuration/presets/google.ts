import { ADDRESS, ANY_TEXT, type ClaimTable, claim, DIGITS, oneOf, REGISTERED } from './claims.ts';
import { exactly } from './pins.ts';
import { definePreset, discovered } from './preset.ts';

const HOST = 'accounts.google.com';

export const GOOGLE_ISSUER = `https://${HOST}`;

export const GOOGLE_CLAIMS: ClaimTable = {
  provider: 'Google',
  source: 'https://developers.google.com/identity/openid-connect/openid-connect#an-id-tokens-payload',
  isIssuer: ({ hostname }) => hostname === HOST,
  names: 'closed',
  elsewhere: 'open',
  prefixes: [],
  audience: 'caller',
  claims: {
    ...REGISTERED,
    sub: claim(DIGITS),
    at_hash: claim(ANY_TEXT),
    azp: claim(ANY_TEXT),
    email: claim(ADDRESS, { ids: ['sub'] }),
    email_verified: claim(oneOf('true', 'false')),
    family_name: claim(ANY_TEXT, { ids: ['sub'] }),
    given_name: claim(ANY_TEXT, { ids: ['sub'] }),
    google: claim(ANY_TEXT),
    hd: claim(ANY_TEXT),
    locale: claim(ANY_TEXT),
    name: claim(ANY_TEXT, { ids: ['sub'] }),
    nonce: claim(ANY_TEXT),
    picture: claim(ANY_TEXT),
    profile: claim(ANY_TEXT),
    target_audience: claim(ANY_TEXT),
  },
};

/**
 * Google accounts and service accounts (developers.google.com, "OpenID Connect"). Anybody gets tokens of this issuer
 * for any audience. A service account's id token has its unique id as `sub`; an address (`email`) says whose a token is
 * only where Google verified it.
 */
export const google = definePreset({
  documentation: { needs: '`require`', fillsIn: 'issuer, RS256' },
  facts: () => ({ issuers: [discovered(GOOGLE_ISSUER)], algorithms: ['RS256'] }),
  claims: GOOGLE_CLAIMS,
  open: {
    provider: 'Google',
    isHost: (host) => host === HOST,
    elsewhere: 'open',
    pins: {
      '/hd': exactly,
      '/sub': exactly,
      '/email': exactly,
      '/google/compute_engine/project_id': exactly,
      '/google/compute_engine/project_number': exactly,
    },
    vouched: { pointer: '/email', by: '/email_verified' },
    documentation: {
      issuers: `\`${HOST}\`, and every issuer with the preset`,
      pins: '`hd`, `sub`, the project of a virtual machine (`projectId`, `projectNumber`), `email` beside `Bool: { claims.email_verified: true }`',
    },
  },
});

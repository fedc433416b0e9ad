import { exactly } from './pins.ts';
import { definePreset, discovered } from './preset.ts';

const HOST = 'accounts.google.com';

/**
 * Google accounts and service accounts (developers.google.com, "OpenID Connect"). Anybody gets tokens of this issuer
 * for any audience. A service account's id token has its unique id as `sub`; an address (`email`) says whose a token is
 * only where Google verified it.
 */
export const google = definePreset({
  documentation: { needs: '`require`', fillsIn: 'issuer, RS256' },
  facts: () => ({ issuers: [discovered(`https://${HOST}`)], algorithms: ['RS256'] }),
  open: {
    provider: 'Google',
    isHost: (host) => host === HOST,
    elsewhere: 'open',
    pins: { '/hd': exactly, '/sub': exactly, '/email': exactly },
    vouched: { pointer: '/email', by: '/email_verified' },
    documentation: {
      issuers: `\`${HOST}\`, and every issuer with the preset`,
      pins: '`hd`, `sub`, `email` beside `Bool: { claims.email_verified: true }`',
    },
  },
});

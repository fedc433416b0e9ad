import { ANY_TEXT, claim, REGISTERED } from './claims.ts';
import { definePreset } from './preset.ts';

/**
 * Okta custom authorization servers (developer.okta.com, "Access token"): the issuer is `https://<org>/oauth2/<id>`.
 * The client is `cid` (checked by `authorizedParties`), scopes are the list `scp`; a token of a client for itself has
 * `sub` equal to `cid` and no `uid`.
 */
export const okta = definePreset({
  documentation: {
    needs: '`issuer`',
    fillsIn: 'RS256, types JWT and at+jwt; test `claims.scp` with `ForAnyValue:`; `authorizedParties` are `cid`',
  },
  claims: {
    provider: 'Okta',
    source: 'https://developer.okta.com/docs/api/openapi/okta-oauth/guides/overview/#access-token-payload',
    isIssuer: ({ hostname }) => /\.(okta|oktapreview|okta-emea)\.com$/.test(hostname),
    names: 'open',
    elsewhere: 'open',
    prefixes: [],
    audience: 'provider',
    claims: {
      ...REGISTERED,
      sub: claim(ANY_TEXT),
      auth_time: claim(ANY_TEXT),
      cid: claim(ANY_TEXT),
      groups: claim(ANY_TEXT),
      scp: claim(ANY_TEXT),
      uid: claim(ANY_TEXT),
      ver: claim(ANY_TEXT),
    },
  },
  facts: () => ({ algorithms: ['RS256'], types: ['jwt', 'at+jwt'] }),
});

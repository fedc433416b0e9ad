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
  facts: () => ({ algorithms: ['RS256'], types: ['jwt', 'at+jwt'] }),
});

import { type Preset, plainDefaults } from './preset.ts';

/**
 * Okta custom authorization servers (developer.okta.com, "Access token"): the issuer is `https://<org>/oauth2/<id>`. The client is `cid` (checked by
 * `authorizedParties`), scopes are the list `scp`; a token of a client for itself has `sub` equal to `cid` and no `uid`.
 */
export const okta: Preset = {
  parameters: [],
  defaults: () => ({ ...plainDefaults, algorithms: ['RS256'], types: ['jwt', 'at+jwt'] }),
};

import { discovered, type Preset, plainDefaults } from './preset.ts';

/**
 * Google accounts and service accounts (developers.google.com, "OpenID Connect"). Anybody gets tokens of this issuer for any audience: the loader demands
 * a `require` that pins a hosted domain (`hd`), an account (`sub`) or an address (`email`). A service account's id token has its unique id as `sub`.
 */
export const google: Preset = {
  parameters: [],
  defaults: () => ({ ...plainDefaults, issuers: [discovered('https://accounts.google.com')], algorithms: ['RS256'] }),
};

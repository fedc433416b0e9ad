import { type DownstreamPreset, plainDownstream } from './preset.ts';

/**
 * Google service accounts (developers.google.com, "Using OAuth 2.0 for Server to Server Applications"): an assertion signed by the account's key, with the
 * scopes in it; `subject` names a person only under domain-wide delegation.
 */
export const google: DownstreamPreset = {
  parameters: [],
  defaults(written, report) {
    if (written.signer === undefined)
      report(['signer'], 'is required by the preset google: the service account and its key');
    if (written.scope === undefined) report(['scope'], 'is required by the preset google');
    return { ...plainDownstream, provider: 'jwt-bearer', tokenEndpoint: 'https://oauth2.googleapis.com/token' };
  },
};

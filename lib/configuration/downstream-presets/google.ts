import { defineDownstreamPreset } from './preset.ts';

/**
 * Google service accounts (developers.google.com, "Using OAuth 2.0 for Server to Server Applications"): an assertion
 * signed by the account's key, with the scopes in it; `subject` names a person, under domain-wide delegation only, so
 * it is never made up.
 */
export const google = defineDownstreamPreset({
  documentation: {
    needs: '`signer`, `scope`',
    ofItsOwn: 'the scope is in the assertion; `subject` only with domain-wide delegation',
  },
  facts(_parameters, written, report) {
    if (written.signer === undefined)
      report(['signer'], 'is required by the preset google: the service account and its key');
    if (written.scope === undefined) report(['scope'], 'is required by the preset google');
    return {
      provider: 'jwt-bearer',
      tokenEndpoint: 'https://oauth2.googleapis.com/token',
      scopeIn: 'assertion',
      defaultSubject: 'none',
    };
  },
});

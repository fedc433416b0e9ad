import { seconds } from '../../time.ts';
import { type DownstreamPreset, endpointAt, plainDownstream } from './preset.ts';

/**
 * Salesforce (help.salesforce.com, "OAuth 2.0 Client Credentials Flow" and "JWT Bearer Flow"): the org's My Domain. Assertions are addressed to the login
 * host, `https://test.salesforce.com` for a sandbox. It sends no `expires_in`; two hours is
 * the session timeout of an org that did not change it.
 */
export const salesforce: DownstreamPreset = {
  parameters: ['domain'],
  defaults: (written, report) => ({
    ...plainDownstream,
    tokenEndpoint: endpointAt(written, '/services/oauth2/token', 'acme.my.salesforce.com', report),
    secretMethod: 'client_secret_post',
    assertionAudience: written.domain?.includes('.sandbox.')
      ? 'https://test.salesforce.com'
      : 'https://login.salesforce.com',
    expiresIn: seconds(7_200),
  }),
};

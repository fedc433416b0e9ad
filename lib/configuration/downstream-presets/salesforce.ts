import { seconds } from '../../time.ts';
import { defineDownstreamPreset, domain, endpointAt } from './preset.ts';

/**
 * Salesforce (help.salesforce.com, "OAuth 2.0 Client Credentials Flow" and "JWT Bearer Flow"): the org's My Domain.
 * Assertions are addressed to the login host, `https://test.salesforce.com` for a sandbox. It sends no `expires_in`;
 * two hours is the session timeout of an org that did not change it.
 */
export const salesforce = defineDownstreamPreset({
  documentation: {
    needs: '`domain`',
    ofItsOwn: 'says no `expires_in`: two hours are assumed unless `expiresIn` says otherwise',
  },
  parameters: { domain },
  facts(parameters, written, report) {
    const endpoint = { path: '/services/oauth2/token', example: 'acme.my.salesforce.com' };
    const isSandbox = parameters.domain?.includes('.sandbox.') ?? false;
    return {
      tokenEndpoint: endpointAt(parameters.domain, endpoint, written, report),
      secretMethod: 'client_secret_post',
      assertionAudience: isSandbox ? 'https://test.salesforce.com' : 'https://login.salesforce.com',
      expiresIn: seconds(7_200),
    };
  },
});

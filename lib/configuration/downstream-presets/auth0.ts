import { defineDownstreamPreset, domain, endpointAt } from './preset.ts';

/**
 * Auth0 (auth0.com/docs, "Client Credentials Flow"): `audience` names the API; client assertions are for the tenant
 * itself.
 */
export const auth0 = defineDownstreamPreset({
  documentation: { needs: '`domain`, `audience`', ofItsOwn: 'assertions go to the tenant' },
  parameters: { domain },
  facts(parameters, written, report) {
    if (written.audience === undefined)
      report(['audience'], 'is required by the preset auth0: the identifier of the API');
    const endpoint = { path: '/oauth/token', example: 'acme.eu.auth0.com' };
    return {
      tokenEndpoint: endpointAt(parameters.domain, endpoint, written, report),
      secretMethod: 'client_secret_post',
      assertionAudience: parameters.domain === undefined ? null : `https://${parameters.domain}/`,
    };
  },
});

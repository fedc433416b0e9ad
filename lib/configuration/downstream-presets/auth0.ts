import { type DownstreamPreset, endpointAt, plainDownstream } from './preset.ts';

/** Auth0 (auth0.com/docs, "Client Credentials Flow"): the API is named by `audience`; client assertions are addressed to the tenant itself. */
export const auth0: DownstreamPreset = {
  parameters: ['domain'],
  defaults(written, report) {
    if (written.audience === undefined)
      report(['audience'], 'is required by the preset auth0: the identifier of the API');
    return {
      ...plainDownstream,
      tokenEndpoint: endpointAt(written, '/oauth/token', 'acme.eu.auth0.com', report),
      secretMethod: 'client_secret_post',
      assertionAudience: written.domain === undefined ? null : `https://${written.domain}/`,
    };
  },
};

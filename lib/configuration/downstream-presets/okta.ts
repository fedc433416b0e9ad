import { type DownstreamPreset, endpointAt, plainDownstream } from './preset.ts';

/** Okta (developer.okta.com, "OpenID Connect & OAuth 2.0 API"): a custom authorization server, `default` unless named. */
export const okta: DownstreamPreset = {
  parameters: ['domain', 'authorizationServer'],
  defaults: (written, report) => ({
    ...plainDownstream,
    tokenEndpoint: endpointAt(
      written,
      `/oauth2/${written.authorizationServer ?? 'default'}/v1/token`,
      'acme.okta.com',
      report,
    ),
  }),
};

import * as z from 'zod';
import { defineDownstreamPreset, domain, endpointAt } from './preset.ts';

/**
 * Okta (developer.okta.com, "OpenID Connect & OAuth 2.0 API"): a custom authorization server, `default` unless named.
 */
export const okta = defineDownstreamPreset({
  documentation: { needs: '`domain`', ofItsOwn: '`authorizationServer`: `default` unless named' },
  parameters: {
    domain,
    authorizationServer: z
      .string()
      .regex(/^[A-Za-z0-9]{1,64}$/, 'must be the id of an authorization server, or default')
      .optional(),
  },
  facts({ authorizationServer = 'default', ...parameters }, written, report) {
    const endpoint = { path: `/oauth2/${authorizationServer}/v1/token`, example: 'acme.okta.com' };
    return { tokenEndpoint: endpointAt(parameters.domain, endpoint, written, report) };
  },
});

import { defineDownstreamPreset, domain, endpointAt } from './preset.ts';

/**
 * Amazon Cognito (docs.aws.amazon.com, "The token issuer endpoint"): the pool's domain; it serves client secrets only.
 */
export const cognito = defineDownstreamPreset({
  documentation: { needs: '`domain`', ofItsOwn: 'client secrets only' },
  parameters: { domain },
  facts(parameters, written, report) {
    if (written.privateKey !== undefined) report(['privateKey'], 'Cognito takes a client secret only');
    if (written.authentication === 'aws-web-identity') report(['authentication'], 'Cognito takes a client secret only');
    const endpoint = { path: '/oauth2/token', example: 'acme.auth.eu-west-1.amazoncognito.com' };
    return { tokenEndpoint: endpointAt(parameters.domain, endpoint, written, report) };
  },
});

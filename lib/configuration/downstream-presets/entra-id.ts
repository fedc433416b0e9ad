import { type DownstreamPreset, plainDownstream } from './preset.ts';

/**
 * Microsoft Entra ID (learn.microsoft.com, "OAuth 2.0 client credentials flow"): `scope` is one resource's `<application id URI>/.default`. It federates with
 * other issuers too: `authentication: aws-web-identity` needs a federated credential on the application.
 */
export const entraId: DownstreamPreset = {
  parameters: ['tenant'],
  defaults(written, report) {
    const { tenant, scope } = written;
    if (tenant === undefined && written.tokenEndpoint === undefined)
      report(['tenant'], 'is required by the preset entra-id');
    const isClientCredentials = (written.provider ?? 'client-credentials') === 'client-credentials';
    if (isClientCredentials && !scope?.endsWith('/.default')) {
      report(['scope'], 'must be a resource and /.default, for example api://crm/.default');
    }
    return {
      ...plainDownstream,
      tokenEndpoint: tenant === undefined ? null : `https://login.microsoftonline.com/${tenant}/oauth2/v2.0/token`,
      secretMethod: 'client_secret_post',
      // The audience that Entra ID expects of a federated credential's token.
      assertionAudience: written.authentication === 'aws-web-identity' ? 'api://AzureADTokenExchange' : null,
    };
  },
};

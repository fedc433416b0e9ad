import { tenantId } from '../schema/values.ts';
import { defineDownstreamPreset } from './preset.ts';

/**
 * Microsoft Entra ID (learn.microsoft.com, "OAuth 2.0 client credentials flow"): `scope` is one resource's
 * `<application id URI>/.default`. It federates with other issuers too: `authentication: aws-web-identity` needs a
 * federated credential on the application. A client assertion names its key by the certificate ("Microsoft identity
 * platform application authentication certificate credentials").
 */
export const entraId = defineDownstreamPreset({
  documentation: {
    needs: '`tenant`',
    ofItsOwn: '`scope` ends in `/.default`; the key id of a certificate is sent as `x5t#S256`',
  },
  parameters: { tenant: tenantId.optional() },
  facts({ tenant }, written, report) {
    if (tenant === undefined && written.tokenEndpoint === undefined)
      report(['tenant'], 'is required by the preset entra-id');
    const isClientCredentials = (written.provider ?? 'client-credentials') === 'client-credentials';
    if (isClientCredentials && !written.scope?.endsWith('/.default')) {
      report(['scope'], 'must be a resource and /.default, for example api://crm/.default');
    }
    return {
      tokenEndpoint: tenant === undefined ? null : `https://login.microsoftonline.com/${tenant}/oauth2/v2.0/token`,
      secretMethod: 'client_secret_post',
      // The audience that Entra ID expects of a federated credential's token.
      assertionAudience: written.authentication === 'aws-web-identity' ? 'api://AzureADTokenExchange' : null,
      keyHeader: 'x5t#S256',
    };
  },
});

import { tenantId } from '../schema/values.ts';
import { definePreset, discovered } from './preset.ts';

/** The tenant of personal Microsoft accounts: anybody has one. */
const PERSONAL_ACCOUNTS = '9188040d-6c67-4c5b-b112-36a304b66dad';

/**
 * Microsoft Entra ID (learn.microsoft.com, "Access token claims reference"). One tenant has two issuers, v1 and v2,
 * chosen by the application that a token is for; both are taken where `issuer` is left out. The token's id is `uti`,
 * not `jti`. Above 200 groups a token points elsewhere instead of carrying them, which is found out when a rule needs
 * them.
 */
export const entraId = definePreset({
  documentation: {
    needs: '`tenant` (GUID)',
    fillsIn:
      'v1 and v2 issuers, RS256, token id `uti`, `tid` is the tenant; a rule that needs groups a token left out ' +
      'refuses with `groups_overage`',
  },
  parameters: { tenant: tenantId.optional() },
  facts({ tenant }, { issuer }, report) {
    const ofAnyTenant = { algorithms: ['RS256'], tokenIdClaim: 'uti' } as const;
    if (tenant === undefined) {
      report(['tenant'], 'is required by the preset entra-id: the id of the tenant', 'missing-field');
      return { ...ofAnyTenant, issuers: [] };
    }
    if (tenant === PERSONAL_ACCOUNTS) {
      report(['tenant'], 'is the tenant of personal Microsoft accounts, which anybody can get tokens from');
    }
    if (issuer !== undefined && !issuer.includes(tenant)) report(['issuer'], 'is not an issuer of this tenant');
    return {
      ...ofAnyTenant,
      issuers: [
        discovered(`https://login.microsoftonline.com/${tenant}/v2.0`),
        discovered(`https://sts.windows.net/${tenant}/`),
      ],
      require: [{ StringEquals: { 'claims.tid': [tenant] } }],
    };
  },
});

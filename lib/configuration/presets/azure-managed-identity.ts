import { ANY_TEXT, claim } from './claims.ts';
import { ENTRA_CLAIMS, ENTRA_PARAMETERS, tenantFacts } from './entra-id.ts';
import { definePreset } from './preset.ts';

/**
 * Managed identities of Azure (learn.microsoft.com, "How managed identities for Azure resources work"): tokens of Entra
 * ID that the instance metadata service gives to a virtual machine, a function or a container. `xms_mirid` is the
 * resource that the identity belongs to, or the identity itself where a user assigned it; `oid` is the identity's id,
 * which a deleted resource of the same name does not hand on. The audience is an application of the tenant.
 */
export const azureManagedIdentity = definePreset({
  documentation: {
    needs: '`tenant` (GUID)',
    fillsIn:
      'v1 and v2 issuers, RS256, token id `uti`, `tid` is the tenant, `xms_mirid` is there (no person or application ' +
      'has it), label `${claims.xms_mirid}`',
  },
  claims: {
    ...ENTRA_CLAIMS,
    provider: 'Azure managed identities',
    source: 'https://learn.microsoft.com/en-us/entra/identity/managed-identities-azure-resources/overview',
    isIssuer: () => false,
    claims: {
      ...ENTRA_CLAIMS.claims,
      xms_mirid: claim(ANY_TEXT, { ids: ['oid', 'sub'] }),
      xms_az_rid: claim(ANY_TEXT),
    },
  },
  parameters: ENTRA_PARAMETERS,
  facts({ tenant }, { issuer }, report) {
    const ofTenant = tenantFacts('azure-managed-identity', { tenant, issuer }, report);
    return {
      ...ofTenant,
      principal: '${claims.xms_mirid}',
      require: [...(ofTenant.require ?? []), { Null: { 'claims.xms_mirid': ['false'] } }],
    };
  },
});

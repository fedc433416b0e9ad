import { ANY_TEXT, claim, GUID } from './claims.ts';
import { ENTRA_CLAIMS, ENTRA_PARAMETERS, tenantFacts } from './entra-id.ts';
import { definePreset } from './preset.ts';

/**
 * Agent identities of Microsoft Entra (learn.microsoft.com, "Token claims reference for agents"). The token's client is
 * an agent identity, whose blueprint is `xms_par_app_azp`: no other application has one. An agent that acts by itself
 * is the subject (`idtyp: app`); one that acts for a person has the person as subject, and is `appid` (v1) or `azp`
 * (v2). The facet claims (`xms_act_fct`, `xms_sub_fct`) are for logs: Microsoft advises against deciding by them.
 */
export const entraAgent = definePreset({
  documentation: {
    needs: '`tenant` (GUID)',
    fillsIn:
      'v1 and v2 issuers, RS256, token id `uti`, `tid` is the tenant, `xms_par_app_azp` is there (only agent ' +
      'identities have a blueprint), alias `blueprint`',
  },
  claims: {
    ...ENTRA_CLAIMS,
    provider: 'Microsoft Entra Agent ID',
    source: 'https://learn.microsoft.com/en-us/entra/agent-id/identity-platform/agent-token-claims',
    isIssuer: () => false,
    claims: {
      ...ENTRA_CLAIMS.claims,
      xms_act_fct: claim(ANY_TEXT),
      xms_idrel: claim(ANY_TEXT),
      xms_par_app_azp: claim(GUID),
      xms_sub_fct: claim(ANY_TEXT),
      xms_tnt_fct: claim(ANY_TEXT),
    },
  },
  parameters: ENTRA_PARAMETERS,
  facts({ tenant }, { issuer }, report) {
    const ofTenant = tenantFacts('entra-agent', { tenant, issuer }, report);
    return {
      ...ofTenant,
      aliases: { blueprint: '/xms_par_app_azp' },
      require: [...(ofTenant.require ?? []), { Null: { 'claims.xms_par_app_azp': ['false'] } }],
    };
  },
});

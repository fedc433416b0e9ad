import { discovered, type Preset, type PresetDefaults, plainDefaults } from './preset.ts';

/** The tenant of personal Microsoft accounts: anybody has one. */
const PERSONAL_ACCOUNTS = '9188040d-6c67-4c5b-b112-36a304b66dad';

/**
 * Microsoft Entra ID (learn.microsoft.com, "Access token claims reference"). One tenant has two issuers, v1 and v2, chosen by the application that a token
 * is for; both are taken where `issuer` is left out. The token's id is `uti`, not `jti`. Above 200 groups a token points elsewhere instead of
 * carrying them, which is found out when a rule needs them.
 */
export const entraId: Preset = {
  parameters: ['tenant'],
  defaults(written, report): PresetDefaults {
    const { tenant } = written;
    const known = { ...plainDefaults, algorithms: ['RS256'] as const, tokenIdClaim: 'uti' };
    if (tenant === undefined) {
      report(['tenant'], 'is required by the preset entra-id: the id of the tenant');
      return known;
    }
    if (tenant === PERSONAL_ACCOUNTS) {
      report(['tenant'], 'is the tenant of personal Microsoft accounts, which anybody can get tokens from');
    }
    if (written.issuer !== undefined && !written.issuer.includes(tenant)) {
      report(['issuer'], 'is not an issuer of this tenant');
    }
    return {
      ...known,
      issuers: [
        discovered(`https://login.microsoftonline.com/${tenant}/v2.0`),
        discovered(`https://sts.windows.net/${tenant}/`),
      ],
      require: [{ StringEquals: { 'claims.tid': [tenant] } }],
    };
  },
};

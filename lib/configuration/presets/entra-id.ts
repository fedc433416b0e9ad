import type { Report } from '../problem.ts';
import { tenantId } from '../schema/values.ts';
import { ADDRESS, ANY_TEXT, type ClaimTable, claim, GUID, oneOf, REGISTERED } from './claims.ts';
import { definePreset, discovered, type PresetFacts } from './preset.ts';

/** The tenant of personal Microsoft accounts: anybody has one. */
const PERSONAL_ACCOUNTS = '9188040d-6c67-4c5b-b112-36a304b66dad';

export const ENTRA_CLAIMS: ClaimTable = {
  provider: 'Microsoft Entra ID',
  source: 'https://learn.microsoft.com/en-us/entra/identity-platform/access-token-claims-reference',
  isIssuer: ({ hostname }) =>
    /^(login\.microsoftonline\.(com|us)|login\.partner\.microsoftonline\.cn|sts\.windows\.net)$/.test(hostname),
  parametersOf: ({ pathname }) => {
    const tenant = /^\/([0-9a-f-]{36})(\/|$)/.exec(pathname)?.[1];
    return tenant === undefined ? null : { tenant };
  },
  names: 'open',
  elsewhere: 'open',
  prefixes: [],
  audience: 'provider',
  claims: {
    ...REGISTERED,
    sub: claim(ANY_TEXT),
    acr: claim(oneOf('0', '1')),
    appid: claim(GUID),
    appidacr: claim(oneOf('0', '1', '2')),
    azp: claim(GUID),
    azpacr: claim(oneOf('0', '1', '2')),
    email: claim(ADDRESS, { ids: ['oid', 'sub'] }),
    groups: claim(ANY_TEXT),
    idtyp: claim(oneOf('app', 'user')),
    name: claim(ANY_TEXT, { ids: ['oid', 'sub'] }),
    oid: claim(GUID),
    preferred_username: claim(ANY_TEXT, { ids: ['oid', 'sub'] }),
    roles: claim(ANY_TEXT),
    scp: claim(ANY_TEXT),
    tid: claim(GUID),
    unique_name: claim(ANY_TEXT, { ids: ['oid', 'sub'] }),
    upn: claim(ANY_TEXT, { ids: ['oid', 'sub'] }),
    uti: claim(ANY_TEXT),
    ver: claim(oneOf('1.0', '2.0')),
    wids: claim(GUID),
  },
};

/** Of every preset whose tokens Entra ID issues. */
export const ENTRA_PARAMETERS = { tenant: tenantId.optional() };

/** What the tokens of a tenant have alike, whoever they are for. */
export function tenantFacts(
  preset: string,
  { tenant, issuer }: { readonly tenant?: string | undefined; readonly issuer: string | undefined },
  report: Report,
): Partial<PresetFacts> {
  const ofAnyTenant = { algorithms: ['RS256'], tokenIdClaim: 'uti' } as const;
  if (tenant === undefined) {
    report(['tenant'], `is required by the preset ${preset}: the id of the tenant`, 'missing-field');
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
}

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
  claims: ENTRA_CLAIMS,
  parameters: ENTRA_PARAMETERS,
  facts: (parameters, { issuer }, report) => tenantFacts('entra-id', { ...parameters, issuer }, report),
});

import { ANY_TEXT, claim } from './claims.ts';
import { GOOGLE_CLAIMS, GOOGLE_ISSUER } from './google.ts';
import { definePreset, discovered } from './preset.ts';

/**
 * Identity tokens of virtual machines from Google's metadata server (cloud.google.com, "Verify the identity of a VM
 * instance"), with `format=full`: they say which instance of which project asked. `sub` is the unique id of the
 * instance's service account.
 */
export const googleMetadata = definePreset({
  documentation: {
    needs: '`require`',
    fillsIn:
      'issuer, RS256, aliases `projectId`, `projectNumber`, `zone`, `instanceId`, `instanceName`, which are there ' +
      '(`format=full`), label `${claims.projectId}/${claims.instanceName}`',
  },
  claims: {
    ...GOOGLE_CLAIMS,
    provider: "Google's metadata server",
    source: 'https://cloud.google.com/compute/docs/instances/verifying-instance-identity',
    isIssuer: () => false,
    claims: { ...GOOGLE_CLAIMS.claims, google: claim(ANY_TEXT) },
  },
  facts: () => ({
    issuers: [discovered(GOOGLE_ISSUER)],
    algorithms: ['RS256'],
    principal: '${claims.projectId}/${claims.instanceName}',
    aliases: {
      projectId: '/google/compute_engine/project_id',
      projectNumber: '/google/compute_engine/project_number',
      zone: '/google/compute_engine/zone',
      instanceId: '/google/compute_engine/instance_id',
      instanceName: '/google/compute_engine/instance_name',
    },
    require: [{ Null: { 'claims.instanceId': ['false'] } }],
  }),
});

import * as z from 'zod';
import { ANY_TEXT, claim, REGISTERED, SHORT_REF } from './claims.ts';
import { definePreset, discovered } from './preset.ts';

const braced = z
  .string()
  .regex(/^\{[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}$/, "must be the workspace's UUID in braces");

/**
 * Steps of Bitbucket Pipelines (support.atlassian.com, "Integrate Pipelines with resource servers using OIDC"). Each
 * workspace has an issuer with its name in it; the name can be given up and taken by others, so the UUID is demanded
 * too. The audience is the workspace's own, `ari:cloud:bitbucket::workspace/…`, unless the step names others.
 */
export const bitbucket = definePreset({
  documentation: {
    needs: '`workspace` (its name), `workspaceUuid` (in braces)',
    fillsIn: 'issuer, RS256, `workspaceUuid` is that one, label `${claims.sub}`',
  },
  claims: {
    provider: 'Bitbucket Pipelines',
    source: 'https://support.atlassian.com/bitbucket-cloud/docs/integrate-pipelines-with-resource-servers-using-oidc/',
    isIssuer: ({ hostname, pathname }) => hostname === 'api.bitbucket.org' && pathname.startsWith('/2.0/workspaces/'),
    parametersOf: () => null,
    names: 'open',
    elsewhere: 'open',
    prefixes: [],
    audience: 'caller',
    claims: {
      ...REGISTERED,
      sub: claim(ANY_TEXT),
      branchName: claim(SHORT_REF),
      deploymentEnvironmentUuid: claim(ANY_TEXT),
      pipelineUuid: claim(ANY_TEXT),
      repositoryUuid: claim(ANY_TEXT),
      stepUuid: claim(ANY_TEXT),
      workspaceUuid: claim(ANY_TEXT),
    },
  },
  parameters: {
    workspace: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,62}$/, 'must be the name of the workspace as it stands in addresses')
      .optional(),
    workspaceUuid: braced.optional(),
  },
  facts({ workspace, workspaceUuid }, { issuer }, report) {
    for (const [name, value] of Object.entries({ workspace, workspaceUuid })) {
      if (value === undefined) report([name], 'is required by the preset bitbucket', 'missing-field');
    }
    const own = `https://api.bitbucket.org/2.0/workspaces/${workspace ?? ''}/pipelines-config/identity/oidc`;
    if (issuer !== undefined && issuer !== own) report(['issuer'], 'is not the issuer of this workspace');
    return {
      algorithms: ['RS256'],
      issuers: workspace === undefined ? [] : [discovered(own)],
      require: [{ StringEquals: { 'claims.workspaceUuid': [workspaceUuid ?? ''] } }],
    };
  },
});

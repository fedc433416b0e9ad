import { lowerCaseGuid } from '../schema/values.ts';
import { ANY_TEXT, claim, REGISTERED } from './claims.ts';
import { definePreset, discovered } from './preset.ts';

const HOST = 'oidc.circleci.com';

/**
 * CircleCI jobs (circleci.com/docs, "Using OpenID Connect tokens in jobs"). Each organization has an issuer of its own,
 * so that its tokens need no more to say whose they are. The audience is the organization's id, unless the job asks for
 * another one: `circleci run oidc get --claims '{"aud":"https://broker.example.com"}'`. For a CircleCI server of your
 * own, name its `issuer`. Where builds of forks get secrets, their tokens have the project's id: `vcsOrigin` is theirs.
 */
export const circleci = definePreset({
  documentation: {
    needs: '`organization` (its id), or `issuer` for a server of your own',
    fillsIn:
      'issuer, RS256, aliases `projectId`, `contextIds`, `orgId`, `pipelineId`, `pipelineDefinitionId`, `workflowId`, ' +
      '`jobId`, `vcsOrigin`, `vcsRef`, `sshRerun`, label `${claims.sub}`; test ' +
      '`claims.vcsOrigin` where builds of forks get secrets: they have your `projectId`',
  },
  claims: {
    provider: 'CircleCI',
    source: 'https://circleci.com/docs/openid-connect-tokens/',
    isIssuer: ({ hostname }) => hostname === HOST,
    parametersOf: ({ pathname }) => {
      const organization = /^\/org\/([0-9a-f-]{36})$/.exec(pathname)?.[1];
      return organization === undefined ? null : { organization };
    },
    names: 'open',
    elsewhere: 'open',
    prefixes: ['oidc.circleci.com/'],
    audience: 'caller',
    claims: { ...REGISTERED, sub: claim(ANY_TEXT) },
  },
  parameters: { organization: lowerCaseGuid('the organization').optional() },
  facts({ organization }, { issuer }, report) {
    if (organization === undefined && issuer === undefined) {
      report(['organization'], 'is required by the preset circleci: the id of the organization', 'missing-field');
    }
    const own = `https://${HOST}/org/${organization ?? ''}`;
    if (organization !== undefined && issuer !== undefined && issuer !== own) {
      report(['issuer'], 'is not the issuer of this organization');
    }
    const pointer = (name: string): string => `/oidc.circleci.com~1${name}`;
    return {
      algorithms: ['RS256'],
      issuers: organization === undefined ? [] : [discovered(own)],
      aliases: {
        projectId: pointer('project-id'),
        contextIds: pointer('context-ids'),
        orgId: pointer('org-id'),
        pipelineId: pointer('pipeline-id'),
        pipelineDefinitionId: pointer('pipeline-definition-id'),
        workflowId: pointer('workflow-id'),
        jobId: pointer('job-id'),
        vcsOrigin: pointer('vcs-origin'),
        vcsRef: pointer('vcs-ref'),
        sshRerun: pointer('ssh-rerun'),
      },
    };
  },
});

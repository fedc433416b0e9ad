import { ANY_TEXT, claim, NAME, oneOf, REGISTERED } from './claims.ts';
import { exactly, startingWith } from './pins.ts';
import { definePreset, discovered } from './preset.ts';

const HOST = 'app.terraform.io';

/**
 * Runs of HCP Terraform, once Terraform Cloud (developer.hashicorp.com, "Workload identity tokens"). Anybody gets
 * tokens of app.terraform.io. For a Terraform Enterprise of your own, name its `issuer`. The test run of a module
 * and the deployment of a Stack are in no workspace, so that the label cannot be made: they are refused unless the
 * file's `principal` is another.
 */
export const terraformCloud = definePreset({
  documentation: {
    needs: '`require` on app.terraform.io',
    fillsIn:
      'issuer, RS256, label `${claims.terraform_full_workspace}`, which test runs of modules and deployments of ' +
      'Stacks do not have: they are refused (`principal_invalid`) unless `principal` is `${claims.sub}`',
  },
  facts: () => ({
    issuers: [discovered(`https://${HOST}`)],
    algorithms: ['RS256'],
    principal: '${claims.terraform_full_workspace}',
  }),
  claims: {
    provider: 'HCP Terraform',
    source:
      'https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/workload-identity-tokens',
    isIssuer: ({ hostname }) => hostname === HOST,
    names: 'open',
    elsewhere: 'open',
    prefixes: [],
    audience: 'caller',
    claims: {
      ...REGISTERED,
      sub: claim(ANY_TEXT, {
        ids: ['terraform_workspace_id', 'terraform_organization_id'],
        composed: 'claims.terraform_workspace_id with claims.terraform_run_phase',
      }),
      terraform_full_workspace: claim(ANY_TEXT, { ids: ['terraform_workspace_id'] }),
      terraform_organization_id: claim(NAME),
      terraform_organization_name: claim(NAME, { ids: ['terraform_organization_id', 'terraform_workspace_id'] }),
      terraform_project_id: claim(NAME),
      terraform_project_name: claim(ANY_TEXT, { ids: ['terraform_project_id', 'terraform_workspace_id'] }),
      terraform_operation: claim(ANY_TEXT),
      terraform_run_id: claim(NAME),
      terraform_run_phase: claim(oneOf('plan', 'apply')),
      terraform_stack_deployment_name: claim(ANY_TEXT, { ids: ['terraform_stack_id'] }),
      terraform_stack_id: claim(NAME),
      terraform_stack_name: claim(NAME, { ids: ['terraform_stack_id'] }),
      terraform_workspace_id: claim(NAME),
      terraform_workspace_name: claim(NAME, { ids: ['terraform_workspace_id'] }),
    },
  },
  starter: {
    connection: 'terraform-cloud',
    provider: 'runs of HCP Terraform',
    hint: "The workspace's variable TFC_WORKLOAD_IDENTITY_AUDIENCE is this broker's issuer; the ids stand in the workspace's settings.",
    fields: {},
    require: { 'claims.terraform_organization_id': 'org-GRNbCjYNpBB6NEBh' },
    when: { 'claims.terraform_workspace_id': 'ws-mbsd5E3Ktt5Rg2Xm', 'claims.terraform_run_phase': 'apply' },
    others: {
      terraform_full_workspace: 'organization:acme:project:web:workspace:production',
      terraform_workspace_name: 'production',
      sub: 'organization:acme:project:web:workspace:production:run_phase:apply',
    },
    tag: 'terraform_workspace_name',
    other: {
      when: {
        terraform_run_phase: 'plan',
        sub: 'organization:acme:project:web:workspace:production:run_phase:plan',
      },
      require: {
        terraform_organization_id: 'org-XXNbCjYNpBB6NEXX',
        terraform_full_workspace: 'organization:other:project:web:workspace:production',
        sub: 'organization:other:project:web:workspace:production:run_phase:apply',
      },
    },
  },
  open: {
    provider: 'HCP Terraform',
    isHost: (host) => host === HOST,
    elsewhere: 'closed',
    pins: {
      '/terraform_organization_id': exactly,
      '/terraform_organization_name': exactly,
      '/terraform_project_id': exactly,
      '/terraform_stack_id': exactly,
      '/terraform_workspace_id': exactly,
      '/terraform_full_workspace': startingWith(/^organization:[^:]+:/),
      '/sub': startingWith(/^organization:[^:]+:/),
    },
    documentation: {
      issuers: `\`${HOST}\` (not a Terraform Enterprise of your own)`,
      pins:
        '`terraform_organization_id`, `terraform_organization_name`, `terraform_project_id`, ' +
        '`terraform_workspace_id`, `terraform_stack_id`, `terraform_full_workspace` and `sub` as `organization:acme:…`',
    },
  },
});

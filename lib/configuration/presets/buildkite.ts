import { ANY_TEXT, COMMIT, claim, DIGITS, GUID, NAME, oneOf, REGISTERED, SHORT_REF } from './claims.ts';
import { exactly, startingWith } from './pins.ts';
import { definePreset, discovered } from './preset.ts';

const HOST = 'agent.buildkite.com';

/**
 * Buildkite jobs (buildkite.com/docs, "buildkite-agent oidc"). Anybody gets tokens of this issuer. The ids of the
 * organization and the pipeline are there where the job asks for them: `--claim organization_id,pipeline_id`; so are
 * those of the build, the cluster and the queue, and the agent's tags.
 */
export const buildkite = definePreset({
  documentation: {
    needs: '`require`',
    fillsIn: 'issuer, RS256, label `${claims.organization_slug}/${claims.pipeline_slug}@${claims.build_branch}`',
  },
  facts: () => ({
    issuers: [discovered(`https://${HOST}`)],
    algorithms: ['RS256'],
    principal: '${claims.organization_slug}/${claims.pipeline_slug}@${claims.build_branch}',
  }),
  claims: {
    provider: 'Buildkite',
    source: 'https://buildkite.com/docs/agent/cli/reference/oidc',
    isIssuer: ({ hostname }) => hostname === HOST,
    names: 'open',
    elsewhere: 'open',
    prefixes: ['agent_tag:'],
    audience: 'caller',
    claims: {
      ...REGISTERED,
      sub: claim(ANY_TEXT, {
        ids: ['organization_id', 'pipeline_id'],
        composed: 'claims.pipeline_id with claims.build_branch',
      }),
      agent_id: claim(GUID),
      build_branch: claim(SHORT_REF),
      build_commit: claim(COMMIT),
      build_id: claim(GUID),
      build_number: claim(DIGITS),
      build_source: claim(oneOf('ui', 'api', 'webhook', 'trigger_job', 'schedule')),
      build_tag: claim(ANY_TEXT),
      cluster_id: claim(GUID),
      cluster_name: claim(ANY_TEXT, { ids: ['cluster_id'] }),
      job_id: claim(GUID),
      organization_id: claim(GUID),
      organization_slug: claim(NAME, { ids: ['organization_id', 'pipeline_id'] }),
      pipeline_id: claim(GUID),
      pipeline_slug: claim(NAME, { ids: ['pipeline_id'] }),
      queue_id: claim(GUID),
      queue_key: claim(ANY_TEXT, { ids: ['queue_id'] }),
      runner_environment: claim(oneOf('buildkite-hosted', 'self-hosted')),
      step_key: claim(ANY_TEXT),
    },
  },
  starter: {
    connection: 'buildkite',
    provider: 'Buildkite jobs',
    hint: 'Jobs ask for the ids: buildkite-agent oidc request-token --claim organization_id,pipeline_id. They stand in the settings of the organization and of the pipeline.',
    fields: {},
    require: { 'claims.organization_id': '0184990a-4770-4c4b-8d2b-0d1f2a4c7b11' },
    when: { 'claims.pipeline_id': '0184990a-4771-4b3a-9c1d-5a6b7c8d9e22', 'claims.build_branch': 'main' },
    others: {
      organization_slug: 'acme',
      pipeline_slug: 'web',
      sub: 'organization:acme:pipeline:web:ref:refs/heads/main:commit:0123456789abcdef0123456789abcdef01234567:step:deploy',
    },
    tag: 'pipeline_slug',
    other: {
      when: { build_branch: 'topic' },
      require: { organization_id: '0184990a-4772-4a2b-8b0c-1b2c3d4e5f33', organization_slug: 'other' },
    },
  },
  open: {
    provider: 'Buildkite',
    isHost: (host) => host === HOST,
    elsewhere: 'open',
    pins: {
      '/organization_id': exactly,
      '/organization_slug': exactly,
      '/pipeline_id': exactly,
      '/sub': startingWith(/^organization:[^:]+:/),
    },
    documentation: {
      issuers: `\`${HOST}\`, and every issuer with the preset`,
      pins: '`organization_id`, `organization_slug`, `pipeline_id`, `sub` as `organization:acme:…`',
    },
  },
});

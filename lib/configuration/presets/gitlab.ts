import {
  ADDRESS,
  ANY_TEXT,
  COMMIT,
  claim,
  DIGITS,
  FULL_REF,
  NAME,
  oneOf,
  PATH,
  REGISTERED,
  SHORT_REF,
} from './claims.ts';
import { exactly, ownerPath } from './pins.ts';
import { definePreset, discovered } from './preset.ts';

const HOST = 'gitlab.com';

/** A project chooses by what `sub` begins: its path, or, where the path was another project's before, its id. */
const SUB_OF_OWNER = /^(project_path:[^/:]+\/|project_id:[0-9]+:)/;

/**
 * GitLab CI/CD id tokens (docs.gitlab.com, "OpenID Connect (OIDC) Authentication Using ID Tokens"). Anybody gets tokens
 * of gitlab.com. For a self-managed GitLab, name its `issuer`. In the pipeline of a merge request from a fork,
 * `project_id` and its like name the fork, and `job_project_id` and its like the project that the job runs in.
 */
export const gitlab = definePreset({
  documentation: {
    needs: '`require` on gitlab.com',
    fillsIn: 'issuer, RS256, label `${claims.project_path}@${claims.ref}`',
  },
  facts: () => ({
    issuers: [discovered(`https://${HOST}`)],
    algorithms: ['RS256'],
    principal: '${claims.project_path}@${claims.ref}',
  }),
  claims: {
    provider: 'GitLab.com',
    source: 'https://docs.gitlab.com/ci/secrets/id_token_authentication/',
    isIssuer: ({ hostname }) => hostname === HOST,
    names: 'closed',
    elsewhere: 'open',
    prefixes: [],
    audience: 'caller',
    claims: {
      ...REGISTERED,
      sub: claim(ANY_TEXT, {
        ids: ['project_id', 'namespace_id'],
        composed: 'claims.project_id with claims.ref_path or claims.environment',
      }),
      ci_config_ref_uri: claim(ANY_TEXT, { ids: ['project_id', 'namespace_id'], since: '16.2' }),
      ci_config_sha: claim(COMMIT, { since: '16.2' }),
      deployment_tier: claim(oneOf('production', 'staging', 'testing', 'development', 'other'), { since: '15.2' }),
      environment: claim(ANY_TEXT),
      environment_action: claim(oneOf('start', 'stop', 'prepare', 'verify', 'access'), { since: '16.5' }),
      environment_protected: claim(oneOf('true', 'false')),
      groups_direct: claim(ANY_TEXT, { since: '16.11' }),
      job_config: claim(ANY_TEXT, { since: '18.9' }),
      job_id: claim(DIGITS),
      job_project_id: claim(DIGITS, { since: '18.4' }),
      job_project_path: claim(PATH, { ids: ['job_project_id', 'project_id', 'namespace_id'], since: '18.4' }),
      job_namespace_id: claim(DIGITS, { since: '18.4' }),
      job_namespace_path: claim(ANY_TEXT, { ids: ['job_namespace_id', 'namespace_id'], since: '18.4' }),
      job_source: claim(ANY_TEXT, { since: '18.9' }),
      namespace_id: claim(DIGITS),
      namespace_path: claim(ANY_TEXT, { ids: ['namespace_id', 'project_id'] }),
      pipeline_id: claim(DIGITS),
      pipeline_source: claim(ANY_TEXT),
      project_id: claim(DIGITS),
      project_path: claim(PATH, { ids: ['project_id', 'namespace_id'] }),
      project_visibility: claim(oneOf('public', 'internal', 'private'), { since: '16.3' }),
      ref: claim(SHORT_REF),
      ref_path: claim(FULL_REF, { since: '16.0' }),
      ref_protected: claim(oneOf('true', 'false')),
      ref_type: claim(oneOf('branch', 'tag')),
      runner_environment: claim(oneOf('gitlab-hosted', 'self-hosted'), { since: '16.0' }),
      runner_id: claim(DIGITS, { since: '16.0' }),
      sha: claim(COMMIT, { since: '16.0' }),
      user_access_level: claim(oneOf('guest', 'planner', 'reporter', 'developer', 'maintainer', 'owner'), {
        since: '16.9',
      }),
      user_email: claim(ADDRESS, { ids: ['user_id'] }),
      user_id: claim(DIGITS),
      user_identities: claim(ANY_TEXT, { since: '16.0' }),
      user_login: claim(NAME, { ids: ['user_id'] }),
    },
  },
  starter: {
    connection: 'gitlab',
    provider: 'GitLab CI/CD jobs',
    hint: "The ids stand on the group's and the project's page.",
    fields: {},
    require: { 'claims.namespace_id': '7654321' },
    when: { 'claims.project_id': '1296269', 'claims.ref_path': 'refs/heads/main' },
    others: { project_path: 'acme/web', ref: 'main', sub: 'project_path:acme/web:ref_type:branch:ref:main' },
    tag: 'project_path',
    other: {
      when: { ref_path: 'refs/heads/topic', ref: 'topic', sub: 'project_path:acme/web:ref_type:branch:ref:topic' },
      require: {
        namespace_id: '1234567',
        project_path: 'other/web',
        sub: 'project_path:other/web:ref_type:branch:ref:main',
      },
    },
  },
  open: {
    provider: 'GitLab.com',
    isHost: (host) => host === HOST,
    elsewhere: 'closed',
    pins: {
      '/namespace_id': exactly,
      '/namespace_path': (fixed, whole) => exactly(fixed, whole) || ownerPath(fixed, whole),
      '/project_id': exactly,
      '/project_path': ownerPath,
      '/sub': (fixed, whole) => SUB_OF_OWNER.test(fixed) || (whole && /^project_id:[0-9]+$/.test(fixed)),
    },
    documentation: {
      issuers: '`gitlab.com` (not a GitLab of your own)',
      pins:
        '`namespace_id`, `namespace_path`, `project_id`, `project_path` up to the slash, ' +
        '`sub` as `project_path:group/…` or `project_id:7:…`; never `job_project_id` and its like (in the pipeline of a ' +
        "fork's merge request they name the target, whose code it is not)",
    },
  },
});

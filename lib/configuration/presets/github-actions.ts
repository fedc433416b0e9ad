import {
  ANY_TEXT,
  COMMIT,
  claim,
  DIGITS,
  EVENT,
  FULL_REF,
  NAME,
  oneOf,
  PATH,
  REGISTERED,
  SHORT_REF,
  WORKFLOW,
} from './claims.ts';
import { exactly, ownerPath, startingWith } from './pins.ts';
import { definePreset, discovered } from './preset.ts';

const HOST = 'token.actions.githubusercontent.com';
/** GitHub Enterprise Cloud with data residency has an issuer for each enterprise. */
const RESIDENT_HOST = /^token\.actions\.[^.]+\.ghe\.com$/;

/**
 * GitHub Actions (docs.github.com, "OpenID Connect reference"). Anybody on GitHub gets tokens of this issuer. Ids are
 * strings, and names can change hands: pin `repository_owner_id` and `repository_id`. A reusable workflow is named by
 * `job_workflow_ref`, the workflow that called it by `workflow_ref`.
 */
export const githubActions = definePreset({
  documentation: {
    needs: '`require`',
    fillsIn: 'issuer, RS256, label `${claims.repository}@${claims.ref}`',
  },
  facts: () => ({
    issuers: [discovered(`https://${HOST}`)],
    algorithms: ['RS256'],
    principal: '${claims.repository}@${claims.ref}',
  }),
  claims: {
    provider: 'GitHub Actions',
    source: 'https://docs.github.com/en/actions/reference/security/oidc',
    isIssuer: ({ hostname }) => hostname === HOST || RESIDENT_HOST.test(hostname),
    names: 'closed',
    elsewhere: 'open',
    prefixes: ['repo_property_'],
    audience: 'caller',
    claims: {
      ...REGISTERED,
      sub: claim(ANY_TEXT, {
        ids: ['repository_id', 'repository_owner_id'],
        composed: 'claims.repository_id with claims.ref or claims.environment',
      }),
      actor: claim(NAME, { ids: ['actor_id'] }),
      actor_id: claim(DIGITS),
      base_ref: claim(SHORT_REF),
      check_run_id: claim(DIGITS, { since: '2025-11' }),
      enterprise: claim(NAME, { ids: ['enterprise_id'] }),
      enterprise_id: claim(DIGITS),
      environment: claim(ANY_TEXT),
      event_name: claim(EVENT),
      head_ref: claim(SHORT_REF),
      job_workflow_ref: claim(WORKFLOW),
      job_workflow_sha: claim(COMMIT),
      ref: claim(FULL_REF),
      ref_protected: claim(oneOf('true', 'false')),
      ref_type: claim(oneOf('branch', 'tag')),
      repository: claim(PATH, { ids: ['repository_id', 'repository_owner_id'] }),
      repository_id: claim(DIGITS),
      repository_owner: claim(NAME, { ids: ['repository_owner_id', 'repository_id', 'enterprise_id'] }),
      repository_owner_id: claim(DIGITS),
      repository_visibility: claim(oneOf('public', 'private', 'internal')),
      run_attempt: claim(DIGITS),
      run_id: claim(DIGITS),
      run_number: claim(DIGITS),
      runner_environment: claim(oneOf('github-hosted', 'self-hosted')),
      sha: claim(COMMIT),
      workflow: claim(ANY_TEXT),
      workflow_ref: claim(WORKFLOW, { ids: ['repository_id', 'repository_owner_id'] }),
      workflow_sha: claim(COMMIT),
    },
  },
  starter: {
    connection: 'github',
    provider: 'GitHub Actions jobs',
    hint: 'The ids: gh api orgs/ORG --jq .id, gh api repos/ORG/REPOSITORY --jq .id.',
    fields: {},
    require: { 'claims.repository_owner_id': '1234567' },
    when: { 'claims.repository_id': '1296269', 'claims.ref': 'refs/heads/main' },
    others: { repository: 'acme/web', sub: 'repo:acme/web:ref:refs/heads/main' },
    tag: 'repository',
    other: {
      when: { ref: 'refs/heads/topic', sub: 'repo:acme/web:ref:refs/heads/topic' },
      require: { repository_owner_id: '7654321', repository: 'other/web', sub: 'repo:other/web:ref:refs/heads/main' },
    },
  },
  open: {
    provider: 'GitHub Actions',
    isHost: (host) => host === HOST || RESIDENT_HOST.test(host),
    elsewhere: 'open',
    pins: {
      '/repository_owner_id': exactly,
      '/repository_owner': exactly,
      '/repository_id': exactly,
      '/repository': ownerPath,
      '/enterprise_id': exactly,
      '/enterprise': exactly,
      '/workflow_ref': ownerPath,
      // `@` (of the form with ids) cannot stand in a name either. Forms that an owner made up, such as
      // `environment:prod`, say nothing of the owner.
      '/sub': startingWith(/^(repo:[^/@:]+[/@]|repository_owner(_id)?:[^:]+(:|$))/),
    },
    documentation: {
      issuers: `\`${HOST}\` with any path, \`token.actions.*.ghe.com\`, and every issuer with the preset`,
      pins:
        '`repository_owner_id`, `repository_owner`, `repository_id`, `repository` and `workflow_ref` up to the slash, ' +
        '`enterprise_id`, `enterprise`, `sub` as `repo:owner/…`, `repo:owner@…` or `repository_owner…`; never ' +
        "`job_workflow_ref` (anybody may call a public reusable workflow) or a `sub` of an owner's own making",
    },
  },
});

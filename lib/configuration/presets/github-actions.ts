import { discovered, type Preset, plainDefaults } from './preset.ts';

/**
 * GitHub Actions (docs.github.com, "OpenID Connect reference"). Anybody on GitHub gets tokens of this issuer: the loader demands a `require` that pins
 * an owner. Ids are strings, and names can change hands: pin `repository_owner_id` and `repository_id`. A reusable workflow is named by
 * `job_workflow_ref`, the workflow that called it by `workflow_ref`.
 */
export const githubActions: Preset = {
  parameters: [],
  defaults: () => ({
    ...plainDefaults,
    issuers: [discovered('https://token.actions.githubusercontent.com')],
    algorithms: ['RS256'],
    principal: '${claims.repository}@${claims.ref}',
  }),
};

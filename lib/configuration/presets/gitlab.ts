import { discovered, type Preset, plainDefaults } from './preset.ts';

/**
 * GitLab CI/CD id tokens (docs.gitlab.com, "OpenID Connect (OIDC) Authentication Using ID Tokens"). Anybody gets tokens of gitlab.com: the loader
 * demands a `require` that pins a namespace or project there. For a self-managed GitLab, name its `issuer`.
 */
export const gitlab: Preset = {
  parameters: [],
  defaults: () => ({
    ...plainDefaults,
    issuers: [discovered('https://gitlab.com')],
    algorithms: ['RS256'],
    principal: '${claims.project_path}@${claims.ref}',
  }),
};

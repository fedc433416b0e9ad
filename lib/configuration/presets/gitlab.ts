import { exactly, ownerPath, startingWith } from './pins.ts';
import { definePreset, discovered } from './preset.ts';

const HOST = 'gitlab.com';

/**
 * GitLab CI/CD id tokens (docs.gitlab.com, "OpenID Connect (OIDC) Authentication Using ID Tokens"). Anybody gets tokens
 * of gitlab.com. For a self-managed GitLab, name its `issuer`.
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
  open: {
    provider: 'GitLab.com',
    isHost: (host) => host === HOST,
    elsewhere: 'closed',
    pins: {
      '/namespace_id': exactly,
      '/namespace_path': (fixed, whole) => exactly(fixed, whole) || ownerPath(fixed, whole),
      '/project_id': exactly,
      '/project_path': ownerPath,
      '/sub': startingWith(/^project_path:[^/:]+\//),
    },
    documentation: {
      issuers: '`gitlab.com` (not a GitLab of your own)',
      pins:
        '`namespace_id`, `namespace_path`, `project_id`, `project_path` up to the slash, ' +
        '`sub` as `project_path:group/…`',
    },
  },
});

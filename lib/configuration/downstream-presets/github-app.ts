import { defineDownstreamPreset } from './preset.ts';

/**
 * GitHub Apps (docs.github.com, "Generating an installation access token"): `tokenEndpoint` is the root of the REST
 * API; name your own for GHES.
 */
export const githubApp = defineDownstreamPreset({
  documentation: { needs: '`appId`, `owner`, `privateKey`, `repositories`, `permissions`', ofItsOwn: '' },
  facts: () => ({ provider: 'github-app', tokenEndpoint: 'https://api.github.com' }),
});

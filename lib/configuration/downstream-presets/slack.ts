import { type DownstreamPreset, plainDownstream } from './preset.ts';

/** Slack (docs.slack.dev, "oauth.v2.access"): failures come with status 200 and `ok: false`, and the token type is `bot` or `user`. */
export const slack: DownstreamPreset = {
  parameters: [],
  defaults: () => ({ ...plainDownstream, tokenEndpoint: 'https://slack.com/api/oauth.v2.access' }),
};

import { defineDownstreamPreset } from './preset.ts';

/**
 * Slack (docs.slack.dev, "oauth.v2.access"): failures come with status 200 and `ok: false`, the token type is `bot` or
 * `user`.
 */
export const slack = defineDownstreamPreset({
  documentation: {
    needs: '`clientId`, `clientSecret`',
    ofItsOwn:
      "errors with status 200, commas between scopes, `bot` tokens. Slack's documents describe `code` and `refresh_token` " +
      'at this endpoint; the broker keeps no refresh token, so the app must be one that Slack serves by client credentials, ' +
      'or another server in front of it',
  },
  facts: () => ({
    tokenEndpoint: 'https://slack.com/api/oauth.v2.access',
    tokenResponse: { scopeSeparator: ',', bearerTypes: ['bearer', 'bot', 'user'] },
  }),
});

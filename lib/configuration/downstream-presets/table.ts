import type { WrittenOauthTokenGrant } from '../schema/oauth-token-grant.ts';
import { auth0 } from './auth0.ts';
import { cognito } from './cognito.ts';
import { entraId } from './entra-id.ts';
import { githubApp } from './github-app.ts';
import { google } from './google.ts';
import { okta } from './okta.ts';
import type { DownstreamPreset } from './preset.ts';
import { salesforce } from './salesforce.ts';
import { slack } from './slack.ts';

/** Every preset of an oauth-token grant. */
export const downstreamPresets: Readonly<Record<NonNullable<WrittenOauthTokenGrant['preset']>, DownstreamPreset>> = {
  okta,
  'entra-id': entraId,
  auth0,
  cognito,
  google,
  'github-app': githubApp,
  salesforce,
  slack,
};

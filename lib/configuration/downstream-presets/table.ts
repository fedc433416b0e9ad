import { mergeParameters, namesOf } from '../preset-table.ts';
import { auth0 } from './auth0.ts';
import { cognito } from './cognito.ts';
import { entraId } from './entra-id.ts';
import { githubApp } from './github-app.ts';
import { google } from './google.ts';
import { okta } from './okta.ts';
import type { DownstreamPreset } from './preset.ts';
import { salesforce } from './salesforce.ts';
import { slack } from './slack.ts';

/** Every preset of an oauth-token grant, by the name that files give. */
export const downstreamPresets = {
  okta,
  'entra-id': entraId,
  auth0,
  cognito,
  google,
  'github-app': githubApp,
  salesforce,
  slack,
} satisfies Readonly<Record<string, DownstreamPreset>>;

export type DownstreamPresetName = keyof typeof downstreamPresets;

export const downstreamPresetNames = namesOf(downstreamPresets);

/** The parameters of all presets. */
export const downstreamParameters = mergeParameters(downstreamPresets);

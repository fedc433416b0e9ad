import type { PresetName } from '../documents.ts';
import { awsSts } from './aws-sts.ts';
import { cognito } from './cognito.ts';
import { entraId } from './entra-id.ts';
import { githubActions } from './github-actions.ts';
import { gitlab } from './gitlab.ts';
import { google } from './google.ts';
import { kubernetes } from './kubernetes.ts';
import { okta } from './okta.ts';
import type { Preset } from './preset.ts';

/** Every preset of an OIDC connection. */
export const presets: Readonly<Record<PresetName, Preset>> = {
  'github-actions': githubActions,
  gitlab,
  okta,
  'entra-id': entraId,
  cognito,
  google,
  'aws-sts': awsSts,
  kubernetes,
};

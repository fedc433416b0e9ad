import { mergeParameters, namesOf } from '../preset-table.ts';
import { awsSts } from './aws-sts.ts';
import { cognito } from './cognito.ts';
import { entraId } from './entra-id.ts';
import { githubActions } from './github-actions.ts';
import { gitlab } from './gitlab.ts';
import { google } from './google.ts';
import { kubernetes } from './kubernetes.ts';
import { okta } from './okta.ts';
import type { Preset } from './preset.ts';

/** Every preset of an OIDC connection, by the name that files give. */
export const presets = {
  'github-actions': githubActions,
  gitlab,
  okta,
  'entra-id': entraId,
  cognito,
  google,
  'aws-sts': awsSts,
  kubernetes,
} satisfies Readonly<Record<string, Preset>>;

export type PresetName = keyof typeof presets;

export const presetNames = namesOf(presets);

/** The parameters of all presets. */
export const presetParameters = mergeParameters(presets);

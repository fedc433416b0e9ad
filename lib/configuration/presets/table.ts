import { mergeParameters, namesOf } from '../preset-table.ts';
import { awsSts } from './aws-sts.ts';
import { azureManagedIdentity } from './azure-managed-identity.ts';
import { bitbucket } from './bitbucket.ts';
import { buildkite } from './buildkite.ts';
import { circleci } from './circleci.ts';
import { cognito } from './cognito.ts';
import { entraAgent } from './entra-agent.ts';
import { entraId } from './entra-id.ts';
import { githubActions } from './github-actions.ts';
import { gitlab } from './gitlab.ts';
import { google } from './google.ts';
import { googleMetadata } from './google-metadata.ts';
import { kubernetes } from './kubernetes.ts';
import { okta } from './okta.ts';
import type { Preset } from './preset.ts';
import { spiffe } from './spiffe.ts';
import { terraformCloud } from './terraform-cloud.ts';

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
  buildkite,
  circleci,
  bitbucket,
  'terraform-cloud': terraformCloud,
  spiffe,
  'azure-managed-identity': azureManagedIdentity,
  'entra-agent': entraAgent,
  'google-metadata': googleMetadata,
} satisfies Readonly<Record<string, Preset>>;

export type PresetName = keyof typeof presets;

export const presetNames = namesOf(presets);

/** The parameters of all presets. */
export const presetParameters = mergeParameters(presets);

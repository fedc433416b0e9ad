import * as z from 'zod';
import { downstreamParameters, downstreamPresetNames } from '../downstream-presets/table.ts';
import { oneOf } from '../preset-table.ts';
import { oauthTokenFields } from './oauth-token-fields.ts';

/** A token of somebody else's authorization server. Presets add parameters of their own. */
export const oauthTokenGrant = z.strictObject({
  ...oauthTokenFields,
  preset: z.enum(downstreamPresetNames, `is not a preset: ${oneOf(downstreamPresetNames)}`).optional(),
  ...downstreamParameters,
});

export type WrittenOauthTokenGrant = z.infer<typeof oauthTokenGrant>;

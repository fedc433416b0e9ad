import type { ClientProof } from '../../../identity/principal.ts';
import { accept, type Outcome, refuse } from '../../../outcome.ts';
import { missingParameter, type Parameters } from '../../parameters.ts';
import { readScopes } from '../scope-parameter.ts';
import type { OauthGrantType, Presented } from './grant-type.ts';

/** RFC 8628 section 3.4. */
export const deviceCode: OauthGrantType = {
  badProof: 'invalid_grant',
  proof: 'device_code',
  actor: 'refuse',
  answer: 'plain',
  read: (form, client) => presentedDevice(form, client, 'device_code'),
};

/** Reads a device code of its public client: as `device_code`, or in a token exchange as `subject_token`. */
export function presentedDevice(
  form: Parameters,
  client: ClientProof | null,
  name: 'device_code' | 'subject_token',
): Outcome<Presented> {
  if (client === null) return missingParameter('client_id');
  if (client.method !== 'none') return refuse('client_not_permitted');
  const code = form.one(name);
  if (code === null) return missingParameter(name);
  const asked = form.one('scope');
  const scopes = asked === null ? accept(null) : readScopes(asked);
  if (!scopes.ok) return scopes;
  return accept({ kind: 'device', device: { client: client.client, deviceCode: code, scopes: scopes.value } });
}

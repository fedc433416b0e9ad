import type { ClientProof } from '../../../identity/principal.ts';
import { accept, allOf, type Outcome, refuse } from '../../../outcome.ts';
import type { PresentedCode } from '../../../sign-in/redeem.ts';
import { missingParameter, type Parameters } from '../../parameters.ts';
import { readScopes } from '../scope-parameter.ts';
import type { OauthGrantType, Presented } from './grant-type.ts';

/** RFC 6749 section 4.1.3. */
export const authorizationCode: OauthGrantType = {
  badProof: 'invalid_grant',
  proof: 'code',
  actor: 'refuse',
  answer: 'plain',
  read: (form, client) => presentedCode(form, client, 'code'),
};

/**
 * Reads an authorization code with what its public client proves it by (RFC 6749 section 4.1.3, RFC 7636 section
 * 4.5): as `code`, or in a token exchange as `subject_token`. `scope` may be left out: the person has allowed it.
 */
export function presentedCode(
  form: Parameters,
  client: ClientProof | null,
  name: 'code' | 'subject_token',
): Outcome<Presented> {
  const scope = form.one('scope');
  const read = allOf(readCode(form, client, name), scope === null ? accept(null) : readScopes(scope));
  if (!read.ok) return read;
  const [code, scopes] = read.value;
  return accept({ kind: 'code', code: { ...code, scopes } });
}

function readCode(
  form: Parameters,
  client: ClientProof | null,
  name: 'code' | 'subject_token',
): Outcome<Omit<PresentedCode, 'scopes'>> {
  if (client === null) return missingParameter('client_id');
  // Codes are for public clients (contract section 3); one that authenticates has its own grant types.
  if (client.method !== 'none') return refuse('client_not_permitted');
  const code = form.one(name);
  const codeVerifier = form.one('code_verifier');
  const redirectUri = form.one('redirect_uri');
  if (code === null) return missingParameter(name);
  if (codeVerifier === null) return missingParameter('code_verifier');
  if (redirectUri === null) return missingParameter('redirect_uri');
  return accept({ client: client.client, code, codeVerifier, redirectUri });
}

import type { ClientProof } from '../../identity/principal.ts';
import { accept, type Outcome, refuse } from '../../outcome.ts';
import type { PresentedCode } from '../../sign-in/redeem.ts';
import type { Parameters } from '../parameters.ts';

/** An authorization code as the subject of a token exchange: the way from a browser to an AWS session. */
export const CODE_TYPE = 'urn:token-broker:token-type:authorization-code';

/**
 * Reads an authorization code with what its public client proves it by (RFC 6749 section 4.1.3, RFC 7636 section 4.5): as `code`, or in a token exchange as
 * `subject_token`. `scopes` null: those that the person allowed.
 */
export function readCode(
  form: Parameters,
  client: ClientProof | null,
  name: 'code' | 'subject_token',
  scopes: readonly string[] | null,
): Outcome<PresentedCode> {
  if (client === null) return missing('client_id');
  // Codes are for public clients (contract section 3); one that authenticates has its own grant types.
  if (client.method !== 'none') return refuse('client_not_permitted');
  const code = form.one(name);
  const codeVerifier = form.one('code_verifier');
  const redirectUri = form.one('redirect_uri');
  if (code === null) return missing(name);
  if (codeVerifier === null) return missing('code_verifier');
  if (redirectUri === null) return missing('redirect_uri');
  return accept({ client: client.client, code, codeVerifier, redirectUri, scopes });
}

const missing = (name: string) => refuse('parameter_missing', { detail: `${name} is required.` });

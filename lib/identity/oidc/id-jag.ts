import { accept, type Outcome, refuse } from '../../outcome.ts';
import type { ForClient } from '../principal.ts';
import { type ParsedJwt, tokenType } from './jwt.ts';

/** The `typ` of an ID-JAG, without `application/`. */
export const ID_JAG = 'oauth-id-jag+jwt';

/**
 * Whom an ID-JAG was made for (draft-ietf-oauth-identity-assertion-authz-grant section 3): the client that may redeem
 * it, and what for. null: the token is none. Refuses with claims_invalid where it lacks a claim that it
 * must have.
 */
export function readIdJag({ header, unverified }: ParsedJwt): Outcome<ForClient | null> {
  if (tokenType(header) !== ID_JAG) return accept(null);
  const { client_id: client, jti, iat, aud, scope, resource } = unverified;
  const missing = (claim: string) => refuse('claims_invalid', { detail: `An ID-JAG must have ${claim}.` });
  if (typeof client !== 'string' || client === '') return missing('client_id');
  if (typeof jti !== 'string' || jti === '') return missing('jti');
  if (typeof iat !== 'number') return missing('iat');
  if ([aud].flat().length !== 1) return missing('one audience');
  const resources = resource === undefined ? null : [resource].flat().filter((each) => typeof each === 'string');
  if (scope !== undefined && typeof scope !== 'string') return missing('scope as a string, or none');
  if (resources?.length === 0) return missing('resource as a string or a list of them, or none');
  const scopes = scope?.split(' ').filter((name) => name !== '') ?? null;
  return accept({ client, scopes, resources });
}

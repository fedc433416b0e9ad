import type { ClientProof, Proof } from '../../identity/principal.ts';
import type { PresentedProofs } from '../../issuance/authenticate.ts';
import { accept, type Outcome, refuse } from '../../outcome.ts';
import type { Parameters } from '../parameters.ts';

/** Extension grant types are URNs (RFC 8693 section 2.1, RFC 7523 section 2.1, RFC 7522 section 2.1). */
export const grantTypeUri = (name: 'token-exchange' | 'jwt-bearer' | 'saml2-bearer'): string =>
  `urn:ietf:params:oauth:grant-type:${name}`;

/** Token type identifiers (RFC 8693 section 3). */
export const tokenTypeUri = (name: 'jwt' | 'id_token' | 'access_token' | 'saml2' | 'saml1' | 'refresh_token'): string =>
  `urn:ietf:params:oauth:token-type:${name}`;

/** The proofs of a token exchange: `subject_token`, and `actor_token` with its type or neither (RFC 8693 section 2.1). */
export function readTokenProof(form: Parameters, client: ClientProof | null): Outcome<PresentedProofs> {
  const subject = readProof(form, 'subject_token');
  if (!subject.ok) return subject;
  if (subject.value === null) return refuse('parameter_missing', { detail: 'subject_token is required.' });
  const actor = readProof(form, 'actor_token');
  if (!actor.ok) return actor;
  return accept({ subject: subject.value, actor: actor.value, client, publicClients: 'refuse' });
}

function readProof(form: Parameters, name: 'subject_token' | 'actor_token'): Outcome<Proof | null> {
  const token = form.one(name);
  const type = form.one(`${name}_type`);
  if (token === null && type === null) return accept(null);
  if (token === null) return refuse('parameter_missing', { detail: `${name} is required beside ${name}_type.` });
  if (type === null) return refuse('parameter_missing', { detail: `${name}_type is required beside ${name}.` });
  return proofOf(token, type);
}

function proofOf(token: string, type: string): Outcome<Proof> {
  switch (type) {
    case tokenTypeUri('jwt'):
      return accept({ kind: 'jwt', token, declared: 'jwt' });
    case tokenTypeUri('id_token'):
      return accept({ kind: 'jwt', token, declared: 'id_token' });
    case tokenTypeUri('access_token'):
      return accept({ kind: 'jwt', token, declared: 'access_token' });
    case tokenTypeUri('saml2'):
      return accept({ kind: 'saml', document: token, at: { kind: 'endpoint' } });
    case 'urn:token-broker:token-type:aws-iam':
      return accept({ kind: 'aws-iam', envelope: token });
    default:
      return refuse('proof_type_unsupported');
  }
}

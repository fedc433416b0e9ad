import type { ClientProof, Proof } from '../../identity/principal.ts';
import type { PresentedProofs } from '../../issuance/authenticate.ts';
import { BROKER_TOKEN_TYPE, TOKEN_TYPE } from '../../oauth-urns.ts';
import { accept, allOf, type Outcome, refuse } from '../../outcome.ts';
import { missingParameter, type Parameters } from '../parameters.ts';

/**
 * `subject_token`, and `actor_token`, each with its type; an actor may be left out (RFC 8693 section 2.1). `others`:
 * types of a subject that the route takes beside those that are read here, to be told.
 */
export function readSubjectAndActor(
  form: Parameters,
  client: ClientProof | null,
  others: readonly string[] = [],
): Outcome<PresentedProofs> {
  const read = allOf(readTypedToken(form, 'subject_token', others), readTypedToken(form, 'actor_token', []));
  if (!read.ok) return read;
  const [subject, actor] = read.value;
  if (subject === null) return missingParameter('subject_token');
  return accept({ subject, actor, client, publicClients: 'refuse' });
}

function readTypedToken(
  form: Parameters,
  name: 'subject_token' | 'actor_token',
  others: readonly string[],
): Outcome<Proof | null> {
  const token = form.one(name);
  const type = form.one(`${name}_type`);
  if (token === null && type === null) return accept(null);
  if (token === null) return refuse('parameter_missing', { detail: `${name} is required beside ${name}_type.` });
  if (type === null) return refuse('parameter_missing', { detail: `${name}_type is required beside ${name}.` });
  const detail = `${name}_type must be one of: ${[...TYPES, ...others].join(', ')}.`;
  return proofOf(token, type) ?? refuse('proof_type_unsupported', { detail });
}

const TYPES = [
  TOKEN_TYPE.jwt,
  TOKEN_TYPE.id_token,
  TOKEN_TYPE.access_token,
  TOKEN_TYPE.saml2,
  BROKER_TOKEN_TYPE.awsIam,
];

/** null: a type that is not accepted. */
function proofOf(token: string, type: string): Outcome<Proof> | null {
  switch (type) {
    case TOKEN_TYPE.jwt:
      return accept({ kind: 'jwt', token, declared: 'jwt' });
    case TOKEN_TYPE.id_token:
      return accept({ kind: 'jwt', token, declared: 'id_token' });
    case TOKEN_TYPE.access_token:
      return accept({ kind: 'jwt', token, declared: 'access_token' });
    case TOKEN_TYPE.saml2:
      return accept({ kind: 'saml', document: token, at: { kind: 'endpoint' } });
    case BROKER_TOKEN_TYPE.awsIam:
      return accept({ kind: 'aws-iam', envelope: token });
    default:
      return null;
  }
}

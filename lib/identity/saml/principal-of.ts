import { createHash } from 'node:crypto';
import { accept, type Outcome, refuse } from '../../outcome.ts';
import { renderPrincipal } from '../../policy/connection.ts';
import { type EpochSeconds, epochSeconds } from '../../time.ts';
import type { Claims, Principal } from '../principal.ts';
import type { AssertionShape } from './assertion.ts';
import { FORMAT_TRANSIENT } from './names.ts';
import type { Trust } from './signature.ts';

/**
 * The principal that an assertion names, all of whose checks have passed. Its subject is the NameID; a transient one
 * names a session and nobody, so there the label takes its place, and the label must not come from it. Refuses with
 * saml_subject, saml_transient_name, principal_invalid, or the reason of a claim that nobody may use.
 */
export function principalOf(
  assertion: AssertionShape,
  claims: Claims,
  { connection, idp }: Pick<Trust, 'connection'> & { readonly idp: Pick<Trust['idp'], 'entityId'> },
  { bytes, expires }: { readonly bytes: Uint8Array; readonly expires: EpochSeconds },
): Outcome<Principal> {
  const nameId = usableNameId(assertion);
  if (!nameId.ok) return nameId;
  const transient = assertion.nameIdFormat === FORMAT_TRANSIENT;
  if (transient && connection.principal.includes('claims.nameId}')) {
    return refuse('saml_transient_name', { detail: 'The NameID must not be transient.' });
  }
  const label = renderPrincipal(connection, claims);
  if (!label.ok) return label;
  const name = label.value;
  const [issuer, tokenId] = [idp.entityId, assertion.id];
  return accept({
    source: { kind: 'connection', name: connection.connection },
    subject: transient ? name : nameId.value,
    name,
    claims,
    proof: { kind: 'saml', issuer, tokenId, sha256: createHash('sha256').update(bytes).digest('hex'), expires },
    reuse: { reuse: 'once', issuer, tokenId, until: epochSeconds(Math.ceil(expires + connection.clockTolerance)) },
    record: connection.record,
    mayAct: undefined,
    lineage: null,
  });
}

const MAX_NAME_ID = 1024;

/** It is compared as it stands (core section 1.3.1), so what only looks like another is nobody's. */
function usableNameId({ nameId }: AssertionShape): Outcome<string> {
  const unusable = (detail: string): Outcome<never> => refuse('saml_subject', { detail });
  if (nameId === null) {
    return unusable('There is no NameID; it is the subject, also where principal is made of an attribute.');
  }
  if (nameId.trim() === '') return unusable('The NameID is empty.');
  if (nameId !== nameId.trim()) return unusable('The NameID has blanks around it; it is not cut to fit.');
  if (nameId.length > MAX_NAME_ID) return unusable(`The NameID has more than ${MAX_NAME_ID} characters.`);
  return accept(nameId);
}

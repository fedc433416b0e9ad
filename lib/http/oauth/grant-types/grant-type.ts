import type { ClientProof } from '../../../identity/principal.ts';
import type { PresentedProofs } from '../../../issuance/authenticate.ts';
import { accept, allOf, type Outcome } from '../../../outcome.ts';
import type { Redeemed } from '../../../sign-in/issue-by-code.ts';
import type { Parameters } from '../../parameters.ts';
import { readScopesOrResource } from '../scope-parameter.ts';

/** What a token request presents, and the scopes that it asks for: those of a code stand with it. */
export type Presented =
  | { readonly kind: 'proofs'; readonly proofs: PresentedProofs; readonly scopes: readonly string[] }
  | Redeemed;

/** A grant type of RFC 6749 section 4: how a client asks, never what a scope hands out. */
export interface OauthGrantType {
  /**
   * The error code of a proof that is not good: RFC 8693 section 2.2.2, or RFC 7521 section 4.1.1 and RFC 6749 section
   * 5.2.
   */
  readonly badProof: 'invalid_request' | 'invalid_grant';
  /** The parameter that carries its proof; null: the proof is the client's own. */
  readonly proof: 'subject_token' | 'assertion' | 'code' | 'device_code' | null;
  /** Of an actor that went unnoticed, a rule for requests without one would decide. */
  readonly actor: 'accept' | 'refuse';
  /** `exchange`: the answer says `issued_token_type` (RFC 8693 section 2.2.1). */
  readonly answer: 'exchange' | 'plain';
  /** Reads what is presented, `client` being how the client authenticates. The first refusal met is the answer. */
  read(form: Parameters, client: ClientProof | null): Outcome<Presented>;
}

/** Proofs, with the scopes that the form names beside them, or the resource that it names in their place. */
export function withScopes(form: Parameters, proofs: Outcome<PresentedProofs>): Outcome<Presented> {
  const read = allOf(proofs, readScopesOrResource(form));
  return read.ok ? accept({ kind: 'proofs', proofs: read.value[0], scopes: read.value[1] }) : read;
}

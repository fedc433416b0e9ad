import { type Outcome, PASSED, refuse } from '../../outcome.ts';
import { ID_JAG } from './id-jag.ts';
import { type ParsedJwt, tokenType } from './jwt.ts';
import { publicClaim, publicList, publicText } from './public-text.ts';

/** The `subject_token_type` of a token exchange, by its last part; `jwt` says nothing beyond the format. */
export type DeclaredType = 'jwt' | 'id_token' | 'access_token';

/**
 * Refuses with `type_mismatch` a token whose `typ` is not one of `accepted` (lower case, without `application/`; an
 * absent one counts as `jwt`), and one that says it is not what the caller declared: an `at+jwt` as an ID token, or the
 * other way round by Cognito's `token_use`. RFC 8725 section 3.11, RFC 9068 section 4.
 */
export function checkType(jwt: ParsedJwt, accepted: readonly string[], declared: DeclaredType): Outcome<true> {
  const type = tokenType(jwt.header);
  if (!accepted.includes(type)) {
    return refuse('type_mismatch', {
      detail: `typ must be one of: ${publicList(accepted)}; it is ${publicText(type)}.`,
    });
  }
  if (declared !== 'jwt' && type === ID_JAG) {
    return refuse('type_mismatch', { detail: 'An ID-JAG is neither an ID token nor an access token.' });
  }
  const use = jwt.unverified['token_use'];
  const found = `typ is ${publicText(type)} and token_use ${publicClaim(use)}`;
  if (declared === 'id_token' && (type === 'at+jwt' || use === 'access')) {
    return refuse('type_mismatch', { detail: `An ID token was declared; ${found}.` });
  }
  if (declared === 'access_token' && use === 'id') {
    return refuse('type_mismatch', { detail: `An access token was declared; ${found}.` });
  }
  return PASSED;
}

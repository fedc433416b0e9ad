import { accept, type Outcome, refuse } from '../../outcome.ts';

const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/;
const MOST_SCOPES = 20;

/** RFC 6749 section 3.3: space-delimited, order without meaning; a name given twice counts once. */
export function readScopes(text: string | null): Outcome<readonly string[]> {
  if (text === null) return refuse('scope_missing');
  if (!SCOPE.test(text)) return refuse('not_allowed');
  const scopes = [...new Set(text.split(' '))];
  return scopes.length > MOST_SCOPES ? refuse('scopes_incompatible') : accept(scopes);
}

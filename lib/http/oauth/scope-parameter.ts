import { SCOPE_LIST } from '../../oauth-scope.ts';
import { accept, type Outcome, refuse } from '../../outcome.ts';
import type { Parameters } from '../parameters.ts';

const MOST_SCOPES = 20;

/** RFC 6749 section 3.3: names with one blank between them, order without meaning; one given twice counts once. */
export function readScopes(text: string | null): Outcome<readonly string[]> {
  if (text === null) return refuse('scope_missing');
  if (!SCOPE_LIST.test(text)) return refuse('scope_malformed');
  const scopes = [...new Set(text.split(' '))];
  return scopes.length > MOST_SCOPES ? refuse('scopes_incompatible') : accept(scopes);
}

/**
 * The scopes that a request names; none where it names a `resource` in their place: then they are those of the resource
 * that whoever it is for may have, once that is known (RFC 8707 section 2).
 */
export function readScopesOrResource(form: Parameters): Outcome<readonly string[]> {
  const scope = form.one('scope');
  return scope === null && form.one('resource') !== null ? accept([]) : readScopes(scope);
}

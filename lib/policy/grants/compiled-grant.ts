import { type DocumentProblem, hasErrors } from '../problem.ts';
import { GrantTemplates } from './grant-templates.ts';
import { type Grant, type GrantType, grantKinds, type TemplatesOf } from './kinds.ts';

/** A grant that loads, with its templates parsed. */
export type CompiledGrant<T extends GrantType = GrantType> = {
  readonly [K in T]: {
    readonly type: K;
    readonly document: Grant<K>;
    readonly templates: TemplatesOf<K>;
    /** Condition keys that its templates name. */
    readonly keys: readonly string[];
  };
}[T];

/** Compiles the templates of a grant. Paths of problems begin at the grant's members. */
export function compileGrant<T extends GrantType>(
  type: T,
  grant: Grant<T>,
): { readonly compiled: CompiledGrant<T> | null; readonly problems: readonly DocumentProblem[] } {
  const reader = new GrantTemplates();
  const templates = grantKinds[type].compile(grant, reader);
  for (const [name, value] of Object.entries(grant)) {
    if (!Object.hasOwn(templates, name)) reader.closed(value, [name]);
  }
  const { problems, keys } = reader;
  if (hasErrors(problems)) return { compiled: null, problems };
  return { compiled: Object.freeze({ type, document: grant, templates, keys }), problems };
}

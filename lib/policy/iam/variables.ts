/** Condition keys of a request, in lower case (IAM's names of keys have none), with their values. */
export type RequestContext = ReadonlyMap<string, string | readonly string[]>;

/** A policy's text in its parts: `${name}` whole, a run of stars too, every other character by itself. */
export const PART = /\$\{([^}]*)\}|\*+|./gsu;

/**
 * What a policy variable stands for: the single value of its key, else its default (`${aws:x, 'none'}`). null where
 * there is neither, or several values: such a text matches nothing (IAM User Guide, "Policy variables with no value").
 */
export function variableText(variable: string, context: RequestContext): string | null {
  const { name, otherwise } = withDefault(variable.slice(2, -1));
  const value = context.get(name.trim().toLowerCase());
  if (Array.isArray(value)) return null;
  return typeof value === 'string' && value !== '' ? value : otherwise;
}

function withDefault(inner: string): { readonly name: string; readonly otherwise: string | null } {
  const comma = inner.indexOf(',');
  const quoted = comma === -1 ? '' : inner.slice(comma + 1).trim();
  const isDefault = quoted.length > 1 && quoted.startsWith("'") && quoted.endsWith("'");
  return isDefault ? { name: inner.slice(0, comma), otherwise: quoted.slice(1, -1) } : { name: inner, otherwise: null };
}

/** True where the text holds a variable: `${…}` other than the three escapes. */
export const hasVariables = (text: string): boolean =>
  [...text.matchAll(PART)].some(([, name]) => name !== undefined && !isEscape(name));

/** Puts variables into a text, their own special characters escaped. null where one has no value. */
export function putIntoText(text: string, context: RequestContext): string | null {
  const parts = [...text.matchAll(PART)].map(([part, name]) => {
    if (name === undefined || isEscape(name)) return part;
    return variableText(part, context)?.replace(/[*?$]/g, (special) => `\${${special}}`) ?? null;
  });
  return parts.includes(null) ? null : parts.join('');
}

/** IAM's names of the characters that would be wildcards or begin a variable. */
export const isEscape = (name: string): boolean => name === '*' || name === '?' || name === '$';

/** `/v1/credentials/{scope}`: each `{name}` takes one segment that is not empty. No final slash. */
export type PathPattern = `/${string}`;

/** The path's parameters by name, or null: it is none of the pattern's. `path` is decoded and has no final slash. */
export function matchPath(pattern: PathPattern, path: string): Readonly<Record<string, string>> | null {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return null;
  const parameters: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const segment = given[index] ?? '';
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (name === undefined ? segment !== part : segment === '') return null;
    if (name !== undefined) parameters[name] = segment;
  }
  return parameters;
}

/** An XML element in canonical form: attributes in the order given, those that are undefined left out, both tags. */
export const element = (
  name: string,
  attributes: Readonly<Record<string, string | undefined>> = {},
  ...content: readonly string[]
): string => `${startTag(name, attributes)}${content.join('')}</${name}>`;

export function startTag(name: string, attributes: Readonly<Record<string, string | undefined>> = {}): string {
  const written = Object.entries(attributes).map(([key, value]) => (value === undefined ? '' : ` ${key}="${value}"`));
  return `<${name}${written.join('')}>`;
}

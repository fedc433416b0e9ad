import { readFileSync } from 'node:fs';

/** The first example of a page in this language, as it stands there. */
export function snippetOf(page: string, language: string): string {
  const [, code] = new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(readFileSync(page, 'utf8')) ?? [];
  if (code === undefined) throw new Error(`${page} has no example in ${language}`);
  return code;
}

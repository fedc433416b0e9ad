import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

export interface BuiltFile {
  readonly name: string;
  readonly content: Uint8Array;
}

const MAX_LEVEL = 9;

/**
 * Builds the operators' page: `main.tsx` and its style as one file each, the icon, and `index.html`, whose `@SCRIPT@`,
 * `@STYLE@` and `@ICON@` become their names. A name has the hash of its content, so that it can be kept for ever. Each
 * file has its compressed self beside it.
 */
export async function bundlePage(folder: string): Promise<readonly BuiltFile[]> {
  const { outputFiles } = await build({
    absWorkingDir: folder,
    entryPoints: { console: join(folder, 'main.tsx'), style: join(folder, 'style.css') },
    outdir: join(folder, 'built'),
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2024',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    write: false,
    logLevel: 'silent',
  });
  const icon = { name: 'icon.svg', content: await readFile(join(folder, 'icon.svg')) };
  const assets = [...outputFiles.map(({ path, contents }) => ({ name: basename(path), content: contents })), icon];
  const named = assets.map(({ name, content }) => ({ of: name, name: hashedName(name, content), content }));
  const nameOf = (of: string): string => `/console/assets/${named.find((file) => file.of === of)?.name}`;
  const html = (await readFile(join(folder, 'index.html'), 'utf8'))
    .replace('@SCRIPT@', nameOf('console.js'))
    .replace('@STYLE@', nameOf('style.css'))
    .replace('@ICON@', nameOf('icon.svg'));
  const files = [...named.map(({ name, content }) => ({ name, content })), { name: 'index.html', content: utf8(html) }];
  return files.flatMap(({ name, content }) => [
    { name, content },
    { name: `${name}.gz`, content: gzipSync(content, { level: MAX_LEVEL }) },
  ]);
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

function hashedName(name: string, content: Uint8Array): string {
  const extension = extname(name);
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 16);
  return `${basename(name, extension)}-${hash}${extension}`;
}

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import { transform } from 'esbuild';

/** A part of a program that esbuild split: its name beside the others, and its code as an ES module. */
export interface Part {
  readonly name: string;
  readonly code: string;
  /** What a short run is made of, and is to be there at once; the rest is loaded when something first imports it. */
  readonly when: 'early' | 'later';
}

const START = fileURLToPath(new URL('./one-file-start.mjs', import.meta.url));
const EARLY = 'early';
/** Characters. Proofs are, and parts of the commands for callers. */
const SMALL = 8_000;

interface Line {
  readonly name: string;
  readonly text: string;
}

/**
 * Joins the parts of a program to one ES module that exports `main` of the part `entry`, and runs it where it is
 * started. Behind its head are comments of one line each: all early parts as functions of one script, then each of the
 * others, as CommonJS. All of it is ASCII: a character is a byte.
 */
export async function oneFile(parts: readonly Part[], entry: string): Promise<string> {
  const codes = await Promise.all(parts.map(async (part) => ({ ...part, code: await commonJs(part.code) })));
  const functions = codes
    .filter(({ when }) => when === 'early')
    .map(({ name, code }) => `${JSON.stringify(`./${name}`)}:(require,module,exports)=>{${code}\n}`);
  const later = codes
    .filter(({ when }) => when === 'later')
    .map(({ name, code }) => ({ name: `./${name}`, text: lineOf(code) }));
  const lines = [{ name: EARLY, text: asJson(`return{${functions.join(',')}}`) }, ...later];
  const { code: start } = await transform(await readFile(START, 'utf8'), {
    define: {
      LINES: JSON.stringify(placesOf(lines)),
      EARLY: JSON.stringify(EARLY),
      ENTRY: JSON.stringify(`./${entry}`),
    },
    format: 'esm',
    target: 'node20',
    minify: true,
  });
  return `#!/usr/bin/env node\n${start.trimEnd()}\n${lines.map(({ text }) => `//${text}\n`).join('')}`;
}

/** Where each line's text begins, counted from the end: the head's own length is not known before it has them. */
function placesOf(lines: readonly Line[]): Readonly<Record<string, readonly [number, number]>> {
  let fromEnd = 0;
  const places = lines.toReversed().map(({ name, text }) => {
    const at = fromEnd + text.length + '\n'.length;
    fromEnd = at + '//'.length;
    return [name, [at, text.length]] as const;
  });
  return Object.fromEntries(places);
}

async function commonJs(code: string): Promise<string> {
  const { code: text } = await transform(code, {
    format: 'cjs',
    target: 'node20',
    minify: true,
    // What is imported later is a part too, or Node.js's own.
    supported: { 'dynamic-import': false },
  });
  return text;
}

/** Node.js reads the whole file before it runs any of it; but what inflates has to be loaded, too. */
const lineOf = (code: string): string =>
  code.length < SMALL ? asJson(code) : deflateRawSync(code, { level: 9 }).toString('base64');

const asJson = (text: string): string =>
  JSON.stringify(text).replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

import type { Metafile } from 'esbuild';
import type { Bundle } from './bundle.ts';

/** Bytes, minified and not compressed. */
export interface BundleSize {
  /** What a cold start reads: `index.mjs` and what it imports statically. */
  readonly initial: number;
  /** With every chunk that is read on first use. */
  readonly total: number;
  /** The ten largest packages or folders in it. */
  readonly largest: Readonly<Record<string, number>>;
}

/** The outputs that are read when `entry` is imported. */
export function staticClosure(outputs: Metafile['outputs'], entry: string): ReadonlySet<string> {
  const seen = new Set<string>();
  const open = [entry];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    const imports = outputs[next]?.imports ?? [];
    open.push(
      ...imports.filter(({ kind, external }) => kind === 'import-statement' && !external).map(({ path }) => path),
    );
  }
  return seen;
}

/** `node_modules/@aws-sdk/core/dist/…` -> `@aws-sdk/core`; the project's own files by their folder. */
function origin(input: string): string {
  const inPackage = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*\/node_modules\/)/.exec(input);
  return inPackage?.[1] ?? input.split('/').slice(0, 2).join('/');
}

function largestOrigins(outputs: Metafile['outputs'], count: number): Record<string, number> {
  const bytes = new Map<string, number>();
  for (const output of Object.values(outputs)) {
    for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
      bytes.set(origin(input), (bytes.get(origin(input)) ?? 0) + bytesInOutput);
    }
  }
  return Object.fromEntries([...bytes].sort(([, a], [, b]) => b - a).slice(0, count));
}

function sizeOf({ metafile }: Bundle): BundleSize {
  const code = Object.entries(metafile.outputs).filter(([path]) => path.endsWith('.mjs'));
  const entry = code.find(([, output]) => /^(?:functions|witness)\//.test(output.entryPoint ?? ''));
  const initial = entry === undefined ? new Set<string>() : staticClosure(metafile.outputs, entry[0]);
  const sum = (outputs: typeof code): number => outputs.reduce((bytes, [, output]) => bytes + output.bytes, 0);
  return {
    initial: sum(code.filter(([path]) => initial.has(path))),
    total: sum(code),
    largest: largestOrigins(Object.fromEntries(code), 10),
  };
}

/** The sizes of the functions' bundles by name, for `dist/sizes.json` and the budgets held against it. */
export const sizesOf = (bundles: readonly Bundle[]): Readonly<Record<string, BundleSize>> =>
  Object.fromEntries(bundles.map((bundle) => [bundle.name, sizeOf(bundle)]));

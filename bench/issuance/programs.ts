import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bundleFunction } from '../../local/bundle.ts';

export interface Programs {
  /** Paths of `index.mjs`, by name. */
  readonly paths: Readonly<Record<string, string>>;
  remove(): void;
}

const identity = { version: '0.0.0', build: '000000000000' };

/**
 * Bundles files as a deployment does, each into a folder of its own, so that two copies of one program share nothing.
 */
export async function bundlePrograms(root: string, files: Readonly<Record<string, string>>): Promise<Programs> {
  const folder = mkdtempSync(join(tmpdir(), 'token-broker-bench-'));
  const paths: Record<string, string> = {};
  for (const [name, file] of Object.entries(files)) {
    const bundle = await bundleFunction(root, join(root, file), identity);
    for (const { name: output, content } of bundle.files) {
      const path = join(folder, name, output);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    }
    paths[name] = join(folder, name, 'index.mjs');
  }
  return { paths, remove: () => rmSync(folder, { recursive: true }) };
}

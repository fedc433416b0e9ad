import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCE = fileURLToPath(new URL('./configuration', import.meta.url));

/** A copy of the demonstration's configuration for these two issuers, in a folder that lasts as long as `use` runs. */
export async function withDemoConfiguration<T>(
  issuers: { readonly broker: string; readonly idp: string },
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'token-broker-demo-'));
  try {
    await cp(SOURCE, folder, { recursive: true });
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      const text = await readFile(path, 'utf8');
      const filled = text.replaceAll('@IDP@', issuers.idp).replaceAll('@IDP_HOST@', new URL(issuers.idp).host);
      await writeFile(path, filled.replaceAll('@ISSUER@', issuers.broker));
    }
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

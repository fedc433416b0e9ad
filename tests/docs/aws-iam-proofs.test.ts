import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { ENVIRONMENT, expectGenuine, SERVER } from './aws-iam-proofs.ts';
import { snippetOf } from './snippets.ts';

// Inside of the checkout, so that its packages are found.
mkdirSync('.cache', { recursive: true });
const folder = mkdtempSync('.cache/aws-iam-proofs-');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("the page's JavaScript makes a proof that the broker takes", async () => {
  const file = join(folder, 'proof.mjs');
  const call = `process.stdout.write(await awsIamProof('${SERVER}'));\n`;
  writeFileSync(file, `${snippetOf('docs/aws-iam-proofs.md', 'js')}${call}`);
  const { stdout, stderr } = spawnSync(process.execPath, [file], { env: ENVIRONMENT, encoding: 'utf8' });
  expect(stderr).toBe('');
  await expectGenuine(stdout);
});

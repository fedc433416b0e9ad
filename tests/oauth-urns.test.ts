import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';

it('each URN of OAuth and of the broker stands in lib/oauth-urns.ts and nowhere else', () => {
  const files = ['lib', 'functions', 'bin'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
  );
  const sources = files.filter((file) => file.endsWith('.ts'));
  const found = sources.filter((file) => /urn:(?:ietf:params:oauth|token-broker):/.test(readFileSync(file, 'utf8')));
  expect(found).toEqual([join('lib', 'oauth-urns.ts')]);
});

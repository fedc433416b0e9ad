import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { refusals } from '../../lib/refusals/registry.ts';
import { refusalsPage } from '../../local/docs/refusals-page.ts';

it('docs/refusals.md is what `npm run docs` writes', () => {
  expect(readFileSync('docs/refusals.md', 'utf8')).toBe(refusalsPage());
});

it.each(Object.keys(refusals))('has one heading for %s', (reason) => {
  expect(
    refusalsPage()
      .split('\n')
      .filter((line) => line === `### ${reason}`),
  ).toHaveLength(1);
});

it.each(Object.entries(refusals))('%s says one ASCII sentence to any caller', (_, { says }) => {
  expect(says).toMatch(/^[\x20-\x7e]+\.$/);
});

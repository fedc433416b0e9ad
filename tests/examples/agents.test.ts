/** examples/agents: what docs/agents.md begins with, in at most ten lines each. */
import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { snippetOf } from '../docs/snippets.ts';

it.each([
  ['python', 'agent.py'],
  ['typescript', 'agent.ts'],
])("the example in %s is the page's, and has at most ten lines", (language, file) => {
  const text = readFileSync(`examples/agents/${file}`, 'utf8');
  expect(text).toBe(snippetOf('docs/agents.md', language));
  expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(10);
});

it('the page begins with them', () => {
  const sections = readFileSync('docs/agents.md', 'utf8').match(/^## .*$/gm) ?? [];
  expect(sections[0]).toBe("## What an agent's developer writes");
});

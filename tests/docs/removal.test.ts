import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { template } from '../template/document.ts';

const page = readFileSync('docs/deploy.md', 'utf8');
const removal = page.slice(page.indexOf('\n## Removal\n'), page.indexOf('\n## Parameters\n'));

/** The words of a `for NAME in … ; do` loop, and what its body makes of them. */
function listed(): readonly string[] {
  return [...removal.matchAll(/for (\w+) in ([^;]+); do\n([\s\S]*?)\ndone/g)].flatMap(
    ([, name, words = '', body = '']) =>
      words
        .split(' ')
        .flatMap((word) =>
          [...body.matchAll(/(?:--(?:[a-z-]+(?:name|id)|bucket) |group=)"?([^\s"]+)"?/g)].map(([, argument = '']) =>
            argument.replaceAll(`$${name}`, word),
          ),
        ),
  );
}

it('the page of removal names everything that outlives the stack', () => {
  const retained = Object.values(template.Resources).flatMap(({ DeletionPolicy, Properties = {} }) => {
    const name =
      Properties['TableName'] ?? Properties['LogGroupName'] ?? Properties['BucketName'] ?? Properties['Name'];
    return DeletionPolicy === undefined ? [] : [JSON.stringify(name)];
  });
  expect(retained.length).toBeGreaterThan(15);
  const names = retained.map((name) => /"([^"]*\$\{TablePrefix\}[^"]*)"/.exec(name)?.[1] ?? name);
  const here = { TablePrefix: 'token-broker', 'AWS::AccountId': '$ACCOUNT', 'AWS::Region': '$REGION' };
  const named = (name: string) =>
    Object.entries(here).reduce((text, [word, value]) => text.replace(`\${${word}}`, () => value), name);
  const left = names.filter((name) => !listed().includes(named(name)));
  expect(left).toEqual([]);
});

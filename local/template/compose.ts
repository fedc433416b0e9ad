import { join } from 'node:path';
import type { YAMLMap } from 'yaml';
import { alarmResources } from './alarms.ts';
import { readFunctions } from './fragments.ts';
import { functionResources, routeSettings } from './functions.ts';
import { apart, fillMap, joinMaps, listOf, readMap, shapesOf, textOf } from './nodes.ts';
import { statementCatalogue } from './statements.ts';
import { tableResources } from './tables.ts';

const BUILT = [
  ' Built from template/ and functions/*.yaml by `npm run template`: do not edit it here. It is committed because SAM deploys it,',
  ' and because a reviewer reads every permission in it as it will be (docs/adr/0009-sam-and-literal-iam.md).',
].join('\n');

/** The text of `template.yaml`, made from the fragments below `root`. Throws what is wrong with them, naming file and key. */
export function composeTemplate(root: string): string {
  const fragment = (name: string): YAMLMap => readMap(join(root, 'template', `${name}.yaml`));
  const shapes = shapesOf(fragment('shapes'));
  const functions = readFunctions(root);
  const statements = statementCatalogue(fragment('statements'));
  const minting = functions.filter(({ mints }) => mints === true);
  const stack = fillMap(fragment('stack'), {
    'front-door': apart(fillMap(fragment('front-door'), { 'route-settings': routeSettings(shapes, functions) })),
    tables: apart(tableResources(shapes, fragment('tables'))),
    'own-keys': apart(fragment('own-keys')),
    functions: apart(joinMaps(functions.map((of) => functionResources(shapes, of, statements)))),
    people: apart(fragment('people')),
    alarms: apart(alarmResources(shapes, fragment('alarms'), functions)),
    'minting-roles': listOf(minting.map(({ id }) => shapes.node('minting-role', { Id: id }))),
  });
  stack.commentBefore = BUILT;
  return textOf(stack);
}

import { join } from 'node:path';
import type { YAMLMap } from 'yaml';
import { alarmResources } from './alarms.ts';
import { dashboardResource } from './dashboard.ts';
import { isGuarded, readFunctions } from './fragments.ts';
import { functionResources, routeSettings } from './functions.ts';
import { apart, entriesOf, fillMap, joinMaps, listOf, readMap, shapesOf, textOf } from './nodes.ts';
import { warmRules } from './rules.ts';
import { statementCatalogue } from './statements.ts';
import { readTables, tableResources } from './tables.ts';

const BUILT = [
  ' Built from template/ and functions/*.yaml by `npm run template`: do not edit it here. It is committed because',
  ' SAM deploys it, and a reviewer reads every permission in it as it will be (docs/adr/0009-sam-and-literal-iam.md).',
].join('\n');

/** The text of `template.yaml`, from the fragments below `root`. Throws what is wrong with them. */
export function composeTemplate(root: string): string {
  const fragment = (name: string): YAMLMap => readMap(join(root, 'template', `${name}.yaml`));
  const shapes = shapesOf(fragment('shapes'));
  const functions = readFunctions(root);
  const statements = statementCatalogue(fragment('statements'));
  const tables = readTables(fragment('tables'));
  const minting = functions.filter(({ mints }) => mints === true);
  const guarded = functions.filter(isGuarded).map(({ id }) => shapes.node('guarded-function', { Id: id }));
  const replicas = shapes.map('replicas');
  const alarms = alarmResources(shapes, fragment('alarms'), functions, tables);
  const watched = {
    functions,
    tables,
    alarms: entriesOf(alarms).flatMap(([id]) => (id.endsWith('Alarm') ? [id] : [])),
  };
  const stack = fillMap(fragment('stack'), {
    'warm-rules': warmRules(shapes, fragment('stack')),
    'front-door': apart(fillMap(fragment('front-door'), { 'route-settings': routeSettings(shapes, functions) })),
    tables: apart(tableResources(shapes, tables)),
    'own-keys': apart(fillMap(fragment('own-keys'), { replicas })),
    functions: apart(joinMaps(functions.map((of) => functionResources(shapes, of, statements)))),
    archive: apart(fillMap(fragment('archive'), { replicas })),
    events: apart(fragment('events')),
    probe: apart(fragment('probe')),
    rollout: apart(fillMap(fragment('rollout'), { 'guarded-functions': listOf(guarded) })),
    people: apart(fragment('people')),
    alarms: apart(alarms),
    dashboard: apart(dashboardResource(shapes, fragment('dashboard'), watched)),
    'minting-roles': listOf(minting.map(({ id }) => shapes.node('minting-role', { Id: id }))),
  });
  stack.commentBefore = BUILT;
  return textOf(stack);
}

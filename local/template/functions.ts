import { Scalar, YAMLMap } from 'yaml';
import { type FunctionFragment, isGuarded } from './fragments.ts';
import { joinMaps, listOf, type Shapes } from './nodes.ts';

export type Statements = (may: readonly string[]) => readonly YAMLMap[];

/** `/sts/{proxy+}` as SAM's name of the event: `StsProxy`. */
const eventName = (path: string): string =>
  path
    .split(/[^A-Za-z0-9]+/)
    .map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`)
    .join('');

function eventsOf(shapes: Shapes, { routes = {}, schedule }: FunctionFragment): YAMLMap | null {
  const requests = Object.keys(routes).map((path) =>
    shapes.map('event', { event: eventName(path), path: new Scalar(path) }),
  );
  const times = schedule === undefined ? [] : [shapes.map('schedule', { schedule: new Scalar(schedule) })];
  return requests.length + times.length === 0 ? null : joinMaps([...requests, ...times]);
}

function environmentOf(shapes: Shapes, of: FunctionFragment): YAMLMap | null {
  const shared = of.mints === true ? [shapes.map('minting-environment')] : [];
  const own = of.environmentNode === null ? [] : [of.environmentNode];
  if (shared.length + own.length === 0) return null;
  const environment = new YAMLMap();
  environment.set('Variables', joinMaps([...shared, ...own]));
  return environment;
}

/** The resources of one function: itself, its role with every statement, its log. */
export function functionResources(shapes: Shapes, of: FunctionFragment, statements: Statements): YAMLMap {
  const names = { Id: of.id, name: of.name };
  const may = statements(of.may);
  const self = shapes.map('function', {
    ...names,
    timeout: of.timeout,
    minting: of.mints === true ? shapes.map('minting') : null,
    guarded: isGuarded(of) ? shapes.map('guarded', names) : null,
    properties: of.propertiesNode,
    environment: environmentOf(shapes, of),
    events: eventsOf(shapes, of),
  });
  self.commentBefore = of.comment;
  const ownKey = may.length === 0 ? null : shapes.node('own-key');
  const role = shapes.map('role', { ...names, statements: listOf(may), 'own-key': ownKey });
  return joinMaps([self, role, shapes.map('log', names)]);
}

/** The throttle that the API has for every route. */
const OF_THE_API = 'api';

/** Settings of the routes that have another throttle than the API's, by route key. */
export function routeSettings(shapes: Shapes, functions: readonly FunctionFragment[]): YAMLMap {
  const routes = functions.flatMap((of) => Object.entries(of.routes ?? {}));
  return joinMaps(
    routes
      .filter(([, throttle]) => throttle !== OF_THE_API)
      .map(([path, throttle]) => shapes.map(`throttle-${throttle}`, { path })),
  );
}

import type { TemplateRoute } from './template.ts';

/** `POST /sts/{proxy+}`, or `$default`. */
export const routeKeyOf = ({ method, path }: TemplateRoute): string =>
  path === DEFAULT ? DEFAULT : `${method} ${path}`;

const DEFAULT = '$default';
const METHODS = new Set(['ANY', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT']);
const LITERAL = /^[A-Za-z0-9._~:@!$&'()*,;=-]+$/;
const VARIABLE = /^\{[A-Za-z0-9_.-]+(\+?)\}$/;

/** What an HTTP API would not take of a path, or null. */
function problemOfPath(path: string): string | null {
  if (path === DEFAULT || path === '/') return null;
  if (!path.startsWith('/')) return 'does not begin with a slash';
  // SAM makes the integration and, without a word, no route (aws/serverless-application-model issue 1949).
  if (path.endsWith('/')) return 'ends in a slash';
  const segments = path.slice(1).split('/');
  const greedy = segments.findIndex((segment) => VARIABLE.exec(segment)?.[1] === '+');
  if (greedy !== -1 && greedy !== segments.length - 1) return 'has a greedy variable that is not its end';
  const bad = segments.find((segment) => !LITERAL.test(segment) && !VARIABLE.test(segment));
  return bad === undefined ? null : `has the segment "${bad}"`;
}

/** Two paths that differ in the names of their variables alone catch the same requests. */
const shapeOf = ({ method, path }: TemplateRoute): string =>
  `${method} ${path.replace(/\{[^}+]+(\+?)\}/g, (_, greedy: string) => `{${greedy}}`)}`;

/**
 * What API Gateway would refuse of an API's routes and of the keys of its stage's `RouteSettings`, one sentence each:
 * AWS, "Create routes for HTTP APIs"; a setting whose route does not exist fails the stage, and with it the whole
 * stack.
 */
export function routeProblems(routes: readonly TemplateRoute[], settings: readonly string[]): readonly string[] {
  const keys = routes.map(routeKeyOf);
  const shapes = routes.map(shapeOf);
  const ofRoutes = routes.flatMap((route, index) => {
    const problem = METHODS.has(route.method) ? problemOfPath(route.path) : 'has no method of HTTP';
    const twin = shapes.indexOf(shapes[index] ?? '');
    return [
      ...(problem === null ? [] : [`route ${keys[index]} ${problem}`]),
      ...(twin === index ? [] : [`route ${keys[index]} catches what ${keys[twin]} does`]),
    ];
  });
  const unknown = settings.filter((key) => !keys.includes(key));
  return [...ofRoutes, ...unknown.map((key) => `RouteSettings has ${key}, which is no route`)];
}

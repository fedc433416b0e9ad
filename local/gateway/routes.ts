import { routeKeyOf } from './route-keys.ts';
import type { TemplateRoute } from './template.ts';

/** A route that a request selected, with its path parameters as they are in the decoded path. */
export interface SelectedRoute {
  readonly route: TemplateRoute;
  /** `GET /v1/issuances/{id}`, or `$default`. */
  readonly routeKey: string;
  readonly pathParameters: Readonly<Record<string, string>> | null;
}

type Segments = readonly string[];

const DEFAULT = '$default';

/**
 * `{name}` takes one segment that is not empty, `{name+}` takes all that follow. Null: the path is not the route's.
 *
 * `/sts/{proxy+}` also takes `/sts/`: AWS's page says only that it catches "all child resources", and says nothing of
 * this one; storacha/w3infra has served `/metrics/` by `GET /metrics/{proxy+}` since its pull request 166. A
 * `/{proxy+}` does not take `/`.
 */
function match(pattern: Segments, path: Segments): Record<string, string> | null {
  const parameters: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const greedy = /^\{(.+)\+\}$/.exec(part)?.[1];
    if (greedy !== undefined) {
      const rest = path.slice(index).join('/');
      return path.length <= index || (index === 0 && rest === '') ? null : { ...parameters, [greedy]: rest };
    }
    const segment = path[index];
    const name = /^\{(.+)\}$/.exec(part)?.[1];
    if (segment === undefined || (name === undefined ? segment !== part : segment === '')) return null;
    if (name !== undefined) parameters[name] = segment;
  }
  return pattern.length === path.length ? parameters : null;
}

/** Lower is more specific, segment by segment: a literal, then `{name}`, then `{name+}`. */
const rank = (part: string): number => (part.endsWith('+}') ? 2 : part.startsWith('{') ? 1 : 0);

const isGreedy = (pattern: Segments): boolean => pattern.at(-1)?.endsWith('+}') ?? false;

function moreSpecific(a: Segments, b: Segments): number {
  // A full match comes before a greedy one, whatever their first segments are.
  if (isGreedy(a) !== isGreedy(b)) return isGreedy(a) ? 1 : -1;
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const difference = rank(a[index] ?? '{+}') - rank(b[index] ?? '{+}');
    if (difference !== 0) return difference;
  }
  return 0;
}

const segmentsOf = (path: string): Segments => path.split('/').slice(1);

/**
 * Selects the route of a request as HTTP APIs do: of the paths that match, the most specific; of its methods, the named
 * one before `ANY`; where nothing matches path and method, `$default`. Null: the API has none, and answers 404 itself.
 */
export function selectRoute(routes: readonly TemplateRoute[], method: string, path: string): SelectedRoute | null {
  const candidates = routes
    .filter((route) => route.path !== DEFAULT && (route.method === method || route.method === 'ANY'))
    .flatMap((route) => {
      const pattern = segmentsOf(route.path);
      const parameters = match(pattern, segmentsOf(path));
      return parameters === null ? [] : [{ route, pattern, parameters }];
    })
    .sort(
      (a, b) =>
        moreSpecific(a.pattern, b.pattern) || Number(a.route.method === 'ANY') - Number(b.route.method === 'ANY'),
    );
  const [best] = candidates;
  if (best !== undefined) {
    const { route, parameters } = best;
    const some = Object.keys(parameters).length > 0;
    return { route, routeKey: routeKeyOf(route), pathParameters: some ? parameters : null };
  }
  const fallback = routes.find((route) => route.path === DEFAULT);
  return fallback === undefined ? null : { route: fallback, routeKey: DEFAULT, pathParameters: null };
}

import { isMap, isScalar, parseDocument, type YAMLMap } from 'yaml';
import { parseTemplate } from '../local/gateway/intrinsics.ts';

interface Api {
  readonly routes: ReadonlySet<string>;
  /** Keys of `RouteSettings`. */
  readonly settings: readonly string[];
}

type Values = Readonly<Record<string, unknown>>;
const mapOf = (value: unknown): Values => (typeof value === 'object' && value !== null ? (value as Values) : {});

function apiOf(text: string): Api {
  const resources = Object.values(mapOf(mapOf(parseTemplate(text))['Resources'])).map(mapOf);
  const properties = resources.map((resource) => mapOf(resource['Properties']));
  const events = properties.flatMap((one) =>
    Object.values(mapOf(one['Events'])).map((event) => mapOf(mapOf(event)['Properties'])),
  );
  return {
    routes: new Set(events.map(({ Method: method = 'ANY', Path: path }) => `${String(method)} ${String(path)}`)),
    settings: properties.flatMap((one) => Object.keys(mapOf(one['RouteSettings']))),
  };
}

/**
 * Route keys that `next` has no route for while `deployed` has settings for them. API Gateway takes no update that
 * removes both at once: the route goes first, and the stage's old settings then name what is not there (SAM issue
 * 1939). The settings have to go in an update of their own.
 */
export function routesRemovedWithSettings(deployed: string, next: string): readonly string[] {
  const { settings } = apiOf(deployed);
  const { routes } = apiOf(next);
  return settings.filter((key) => !routes.has(key));
}

const resourcesOf = (document: ReturnType<typeof parseDocument>): readonly YAMLMap[] => {
  const resources = isMap(document.contents) ? document.contents.get('Resources', true) : undefined;
  return isMap(resources)
    ? resources.items.map(({ value }) => value).filter((value): value is YAMLMap => isMap(value))
    : [];
};

/** The deployed template without the settings of these route keys, otherwise as it is: the first of two updates. */
export function withoutSettings(deployed: string, keys: readonly string[]): string {
  const document = parseDocument(deployed, { logLevel: 'silent' });
  for (const resource of resourcesOf(document)) {
    const settings = resource.getIn(['Properties', 'RouteSettings'], true);
    if (!isMap(settings)) continue;
    settings.items = settings.items.filter(({ key }) => !keys.includes(String(isScalar(key) ? key.value : key)));
  }
  return document.toString({ lineWidth: 0 });
}

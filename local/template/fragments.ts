import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isMap, type YAMLMap } from 'yaml';
import { z } from 'zod';
import { readMap } from './nodes.ts';

/** What `functions/<name>.yaml` says, beside CloudFormation's own words in `environment` and `properties`. */
const schema = z.strictObject({
  /** Seconds. API Gateway waits 30 s for an integration. */
  timeout: z.int().min(1).max(900),
  /** It mints or signs for others: reserved concurrency, an alarm on it, and a role that targets trust. */
  mints: z.literal(true).optional(),
  /** It signs for this broker and does not mint: a new version takes over slowly, as with those that mint. */
  signs: z.literal(true).optional(),
  /** Paths of the API, as API Gateway knows them, and the throttle of each; none: it is not called over HTTP. */
  routes: z.record(z.string(), z.string()).optional(),
  /** Beside the routes or alone: how often EventBridge calls it, as `rate(1 minute)`. */
  schedule: z.string().optional(),
  /** Names and groups of template/statements.yaml. */
  may: z.array(z.string()),
  /** Name and sentence of the alarm on its crashes, where they are not `<name>-faults`. */
  faults: z.strictObject({ name: z.string(), says: z.string() }).optional(),
  environment: z.record(z.string(), z.unknown()).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
});

export interface FunctionFragment extends z.infer<typeof schema> {
  /** `sign-in`; `SignIn` as a resource. */
  readonly name: string;
  readonly id: string;
  readonly comment: string | null;
  readonly environmentNode: YAMLMap | null;
  readonly propertiesNode: YAMLMap | null;
}

/** Whether a new version takes over slowly, watched by alarms. */
export const isGuarded = ({ mints, signs }: FunctionFragment): boolean => mints === true || signs === true;

/** `sign-in` as CloudFormation names it: `SignIn`. */
export const pascalCase = (name: string): string =>
  name
    .split('-')
    .map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`)
    .join('');

/** `LedgerFailures` as people name it: `ledger-failures`. */
export const kebabCase = (id: string): string => id.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase();

function nodeAt(map: YAMLMap, key: string): YAMLMap | null {
  const node = map.get(key, true);
  return isMap(node) ? (node as YAMLMap) : null;
}

function readFragment(path: string, name: string): FunctionFragment {
  const map = readMap(path);
  const parsed = schema.safeParse(map.toJSON());
  if (!parsed.success) throw new Error(`${path}: ${z.prettifyError(parsed.error)}`);
  return {
    ...parsed.data,
    name,
    id: pascalCase(name),
    comment: map.commentBefore ?? null,
    environmentNode: nodeAt(map, 'environment'),
    propertiesNode: nodeAt(map, 'properties'),
  };
}

/** The fragments beside the functions, by name. */
export function readFunctions(root: string): readonly FunctionFragment[] {
  return readdirSync(join(root, 'functions'))
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .map((file) => readFragment(join(root, 'functions', file), file.slice(0, -'.yaml'.length)));
}

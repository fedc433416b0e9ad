import { parseDocument, type ScalarTag, type TagId, type YAMLMap, type YAMLSeq } from 'yaml';

/** CloudFormation's short tags, `!Ref X` for `{Ref: X}` and `!Sub X` for `{Fn::Sub: X}`. */
const SHORT_TAGS = [
  'And',
  'Base64',
  'Cidr',
  'Condition',
  'Equals',
  'FindInMap',
  'GetAZs',
  'GetAtt',
  'If',
  'ImportValue',
  'Join',
  'Not',
  'Or',
  'Ref',
  'Select',
  'Split',
  'Sub',
];

const longName = (short: string): string => (short === 'Ref' || short === 'Condition' ? short : `Fn::${short}`);

function tagsOf(short: string): readonly (ScalarTag | TagId)[] {
  const tag = `!${short}`;
  const wrap = (value: unknown): Record<string, unknown> => ({
    [longName(short)]: short === 'GetAtt' && typeof value === 'string' ? value.split('.') : value,
  });
  const collection = (kind: 'map' | 'seq') => ({
    tag,
    collection: kind,
    resolve: (node: YAMLMap | YAMLSeq) => wrap(node.toJSON()),
  });
  return [
    { tag, resolve: (value: string) => wrap(value) },
    // The library's types have these as tags of their own kind; their shape is what its documentation gives.
    collection('seq') as unknown as TagId,
    collection('map') as unknown as TagId,
  ];
}

/** Parses a CloudFormation template; throws what is wrong with its YAML. */
export function parseTemplate(text: string): unknown {
  const document = parseDocument(text, { customTags: (tags) => [...tags, ...SHORT_TAGS.flatMap(tagsOf)] });
  const [problem] = document.errors;
  if (problem !== undefined) throw problem;
  return document.toJS();
}

type Values = Readonly<Record<string, unknown>>;

/** What a template's functions are resolved against. */
export interface Resolution {
  /** Parameters and pseudo parameters (`AWS::Region`). */
  readonly parameters: Values;
  readonly conditions: Values;
  readonly mappings: Values;
  /** `Ref` of a resource, and `GetAtt` of one of its attributes. Undefined: there is no such resource. */
  reference(logicalId: string): unknown;
  attribute(logicalId: string, name: string): unknown;
}

/** Stands for `AWS::NoValue`: the property is as if it had not been written. */
const NO_VALUE: unique symbol = Symbol('AWS::NoValue');

const isMap = (value: unknown): value is Values => typeof value === 'object' && value !== null && !Array.isArray(value);
const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

function referenced(name: string, resolution: Resolution): unknown {
  if (name === 'AWS::NoValue') return NO_VALUE;
  if (name in resolution.parameters) return resolution.parameters[name];
  const value = resolution.reference(name);
  if (value === undefined) throw new Error(`template: Ref of ${name}, which is neither a parameter nor a resource`);
  return value;
}

function substituted(value: unknown, resolution: Resolution): string {
  const [text, variables] = Array.isArray(value) ? value : [value, {}];
  return String(text)
    .replace(/\$\{([^!}][^}]*)\}/g, (_, name: string) => {
      if (isMap(variables) && name in variables) return String(resolveValue(variables[name], resolution));
      const [logicalId = '', ...attribute] = name.split('.');
      const found =
        attribute.length === 0 ? referenced(name, resolution) : resolution.attribute(logicalId, attribute.join('.'));
      return String(found);
    })
    .replaceAll('${!', '${');
}

function holds(condition: unknown, resolution: Resolution): boolean {
  if (typeof condition === 'string') return holds(resolution.conditions[condition], resolution);
  return resolveValue(condition, resolution) === true;
}

function call(name: string, argument: unknown, resolution: Resolution): unknown {
  const [first, second, third] = asList(argument);
  const resolved = (value: unknown): unknown => resolveValue(value, resolution);
  switch (name) {
    case 'Ref':
      return referenced(String(argument), resolution);
    case 'Fn::Sub':
      return substituted(argument, resolution);
    case 'Fn::GetAtt':
      return resolution.attribute(String(first), asList(argument).slice(1).join('.'));
    case 'Condition':
      return holds(argument, resolution);
    case 'Fn::If':
      return resolved(holds(String(first), resolution) ? second : third);
    case 'Fn::Equals':
      return String(resolved(first)) === String(resolved(second));
    case 'Fn::Not':
      return !holds(isMap(first) ? first : String(first), resolution);
    case 'Fn::And':
      return asList(argument).every((each) => holds(each, resolution));
    case 'Fn::Or':
      return asList(argument).some((each) => holds(each, resolution));
    case 'Fn::Join':
      return asList(resolved(second)).join(String(first));
    case 'Fn::Select':
      return asList(resolved(second))[Number(resolved(first))];
    case 'Fn::Split':
      return String(resolved(second)).split(String(first));
    case 'Fn::FindInMap':
      return asList(argument).reduce<unknown>((at, key) => {
        const name = String(resolved(key));
        return at === null ? resolution.mappings[name] : isMap(at) ? at[name] : undefined;
      }, null);
    default:
      throw new Error(`template: ${name} is not known to the local stack`);
  }
}

const FUNCTION_NAME = /^(?:Ref|Condition|Fn::[A-Za-z]+)$/;

/** The value with every function in it resolved; members and items that come to `AWS::NoValue` are left out. */
export function resolveValue(value: unknown, resolution: Resolution): unknown {
  if (Array.isArray(value))
    return value.map((each) => resolveValue(each, resolution)).filter((each) => each !== NO_VALUE);
  if (!isMap(value)) return value;
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only !== undefined && FUNCTION_NAME.test(only[0]))
    return call(only[0], only[1], resolution);
  return Object.fromEntries(
    entries.map(([key, each]) => [key, resolveValue(each, resolution)]).filter(([, each]) => each !== NO_VALUE),
  );
}

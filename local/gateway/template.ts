import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseTemplate, type Resolution, resolveValue } from './intrinsics.ts';
import { routeProblems } from './route-keys.ts';

/** One function of the template, its environment resolved for this stack. */
export interface TemplateFunction {
  readonly logicalId: string;
  /** Name of the folder below `dist/functions/`. */
  readonly name: string;
  readonly handler: string;
  readonly memoryMegabytes: number;
  readonly timeoutSeconds: number;
  readonly environment: Readonly<Record<string, string>>;
}

/** One route of the HTTP API: `GET`, `ANY` …, and a path with `{parameter}` or `{proxy+}` segments, or `$default`. */
export interface TemplateRoute {
  readonly method: string;
  readonly path: string;
  readonly function: string;
}

/** A secret that the deployment makes, with its first value. */
export interface TemplateSecret {
  readonly name: string;
  readonly value: string;
  /** Logical id of the function that rotates it, also once at creation; null: nothing does. */
  readonly rotatedBy: string | null;
}

/** A function that EventBridge calls by the clock. */
export interface TemplateSchedule {
  readonly function: string;
  readonly everyMinutes: number;
}

export interface Template {
  readonly functions: readonly TemplateFunction[];
  readonly routes: readonly TemplateRoute[];
  readonly secrets: readonly TemplateSecret[];
  readonly schedules: readonly TemplateSchedule[];
  /** Names of the S3 buckets. */
  readonly buckets: readonly string[];
}

type Values = Readonly<Record<string, unknown>>;

export const REGION = 'us-east-1';
export const ACCOUNT = '000000000000';

const isMap = (value: unknown): value is Values => typeof value === 'object' && value !== null && !Array.isArray(value);
const mapOf = (value: unknown): Values => (isMap(value) ? value : {});

/** Parameter values: given here, else the template's default. A parameter with neither is an error when it is used. */
function parametersOf(template: Values, given: Readonly<Record<string, string>>, region: string): Values {
  const declared = Object.entries(mapOf(template['Parameters'])).flatMap(([name, parameter]) => {
    const value = given[name] ?? mapOf(parameter)['Default'];
    return value === undefined ? [] : [[name, value]];
  });
  return {
    ...Object.fromEntries(declared),
    'AWS::Region': region,
    'AWS::AccountId': ACCOUNT,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': 'token-broker-local',
    'AWS::StackId': `arn:aws:cloudformation:${region}:${ACCOUNT}:stack/token-broker-local/local`,
  };
}

/** The property that `Ref` gives, for the kinds of resource that a function's environment may name. */
const REF_PROPERTY: Readonly<Record<string, string>> = {
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::SecretsManager::Secret': 'Name',
  'AWS::Serverless::Function': 'FunctionName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::S3::Bucket': 'BucketName',
};

function resolutionOf(template: Values, parameters: Values): Resolution {
  const resources = mapOf(template['Resources']);
  const resolution: Resolution = {
    parameters,
    conditions: mapOf(template['Conditions']),
    mappings: mapOf(template['Mappings']),
    reference(logicalId) {
      const resource = resources[logicalId];
      if (!isMap(resource)) return undefined;
      const property = mapOf(resource['Properties'])[REF_PROPERTY[String(resource['Type'])] ?? ''];
      return property === undefined ? logicalId : resolveValue(property, resolution);
    },
    attribute(logicalId, name) {
      const physical = this.reference(logicalId);
      if (physical === undefined) throw new Error(`template: GetAtt of ${logicalId}, which is no resource`);
      return name === 'Arn'
        ? `arn:aws:local:${parameters['AWS::Region']}:${ACCOUNT}:${physical}`
        : `${physical}.${name}`;
    },
  };
  return resolution;
}

function environmentOf(globals: Values, properties: Values, resolution: Resolution): Record<string, string> {
  const written = (from: Values): Values => mapOf(mapOf(from['Environment'])['Variables']);
  const variables = mapOf(resolveValue({ ...written(globals), ...written(properties) }, resolution));
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, String(value)]));
}

function functionOf(logicalId: string, globals: Values, properties: Values, resolution: Resolution): TemplateFunction {
  const property = (name: string): unknown => resolveValue(properties[name] ?? globals[name], resolution);
  return {
    logicalId,
    name: basename(String(property('CodeUri'))),
    handler: String(property('Handler')),
    memoryMegabytes: Number(property('MemorySize') ?? 128),
    timeoutSeconds: Number(property('Timeout') ?? 3),
    environment: environmentOf(globals, properties, resolution),
  };
}

function routesOf(logicalId: string, properties: Values, resolution: Resolution): readonly TemplateRoute[] {
  return Object.values(mapOf(properties['Events'])).flatMap((event) => {
    if (!isMap(event) || event['Type'] !== 'HttpApi') return [];
    const at = mapOf(resolveValue(event['Properties'] ?? {}, resolution));
    // SAM: an HttpApi event without a path is the API's $default route; without a method, any.
    const method = String(at['Method'] ?? 'ANY').toUpperCase();
    return [
      {
        method: method === 'X-AMAZON-APIGATEWAY-ANY-METHOD' ? 'ANY' : method,
        path: String(at['Path'] ?? '$default'),
        function: logicalId,
      },
    ];
  });
}

function schedulesOf(logicalId: string, properties: Values): readonly TemplateSchedule[] {
  return Object.values(mapOf(properties['Events'])).flatMap((event) => {
    if (!isMap(event) || event['Type'] !== 'Schedule') return [];
    const expression = String(mapOf(event['Properties'])['Schedule']);
    const [, count, unit = 'minute'] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
    if (count === undefined) throw new Error(`template: the local stack reads no schedule but rate(): ${expression}`);
    return [{ function: logicalId, everyMinutes: Number(count) * (MINUTES[unit] ?? 1) }];
  });
}

const MINUTES: Readonly<Record<string, number>> = { minute: 1, hour: 60, day: 1_440 };

/** Keys of `RouteSettings` of the APIs. */
const settingsOf = (template: Values): readonly string[] =>
  Object.values(mapOf(template['Resources'])).flatMap((resource) =>
    Object.keys(mapOf(mapOf(mapOf(resource)['Properties'])['RouteSettings'])),
  );

/** Of a secret whose value Secrets Manager makes up (`GenerateSecretString`). */
const GENERATED_BYTES = 32;

/** Logical id in `!GetAtt Rotate.Arn` or `!Ref SigningKeys`. */
function logicalId(reference: unknown): string {
  const { Ref: ref, 'Fn::GetAtt': attribute } = mapOf(reference);
  return String(Array.isArray(attribute) ? attribute[0] : ref);
}

function secretsOf(template: Values, resolution: Resolution): readonly TemplateSecret[] {
  const resources = Object.entries(mapOf(template['Resources'])).map(
    ([id, resource]) => [id, mapOf(resource)] as const,
  );
  const schedules = resources
    .filter(([, { Type: type }]) => type === 'AWS::SecretsManager::RotationSchedule')
    .map(([, { Properties: properties }]) => mapOf(properties));
  return resources
    .filter(([, { Type: type }]) => type === 'AWS::SecretsManager::Secret')
    .map(([id, { Properties: properties }]) => {
      const { Name: name, GenerateSecretString: generated, ...given } = mapOf(resolveValue(properties, resolution));
      const value =
        generated === undefined ? (given['SecretString'] ?? '{}') : randomBytes(GENERATED_BYTES).toString('hex');
      const schedule = schedules.find(({ SecretId: secret }) => logicalId(secret) === id);
      const rotatedBy = schedule === undefined ? null : logicalId(schedule['RotationLambdaARN']);
      return { name: String(name), value: String(value), rotatedBy };
    });
}

const bucketsOf = (template: Values, resolution: Resolution): readonly string[] =>
  Object.entries(mapOf(template['Resources']))
    .filter(([, resource]) => mapOf(resource)['Type'] === 'AWS::S3::Bucket')
    .map(([logicalId]) => String(resolution.reference(logicalId)));

/**
 * Reads the functions, routes, schedules, buckets and secrets of a SAM template: what `AWS::Serverless::Function`
 * resources say, with `Globals`, parameters (`given` over the template's defaults) and CloudFormation's functions
 * resolved. Throws where the template names something that it does not define, or has a route that API Gateway would
 * refuse.
 */
export function readTemplate(path: string, given: Readonly<Record<string, string>>, region: string = REGION): Template {
  const template = mapOf(parseTemplate(readFileSync(path, 'utf8')));
  const globals = mapOf(mapOf(template['Globals'])['Function']);
  const resolution = resolutionOf(template, parametersOf(template, given, region));
  const declared = Object.entries(mapOf(template['Resources'])).flatMap(([logicalId, resource]) => {
    if (!isMap(resource) || resource['Type'] !== 'AWS::Serverless::Function') return [];
    const { Condition: condition } = resource;
    if (typeof condition === 'string' && resolveValue({ Condition: condition }, resolution) !== true) return [];
    return [{ logicalId, properties: mapOf(resource['Properties']) }];
  });
  const routes = declared.flatMap(({ logicalId, properties }) => routesOf(logicalId, properties, resolution));
  const problems = routeProblems(routes, settingsOf(template));
  if (problems.length > 0) throw new Error(`template: API Gateway would refuse it: ${problems.join('; ')}`);
  return {
    functions: declared.map(({ logicalId, properties }) => functionOf(logicalId, globals, properties, resolution)),
    routes,
    secrets: secretsOf(template, resolution),
    schedules: declared.flatMap(({ logicalId, properties }) => schedulesOf(logicalId, properties)),
    buckets: bucketsOf(template, resolution),
  };
}

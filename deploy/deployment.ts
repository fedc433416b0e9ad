import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseTemplate, type Resolution, resolveValue } from '../local/gateway/intrinsics.ts';

export interface TemplateDocument {
  readonly Parameters: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly Conditions: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<Record<string, Resource>>;
}

interface Resource {
  readonly Type: string;
  readonly Condition?: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** The template below `root`, its short tags written out, nothing resolved. */
export const readDocument = (root: string): TemplateDocument =>
  parseTemplate(readFileSync(join(root, 'template.yaml'), 'utf8')) as TemplateDocument;

/** Where a deployment goes, and with which parameters. */
export interface Deployment {
  readonly account: string;
  readonly region: string;
  /** `aws`, `aws-cn`, `aws-us-gov`, `aws-eusc` … */
  readonly partition: string;
  readonly stackName: string;
  /** `create`: there is no such stack yet. */
  readonly kind: 'create' | 'update';
  /** Every parameter of the template: given now, else in force, else the default. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly template: TemplateDocument;
}

/** Values of the template's parameters: the first of `sources` that has one, else the default. */
export function parameterValues(
  { Parameters: declared }: TemplateDocument,
  ...sources: readonly Readonly<Record<string, string>>[]
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(declared).map(([name, parameter]) => {
      const value = sources.find((source) => source[name] !== undefined)?.[name] ?? parameter['Default'] ?? '';
      return [name, String(value)];
    }),
  );
}

/** A resource that the template names itself, so that its name has to be free. */
export interface NamedResource {
  readonly type: string;
  readonly name: string;
}

const NAME_PROPERTIES: Readonly<Record<string, string>> = {
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::SecretsManager::Secret': 'Name',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::IAM::Role': 'RoleName',
  'AWS::IAM::ManagedPolicy': 'ManagedPolicyName',
  'AWS::ApiGatewayV2::DomainName': 'DomainName',
};

/** The names that a deployment would take. */
export function namedResources({
  template,
  parameters,
  region,
  account,
  partition,
}: Deployment): readonly NamedResource[] {
  const pseudo = { 'AWS::Region': region, 'AWS::AccountId': account, 'AWS::Partition': partition };
  const resolution: Resolution = {
    parameters: { ...parameters, ...pseudo },
    conditions: template.Conditions,
    mappings: {},
    reference: (logicalId) => logicalId,
    attribute: (logicalId, name) => `${logicalId}.${name}`,
  };
  return Object.values(template.Resources).flatMap(({ Type: type, Condition: condition, Properties: properties }) => {
    const property = NAME_PROPERTIES[type];
    if (property === undefined || properties?.[property] === undefined) return [];
    if (condition !== undefined && resolveValue({ Condition: condition }, resolution) !== true) return [];
    return [{ type, name: String(resolveValue(properties[property], resolution)) }];
  });
}

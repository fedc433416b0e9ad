import { describe, expect, it } from '@jest/globals';
import { createTableInput } from '../../lib/aws/dynamodb/create-tables.ts';
import { TABLES, TTL_ATTRIBUTE } from '../../lib/aws/dynamodb/tables.ts';
import { type Resource, resourcesOf, template } from './document.ts';

const tables = resourcesOf('AWS::DynamoDB::Table');
const secrets = resourcesOf('AWS::SecretsManager::Secret');

const byName = (attributes: unknown): unknown[] =>
  [...(attributes as { AttributeName: string }[])].sort((one, other) =>
    one.AttributeName.localeCompare(other.AttributeName),
  );

describe('what the template keeps', () => {
  it.each([...tables, ...secrets, ...resourcesOf('AWS::S3::Bucket'), ...resourcesOf('AWS::Logs::LogGroup')])(
    '%s outlives the stack, once its creation has succeeded',
    (_, resource) => {
      expect(resource.DeletionPolicy).toBe('RetainExceptOnCreate');
      expect(resource.UpdateReplacePolicy).toBe('Retain');
    },
  );

  it.each(tables)('%s is on demand, encrypted and protected from deletion', (_, { Properties: properties }) => {
    expect(properties['BillingMode']).toBe('PAY_PER_REQUEST');
    expect(properties['DeletionProtectionEnabled']).toEqual({ Ref: 'DeletionProtection' });
    expect(properties['SSESpecification']).toMatchObject({ SSEEnabled: true, SSEType: 'KMS' });
  });

  it.each(TABLES.map((table) => [table.suffix, table] as const))(
    'the table %s is the one that lib/aws reads and writes',
    (suffix, table) => {
      const found = tables.find(([, { Properties: properties }]) => {
        return (properties['TableName'] as { 'Fn::Sub': string })['Fn::Sub'] === `\${TablePrefix}-${suffix}`;
      });
      const { TableName: _, AttributeDefinitions: attributes, ...wanted } = createTableInput('any', table);
      expect(found?.[1].Properties).toMatchObject(wanted);
      expect(byName(found?.[1].Properties['AttributeDefinitions'])).toEqual(byName(attributes));
      const indexes = (found?.[1].Properties['GlobalSecondaryIndexes'] ?? []) as readonly object[];
      expect(indexes).toHaveLength(wanted.GlobalSecondaryIndexes?.length ?? 0);
      expect(found?.[1].Properties['TimeToLiveSpecification']).toEqual(
        table.ttl === null ? undefined : { AttributeName: TTL_ATTRIBUTE, Enabled: true },
      );
    },
  );

  it('has a stream of the ledger alone, which the archive follows', () => {
    const streams = tables.flatMap(([id, { Properties: properties }]) =>
      properties['StreamSpecification'] === undefined ? [] : [[id, properties['StreamSpecification']]],
    );
    expect(streams).toEqual([['LedgerTable', { StreamViewType: 'NEW_IMAGE' }]]);
    expect(template.Resources['LedgerStream']?.Properties).toMatchObject({
      EventSourceArn: { 'Fn::GetAtt': ['LedgerTable', 'StreamArn'] },
      FunctionName: { Ref: 'Archive' },
      StartingPosition: 'TRIM_HORIZON',
    });
    // Neither a number of tries nor an age: what fails is brought again for as long as the stream has it.
    expect(Object.keys(template.Resources['LedgerStream']?.Properties ?? {})).not.toContain('MaximumRetryAttempts');
  });

  it('has a bucket that keeps versions under Object Lock, for nobody outside', () => {
    const [[, bucket] = []] = resourcesOf('AWS::S3::Bucket');
    expect(bucket?.Properties).toMatchObject({
      ObjectLockEnabled: true,
      VersioningConfiguration: { Status: 'Enabled' },
      PublicAccessBlockConfiguration: { BlockPublicPolicy: true, RestrictPublicBuckets: true },
    });
  });

  it('has no other table', () => {
    expect(tables).toHaveLength(TABLES.length);
  });

  it('can be restored to a point in time where it cannot be had again: the ledger and the configuration', () => {
    const recoverable = tables.flatMap(([id, { Properties: properties }]) => {
      const { PointInTimeRecoveryEnabled: on } = properties['PointInTimeRecoverySpecification'] as Record<
        string,
        boolean
      >;
      return on ? [id] : [];
    });
    expect(recoverable.sort()).toEqual(['ConfigTable', 'LedgerTable']);
  });

  it.each(secrets)('%s stands in the template without a secret', (_, { Properties: properties }) => {
    // Empty until a rotation fills it, or made up by Secrets Manager where nobody sees it.
    const { SecretString: given, GenerateSecretString: made } = properties;
    expect([given, made]).toEqual(made === undefined ? ['{}', undefined] : [undefined, expect.any(Object)]);
  });

  it('has no parameter that would hold a secret', () => {
    expect(Object.values(template.Parameters).filter((parameter) => parameter['NoEcho'] !== undefined)).toEqual([]);
  });

  it.each(tables)('%s and its indexes have a ceiling, and room ahead of a step where that is asked for', (_, table) => {
    const indexes = (table.Properties['GlobalSecondaryIndexes'] ?? []) as readonly Resource['Properties'][];
    for (const place of [table.Properties, ...indexes]) {
      expect(place['OnDemandThroughput']).toEqual({
        MaxReadRequestUnits: { Ref: 'MaxReadUnits' },
        MaxWriteRequestUnits: { Ref: 'MaxWriteUnits' },
      });
      expect(place['WarmThroughput']).toEqual({
        'Fn::If': [
          'HasWarmThroughput',
          { ReadUnitsPerSecond: { Ref: 'WarmReadUnits' }, WriteUnitsPerSecond: { Ref: 'WarmWriteUnits' } },
          { Ref: 'AWS::NoValue' },
        ],
      });
    }
  });

  it('is not protected from deletion until the first deployment has succeeded', () => {
    expect(template.Parameters['DeletionProtection']).toMatchObject({ Default: 'false' });
  });

  it.each(secrets)('%s has a copy in another Region where one is named', (_, { Properties: properties }) => {
    expect(JSON.stringify(properties['ReplicaRegions'])).toMatch(/HasKeyReplica.*KeyReplicaRegion.*AWS::NoValue/);
  });
});

import { describe, expect, it } from '@jest/globals';
import { resourcesOf, template } from './document.ts';

const tables = resourcesOf('AWS::DynamoDB::Table');
const secrets = resourcesOf('AWS::SecretsManager::Secret');

describe('what the template keeps', () => {
  it.each([...tables, ...secrets, ...resourcesOf('AWS::Logs::LogGroup')])('%s outlives the stack', (_, resource) => {
    expect(resource.DeletionPolicy).toBe('Retain');
    expect(resource.UpdateReplacePolicy).toBe('Retain');
  });

  it.each(tables)('%s is on demand, encrypted and protected from deletion', (_, { Properties: properties }) => {
    expect(properties['BillingMode']).toBe('PAY_PER_REQUEST');
    expect(properties['DeletionProtectionEnabled']).toBe(true);
    expect(properties['SSESpecification']).toMatchObject({ SSEEnabled: true, SSEType: 'KMS' });
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
    expect(properties['SecretString']).toBe('{}');
    expect(properties['GenerateSecretString']).toBeUndefined();
  });

  it('has no parameter that would hold a secret', () => {
    expect(Object.values(template.Parameters).filter((parameter) => parameter['NoEcho'] !== undefined)).toEqual([]);
  });
});

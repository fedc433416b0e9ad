import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetRandomPasswordCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  SecretsManagerClient,
  TagResourceCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type SecretsManager, startSecretsManager } from '../../../local/endpoints/secrets-manager.ts';

let endpoint: SecretsManager;
let client: SecretsManagerClient;
let name: string;
let count = 0;

const id = (digit: number): string => `${digit}`.repeat(32);

beforeAll(async () => {
  endpoint = await startSecretsManager(0);
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  client = new SecretsManagerClient({ region: 'us-east-1', endpoint: endpoint.url, credentials, maxAttempts: 1 });
});

afterAll(async () => {
  client.destroy();
  await endpoint.stop();
});

beforeEach(async () => {
  count += 1;
  name = `token-broker/clients/c${count}`;
  const first = { Name: name, SecretString: 'one', ClientRequestToken: id(1) };
  await client.send(new CreateSecretCommand({ ...first, Tags: [{ Key: 'token-broker:host', Value: 'h' }] }));
});

const value = async (of: { VersionId?: string; VersionStage?: string } = {}) =>
  (await client.send(new GetSecretValueCommand({ SecretId: name, ...of }))).SecretString;

const stages = async () => (await client.send(new DescribeSecretCommand({ SecretId: name }))).VersionIdsToStages;

describe('a secret', () => {
  it('has its value under the current stage, by name and by ARN, with its tags', async () => {
    const described = await client.send(new DescribeSecretCommand({ SecretId: name }));
    expect(described.ARN).toMatch(
      new RegExp(`^arn:aws:secretsmanager:us-east-1:[0-9]{12}:secret:${name}-[A-Za-z0-9]{6}$`),
    );
    expect(described.Tags).toEqual([{ Key: 'token-broker:host', Value: 'h' }]);
    const byArn = await client.send(new GetSecretValueCommand({ SecretId: described.ARN }));
    expect(byArn).toMatchObject({ Name: name, SecretString: 'one', VersionId: id(1), VersionStages: ['AWSCURRENT'] });
    expect(byArn.CreatedDate).toBeInstanceOf(Date);
  });

  it('keeps the value before as the previous one', async () => {
    await client.send(new PutSecretValueCommand({ SecretId: name, SecretString: 'two', ClientRequestToken: id(2) }));
    await client.send(new PutSecretValueCommand({ SecretId: name, SecretString: 'three', ClientRequestToken: id(3) }));
    expect(await stages()).toEqual({ [id(3)]: ['AWSCURRENT'], [id(2)]: ['AWSPREVIOUS'] });
    expect([await value(), await value({ VersionStage: 'AWSPREVIOUS' }), await value({ VersionId: id(1) })]).toEqual([
      'three',
      'two',
      'one',
    ]);
  });

  it('takes the same version again only with the same value', async () => {
    const again = (SecretString: string) =>
      client.send(new PutSecretValueCommand({ SecretId: name, SecretString, ClientRequestToken: id(1) }));
    await again('one');
    await expect(again('other')).rejects.toMatchObject({ name: 'ResourceExistsException' });
    expect(await value()).toBe('one');
  });

  it('has a pending value beside the current one, and a stage moves only from the version that is named', async () => {
    const pending = { SecretString: 'two', ClientRequestToken: id(2), VersionStages: ['AWSPENDING'] };
    await client.send(new PutSecretValueCommand({ SecretId: name, ...pending }));
    expect(await value()).toBe('one');
    const move = { SecretId: name, VersionStage: 'AWSCURRENT', MoveToVersionId: id(2) };
    await expect(client.send(new UpdateSecretVersionStageCommand(move))).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
    await client.send(new UpdateSecretVersionStageCommand({ ...move, RemoveFromVersionId: id(1) }));
    expect([await value(), await value({ VersionStage: 'AWSPREVIOUS' })]).toEqual(['two', 'one']);
  });

  it('is rotated in four steps by the function that is set up, on a pending version without a value', async () => {
    const seen: string[] = [];
    endpoint.rotateWith(async (arn, version) => {
      const { VersionIdsToStages } = await client.send(new DescribeSecretCommand({ SecretId: arn }));
      seen.push(...(VersionIdsToStages?.[version] ?? []));
      const missing = { SecretId: arn, VersionId: version, VersionStage: 'AWSPENDING' };
      await expect(client.send(new GetSecretValueCommand(missing))).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
      });
      const put = { SecretString: 'rotated', ClientRequestToken: version, VersionStages: ['AWSPENDING'] };
      await client.send(new PutSecretValueCommand({ SecretId: arn, ...put }));
      return true;
    });
    expect(await endpoint.rotate(name)).toBe(true);
    expect(seen).toEqual(['AWSPENDING']);
    expect(await value({ VersionStage: 'AWSPENDING' })).toBe('rotated');
    expect((await client.send(new RotateSecretCommand({ SecretId: name }))).VersionId).toEqual(expect.any(String));
  });

  it('can be tagged and listed', async () => {
    await client.send(new TagResourceCommand({ SecretId: name, Tags: [{ Key: 'k', Value: 'v' }] }));
    const { SecretList } = await client.send(new ListSecretsCommand({}));
    expect(SecretList?.find(({ Name }) => Name === name)?.Tags).toContainEqual({ Key: 'k', Value: 'v' });
  });

  it('that is being deleted gives no value; one that is deleted is not there', async () => {
    await client.send(new DeleteSecretCommand({ SecretId: name }));
    await expect(value()).rejects.toMatchObject({ name: 'InvalidRequestException' });
    await client.send(new DeleteSecretCommand({ SecretId: name, ForceDeleteWithoutRecovery: true }));
    await expect(value()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});

describe('Secrets Manager refuses', () => {
  it.each([
    [
      'a secret that is not there',
      () => client.send(new GetSecretValueCommand({ SecretId: 'nothing' })),
      'ResourceNotFoundException',
    ],
    ['a stage that no version has', () => value({ VersionStage: 'AWSPREVIOUS' }), 'ResourceNotFoundException'],
    ['a version that is not there', () => value({ VersionId: id(9) }), 'ResourceNotFoundException'],
    [
      'a name that is taken',
      () => client.send(new CreateSecretCommand({ Name: name, SecretString: 'x' })),
      'ResourceExistsException',
    ],
    [
      'a version without a value',
      () => client.send(new PutSecretValueCommand({ SecretId: name })),
      'InvalidRequestException',
    ],
  ])('%s', async (_, call, code) => {
    await expect(call()).rejects.toMatchObject({ name: code, $metadata: { httpStatusCode: 400 } });
  });
});

describe('a random password', () => {
  it('has the length and leaves out what was asked', async () => {
    const asked = { PasswordLength: 64, ExcludePunctuation: true, ExcludeCharacters: 'abc' };
    const { RandomPassword } = await client.send(new GetRandomPasswordCommand(asked));
    expect(RandomPassword).toMatch(/^[d-zA-Z0-9]{64}$/);
  });
});

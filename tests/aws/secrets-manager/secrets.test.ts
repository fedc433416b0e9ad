import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
  SecretsManagerServiceException,
} from '@aws-sdk/client-secrets-manager';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { secretsManagerSecrets } from '../../../lib/aws/secrets-manager/secrets.ts';
import { Fault } from '../../../lib/outcome.ts';
import { epochMilliseconds, milliseconds } from '../../../lib/time.ts';
import { overSdkSecretsManager } from '../over-sdk.ts';

const NAME = 'token-broker/clients/nightly-bot';
const START = Date.parse('2026-11-21T09:00:00Z');
const ROTATED = '2026-11-21T08:00:00Z';

const aws = mockClient(SecretsManagerClient);
const forever = new AbortController().signal;

const refusal = (name: string, status: number) =>
  new SecretsManagerServiceException({
    name,
    message: `arn:aws:secretsmanager:eu-west-1:111122223333:secret:${NAME}`,
    $fault: status < 500 ? 'client' : 'server',
    $metadata: { httpStatusCode: status },
  });
const missing = () => new ResourceNotFoundException({ message: 'none', $metadata: {} });

function answers() {
  const value = (stage: string) => aws.on(GetSecretValueCommand, { SecretId: NAME, VersionStage: stage });
  aws.on(DescribeSecretCommand).resolves({ Tags: [{ Key: 'token-broker:host', Value: 'login.example.com' }] });
  value('AWSCURRENT').resolves({ SecretString: 'new', VersionId: 'v2', CreatedDate: new Date(ROTATED) });
  value('AWSPREVIOUS').resolves({ SecretString: 'old', VersionId: 'v1', CreatedDate: new Date(0) });
  return { value };
}

function secretsAt(times: { now: number }, own: readonly string[] = []) {
  const client = overSdkSecretsManager(new SecretsManagerClient({ region: 'eu-west-1' }));
  return secretsManagerSecrets({ client, clock: { now: () => epochMilliseconds(times.now) }, own });
}

const reads = () => aws.commandCalls(GetSecretValueCommand, { VersionStage: 'AWSCURRENT' }).length;

beforeEach(() => {
  aws.reset();
});

describe('a secret', () => {
  it('is its current and its previous version, which was retired when the current one was made', async () => {
    answers();
    const tags = { 'token-broker:host': 'login.example.com' };
    expect(await secretsAt({ now: START }).read(NAME, forever)).toEqual({
      current: { value: 'new', versionId: 'v2', tags },
      previous: { value: 'old', versionId: 'v1', tags, retiredAt: Date.parse(ROTATED) },
    });
  });

  it('has no previous version before its first rotation', async () => {
    answers().value('AWSPREVIOUS').rejects(missing());
    expect(await secretsAt({ now: START }).read(NAME, forever)).toMatchObject({ previous: null });
  });

  it('has no previous version where a rotation between two reads shows one version twice', async () => {
    answers().value('AWSPREVIOUS').resolves({ SecretString: 'new', VersionId: 'v2' });
    expect(await secretsAt({ now: START }).read(NAME, forever)).toMatchObject({ previous: null });
  });

  it('is none where Secrets Manager has none of that name', async () => {
    aws.onAnyCommand().rejects(missing());
    expect(await secretsAt({ now: START }).read(NAME, forever)).toBeNull();
  });

  it('is none while it waits for its deletion', async () => {
    aws.on(DescribeSecretCommand).resolves({ DeletedDate: new Date(ROTATED) });
    aws.on(GetSecretValueCommand).rejects(refusal('InvalidRequestException', 400));
    expect(await secretsAt({ now: START }).read(NAME, forever)).toBeNull();
  });

  it('has no tags where the function may not read them, so that it is sent to no host', async () => {
    answers();
    aws.on(DescribeSecretCommand).rejects(refusal('AccessDeniedException', 400));
    expect(await secretsAt({ now: START }).read(NAME, forever)).toMatchObject({ current: { value: 'new', tags: {} } });
  });

  it.each([
    ['is throttled', refusal('ThrottlingException', 400)],
    ['may not be read', refusal('AccessDeniedException', 400)],
    ['cannot be decrypted', refusal('DecryptionFailure', 400)],
    ['cannot be had for an error of AWS', refusal('InternalServiceError', 500)],
    ['cannot be reached', new Error('ECONNREFUSED')],
  ])('that %s is a fault, never an answer, and the fault says nothing of it', async (_name, error) => {
    answers().value('AWSCURRENT').rejects(error);
    const failure = secretsAt({ now: START }).read(NAME, forever);
    await expect(failure).rejects.toMatchObject({ name: 'Fault', dependency: 'secrets' });
    await expect(failure).rejects.not.toMatchObject({ message: expect.stringContaining('nightly-bot') });
  });

  it.each([
    ['binary', { SecretBinary: new Uint8Array([1]), VersionId: 'v2' }],
    ['empty', { SecretString: '', VersionId: 'v2' }],
    ['without a version', { SecretString: 'new' }],
  ])('that is %s is a fault', async (_name, answer) => {
    answers().value('AWSCURRENT').resolves(answer);
    await expect(secretsAt({ now: START }).read(NAME, forever)).rejects.toMatchObject({ dependency: 'secrets' });
  });
});

describe('what was read', () => {
  it.each([
    [59_999, 1],
    [60_000, 2],
    [-1, 2],
  ])('%i ms later has taken %i reads', async (later, times) => {
    answers();
    const clock = { now: START };
    const secrets = secretsAt(clock);
    await secrets.read(NAME, forever);
    clock.now += later;
    await secrets.read(NAME, forever);
    expect(reads()).toBe(times);
  });

  it('is read once for all who ask at once', async () => {
    answers();
    const secrets = secretsAt({ now: START });
    await Promise.all(Array.from({ length: 50 }, () => secrets.read(NAME, forever)));
    expect(reads()).toBe(1);
  });

  it('is not kept when it failed', async () => {
    const { value } = answers();
    value('AWSCURRENT').rejectsOnce(refusal('ThrottlingException', 400)).resolves({
      SecretString: 'new',
      VersionId: 'v2',
    });
    const secrets = secretsAt({ now: START });
    await expect(secrets.read(NAME, forever)).rejects.toBeInstanceOf(Fault);
    expect(await secrets.read(NAME, forever)).toMatchObject({ current: { value: 'new' } });
  });

  it('is kept alike where there is none, so that an absent secret takes no other time than a present one', async () => {
    const { value } = answers();
    value('AWSCURRENT').rejectsOnce(missing()).resolves({ SecretString: 'new', VersionId: 'v2' });
    aws.on(DescribeSecretCommand).resolves({});
    const clock = { now: START };
    const secrets = secretsAt(clock);
    expect(await secrets.read(NAME, forever)).toBeNull();
    clock.now += 59_999;
    expect(await secrets.read(NAME, forever)).toBeNull();
    clock.now += 1;
    expect(await secrets.read(NAME, forever)).toMatchObject({ current: { value: 'new' } });
  });

  it.each([
    ['no older than was asked for', 1_000, 999, 1],
    ['anew at that age', 1_000, 1_000, 2],
    ['each time where no age will do', 0, 0, 2],
    ['after 60 s whatever age was asked for', 3_600_000, 60_000, 2],
  ])('is read %s', async (_, age, laterMs, times) => {
    answers();
    const clock = { now: START };
    const secrets = secretsAt(clock);
    await secrets.read(NAME, forever, milliseconds(age));
    clock.now += laterMs;
    await secrets.read(NAME, forever, milliseconds(age));
    expect(reads()).toBe(times);
  });

  it('is read anew where the copy did not fit, at most once in two seconds', async () => {
    answers();
    const clock = { now: START };
    const secrets = secretsAt(clock);
    await secrets.read(NAME, forever);
    await secrets.read(NAME, forever, 'fresh');
    expect(reads()).toBe(2);
    clock.now += 1_999;
    await secrets.read(NAME, forever, 'fresh');
    expect(reads()).toBe(2);
    clock.now += 1;
    await secrets.read(NAME, forever, 'fresh');
    expect(reads()).toBe(3);
  });

  it('is not used beyond its time, even in an outage', async () => {
    const { value } = answers();
    const clock = { now: START };
    const secrets = secretsAt(clock);
    await secrets.read(NAME, forever);
    value('AWSCURRENT').rejects(refusal('InternalServiceError', 500));
    clock.now += 60_000;
    await expect(secrets.read(NAME, forever)).rejects.toBeInstanceOf(Fault);
  });

  it('still comes to one caller where another stops waiting', async () => {
    answers()
      .value('AWSCURRENT')
      .callsFake(async () => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        return { SecretString: 'new', VersionId: 'v2' };
      });
    const secrets = secretsAt({ now: START });
    const impatient = secrets.read(NAME, AbortSignal.timeout(1));
    const patient = secrets.read(NAME, forever);
    await expect(impatient).rejects.toMatchObject({ dependency: 'secrets' });
    expect(await patient).toMatchObject({ current: { value: 'new' } });
    await expect(secrets.read(NAME, AbortSignal.abort())).rejects.toMatchObject({ dependency: 'secrets' });
  });
});

describe('what is kept of many names', () => {
  const RING = 'token-broker/signing-keys';
  const currentReads = (name: string) =>
    aws.commandCalls(GetSecretValueCommand, { SecretId: name, VersionStage: 'AWSCURRENT' }).length;

  const everyName = (...absent: readonly string[]) => {
    aws.on(DescribeSecretCommand).resolves({});
    aws.on(GetSecretValueCommand).callsFake(async ({ SecretId, VersionStage }) => {
      if (absent.some((name) => SecretId.startsWith(name)) || VersionStage === 'AWSPREVIOUS') throw missing();
      return { SecretString: 'a secret', VersionId: 'v1' };
    });
  };

  it('are 1,000 secrets, of which the oldest gives way', async () => {
    everyName();
    const secrets = secretsAt({ now: START });
    for (let count = 0; count < 1_000; count += 1) await secrets.read(`name-${count}`, forever);
    await secrets.read('name-0', forever);
    expect(currentReads('name-0')).toBe(1);
    await secrets.read('one more', forever);
    await secrets.read('name-0', forever);
    expect(currentReads('name-0')).toBe(2);
  });

  it.each([
    ['that there are', []],
    ['that there are not', ['name-']],
  ])('never include the rings of the broker itself, however many others are read %s', async (_, absent) => {
    everyName(...absent);
    const secrets = secretsAt({ now: START }, [RING]);
    await secrets.read(RING, forever);
    for (let count = 0; count < 1_200; count += 1) await secrets.read(`name-${count}`, forever);
    await secrets.read(RING, forever);
    expect(currentReads(RING)).toBe(1);
  });

  it('push no secret out for names that lead to nothing', async () => {
    everyName('no-');
    const secrets = secretsAt({ now: START });
    await secrets.read(NAME, forever);
    for (let count = 0; count < 1_200; count += 1) await secrets.read(`no-${count}`, forever);
    await secrets.read(NAME, forever);
    expect(currentReads(NAME)).toBe(1);
  });

  it('remember of a name that leads to nothing how fresh that is', async () => {
    everyName('no-');
    const clock = { now: START };
    const secrets = secretsAt(clock);
    for (const age of ['cached', 'fresh', 'fresh', 'cached'] as const) await secrets.read('no-name', forever, age);
    expect(currentReads('no-name')).toBe(2);
    clock.now += 2_000;
    await secrets.read('no-name', forever, 'fresh');
    expect(currentReads('no-name')).toBe(3);
  });
});

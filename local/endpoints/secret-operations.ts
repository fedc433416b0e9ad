import { randomInt } from 'node:crypto';
import {
  findVersion,
  moveStage,
  putVersion,
  type Secret,
  SecretError,
  type SecretStore,
  type Version,
} from './secret-store.ts';

export type Input = Readonly<Record<string, unknown>>;

export const invalid = (message: string): SecretError => new SecretError('InvalidParameterException', message);

export function text(input: Input, name: string): string | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw invalid(`${name} must be a string.`);
  return value;
}

export function required(input: Input, name: string): string {
  const value = text(input, name);
  if (value === undefined || value === '') throw invalid(`You must provide a value for the ${name} parameter.`);
  return value;
}

const listOf = (input: Input, name: string): readonly unknown[] => {
  const value = input[name] ?? [];
  if (!Array.isArray(value)) throw invalid(`${name} must be a list.`);
  return value;
};

const tagsOf = (input: Input): ReadonlyMap<string, string> =>
  new Map(
    listOf(input, 'Tags').map((tag) => {
      if (typeof tag !== 'object' || tag === null || !('Key' in tag) || !('Value' in tag))
        throw invalid('Tags are {Key, Value}.');
      return [String(tag.Key), String(tag.Value)];
    }),
  );

const epochSeconds = (milliseconds: number): number => milliseconds / 1000;

const versionInput = (input: Input) => ({
  id: text(input, 'ClientRequestToken'),
  string: text(input, 'SecretString'),
  binary: text(input, 'SecretBinary'),
  stages: input['VersionStages'] === undefined ? undefined : listOf(input, 'VersionStages').map(String),
});

const hasValue = (input: Input): boolean => 'SecretString' in input || 'SecretBinary' in input;

const versionAnswer = ({ name, arn }: Secret, { id, stages }: Version) => ({
  ...{ ARN: arn, Name: name },
  ...{ VersionId: id, VersionStages: [...stages] },
});

const description = (secret: Secret) => ({
  ARN: secret.arn,
  Name: secret.name,
  ...(secret.description === undefined ? {} : { Description: secret.description }),
  CreatedDate: epochSeconds(secret.created),
  LastChangedDate: epochSeconds(
    Math.max(secret.created, ...[...secret.versions.values()].map(({ created }) => created)),
  ),
  ...(secret.deleted === null ? {} : { DeletedDate: epochSeconds(secret.deleted) }),
  Tags: [...secret.tags].map(([Key, Value]) => ({ Key, Value })),
});

const stagesByVersion = ({ versions }: Secret) =>
  Object.fromEntries(
    [...versions.values()].filter(({ stages }) => stages.size > 0).map(({ id, stages }) => [id, [...stages]]),
  );

const CHARACTERS = {
  ExcludeLowercase: 'abcdefghijklmnopqrstuvwxyz',
  ExcludeUppercase: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  ExcludeNumbers: '0123456789',
  ExcludePunctuation: '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
} as const;

function randomPassword(input: Input): string {
  const excluded = text(input, 'ExcludeCharacters') ?? '';
  const classes = Object.entries(CHARACTERS).filter(([name]) => input[name] !== true);
  const characters = [...classes.map(([, each]) => each).join(''), ...(input['IncludeSpace'] === true ? [' '] : [])];
  const usable = characters.filter((character) => !excluded.includes(character));
  const length = Number(input['PasswordLength'] ?? 32);
  if (usable.length === 0 || !(length >= 1 && length <= 4096)) throw invalid('No password can be made of this.');
  return Array.from({ length }, () => usable[randomInt(usable.length)]).join('');
}

/** What the broker and its rotation call, with Secrets Manager's own names, defaults and errors. */
export const operations: Readonly<Record<string, (store: SecretStore, input: Input) => object>> = {
  CreateSecret(store, input) {
    const secret = store.create(required(input, 'Name'), text(input, 'Description'), tagsOf(input));
    return hasValue(input)
      ? versionAnswer(secret, putVersion(secret, versionInput(input)))
      : { ARN: secret.arn, Name: secret.name };
  },
  PutSecretValue(store, input) {
    const secret = store.find(required(input, 'SecretId'), 'refuse');
    return versionAnswer(secret, putVersion(secret, versionInput(input)));
  },
  UpdateSecret(store, input) {
    const secret = store.find(required(input, 'SecretId'), 'refuse');
    if (!hasValue(input)) return { ARN: secret.arn, Name: secret.name };
    return versionAnswer(secret, putVersion(secret, { ...versionInput(input), stages: ['AWSCURRENT'] }));
  },
  GetSecretValue(store, input) {
    const secret = store.find(required(input, 'SecretId'), 'refuse');
    const version = findVersion(secret, text(input, 'VersionId'), text(input, 'VersionStage'));
    const value = version.string === undefined ? { SecretBinary: version.binary } : { SecretString: version.string };
    return { ...versionAnswer(secret, version), ...value, CreatedDate: epochSeconds(version.created) };
  },
  DescribeSecret(store, input) {
    const secret = store.find(required(input, 'SecretId'), 'accept');
    return { ...description(secret), VersionIdsToStages: stagesByVersion(secret), RotationEnabled: false };
  },
  ListSecrets: (store) => ({
    SecretList: store
      .list()
      .filter(({ deleted }) => deleted === null)
      .map((secret) => ({ ...description(secret), SecretVersionsToStages: stagesByVersion(secret) })),
  }),
  ListSecretVersionIds(store, input) {
    const secret = store.find(required(input, 'SecretId'), 'accept');
    const versions = [...secret.versions.values()].map(({ id, stages, created }) => ({
      ...{ VersionId: id, VersionStages: [...stages], CreatedDate: epochSeconds(created) },
    }));
    return { ARN: secret.arn, Name: secret.name, Versions: versions };
  },
  UpdateSecretVersionStage(store, input) {
    const secret = store.find(required(input, 'SecretId'), 'refuse');
    moveStage(
      secret,
      required(input, 'VersionStage'),
      text(input, 'MoveToVersionId'),
      text(input, 'RemoveFromVersionId'),
    );
    return { ARN: secret.arn, Name: secret.name };
  },
  TagResource(store, input) {
    const secret = store.find(required(input, 'SecretId'), 'refuse');
    for (const [key, value] of tagsOf(input)) secret.tags.set(key, value);
    return {};
  },
  UntagResource(store, input) {
    const secret = store.find(required(input, 'SecretId'), 'refuse');
    for (const key of listOf(input, 'TagKeys')) secret.tags.delete(String(key));
    return {};
  },
  GetRandomPassword: (_, input) => ({ RandomPassword: randomPassword(input) }),
  DeleteSecret(store, input) {
    const secret = store.find(required(input, 'SecretId'), 'accept');
    secret.deleted ??= Date.now();
    if (input['ForceDeleteWithoutRecovery'] === true) store.remove(secret.name);
    return { ARN: secret.arn, Name: secret.name, DeletionDate: epochSeconds(secret.deleted) };
  },
};

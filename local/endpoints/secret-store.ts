import { randomBytes, randomUUID } from 'node:crypto';
import { ACCOUNT, REGION } from '../gateway/template.ts';

/** An error as Secrets Manager names it; the wire answers 400. */
export class SecretError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'SecretError';
    this.code = code;
  }
}

export interface Version {
  readonly id: string;
  readonly string: string | undefined;
  /** base64 */
  readonly binary: string | undefined;
  /** Epoch milliseconds. */
  readonly created: number;
  readonly stages: Set<string>;
}

export interface Secret {
  readonly name: string;
  readonly arn: string;
  readonly description: string | undefined;
  readonly created: number;
  readonly tags: Map<string, string>;
  readonly versions: Map<string, Version>;
  /** Epoch milliseconds; null: it is not scheduled for deletion. */
  deleted: number | null;
}

export interface NewVersion {
  readonly id?: string | undefined;
  readonly string?: string | undefined;
  readonly binary?: string | undefined;
  readonly stages?: readonly string[] | undefined;
}

export interface SecretStore {
  create(name: string, description: string | undefined, tags: ReadonlyMap<string, string>): Secret;
  /** By name or ARN. Throws `ResourceNotFoundException`, or `InvalidRequestException` for one that is being deleted. */
  find(id: string, deleted: 'refuse' | 'accept'): Secret;
  remove(id: string): void;
  list(): readonly Secret[];
}

export function secretStore(): SecretStore {
  const secrets = new Map<string, Secret>();
  const byId = (id: string): Secret | undefined =>
    secrets.get(id) ?? [...secrets.values()].find(({ arn }) => arn === id);
  return {
    create(name, description, tags) {
      if (secrets.has(name)) {
        throw new SecretError(
          'ResourceExistsException',
          `The operation failed because the secret ${name} already exists.`,
        );
      }
      const suffix = randomBytes(8).toString('base64').replace(/[+/=]/g, 'x').slice(0, 6);
      const arn = `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:${name}-${suffix}`;
      const secret: Secret = {
        ...{ name, arn, description, tags: new Map(tags) },
        ...{ created: Date.now(), versions: new Map(), deleted: null },
      };
      secrets.set(name, secret);
      return secret;
    },
    find(id, deleted) {
      const secret = byId(id);
      if (secret === undefined) {
        throw new SecretError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
      }
      if (secret.deleted !== null && deleted === 'refuse') {
        const message = "You can't perform this operation on the secret because it was marked for deletion.";
        throw new SecretError('InvalidRequestException', message);
      }
      return secret;
    },
    remove(id) {
      secrets.delete(this.find(id, 'accept').name);
    },
    list: () => [...secrets.values()],
  };
}

/** Takes a stage from the version that has it. `AWSCURRENT` leaves `AWSPREVIOUS` behind, as there. */
function takeStage({ versions }: Secret, stage: string): void {
  const holder = [...versions.values()].find(({ stages }) => stages.has(stage));
  if (holder === undefined) return;
  holder.stages.delete(stage);
  if (stage !== 'AWSCURRENT') return;
  for (const { stages } of versions.values()) stages.delete('AWSPREVIOUS');
  holder.stages.add('AWSPREVIOUS');
}

export function moveStage(secret: Secret, stage: string, to: string | undefined, from: string | undefined): void {
  const target = to === undefined ? null : secret.versions.get(to);
  const holder = [...secret.versions.values()].find(({ stages }) => stages.has(stage));
  if (target === undefined)
    throw new SecretError('ResourceNotFoundException', 'The version to move the label to is not there.');
  if (target !== null && holder !== undefined && holder !== target && holder.id !== from) {
    const message = `The parameter RemoveFromVersionId must be the version that has the staging label ${stage}.`;
    throw new SecretError('InvalidParameterException', message);
  }
  if (holder === target) return;
  takeStage(secret, stage);
  target?.stages.add(stage);
}

/** False for the pending version of a rotation that has only begun. */
const hasValue = ({ string, binary }: Version): boolean => string !== undefined || binary !== undefined;

/** What RotateSecret does first: a pending version, without a value yet. Returns its id. */
export function beginRotation(secret: Secret, id: string): string {
  takeStage(secret, 'AWSPENDING');
  secret.versions.set(id, {
    id,
    string: undefined,
    binary: undefined,
    created: Date.now(),
    stages: new Set(['AWSPENDING']),
  });
  return id;
}

/** Adds a version. Again with the same id and content it changes nothing; with other content it is refused. */
export function putVersion(secret: Secret, { id = randomUUID(), string, binary, stages }: NewVersion): Version {
  if ((string === undefined) === (binary === undefined)) {
    throw new SecretError('InvalidRequestException', 'You must provide either SecretString or SecretBinary.');
  }
  const there = secret.versions.get(id);
  if (there !== undefined && hasValue(there) && (there.string !== string || there.binary !== binary)) {
    const message = `You can't use ClientRequestToken ${id} because that value is already in use for a version of secret ${secret.arn}.`;
    throw new SecretError('ResourceExistsException', message);
  }
  if (there !== undefined && hasValue(there)) return there;
  const labels = secret.versions.size === 0 ? ['AWSCURRENT', ...(stages ?? [])] : (stages ?? ['AWSCURRENT']);
  for (const label of labels) takeStage(secret, label);
  const version: Version = { id, string, binary, created: Date.now(), stages: new Set(labels) };
  secret.versions.set(id, version);
  return version;
}

/** By id, by stage, or the current one. Both given: both must hold. */
export function findVersion(secret: Secret, id: string | undefined, stage: string | undefined): Version {
  const wanted = stage ?? (id === undefined ? 'AWSCURRENT' : undefined);
  const found = [...secret.versions.values()].find(
    (version) =>
      hasValue(version) &&
      (id === undefined || version.id === id) &&
      (wanted === undefined || version.stages.has(wanted)),
  );
  if (found !== undefined) return found;
  const what = id === undefined ? `staging label: ${wanted}` : `VersionId: ${id}`;
  throw new SecretError(
    'ResourceNotFoundException',
    `Secrets Manager can't find the specified secret value for ${what}`,
  );
}

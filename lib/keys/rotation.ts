import { Fault } from '../outcome.ts';

/**
 * The four steps in which Secrets Manager calls a rotation function, seconds apart (AWS: "Lambda rotation functions").
 */
export type RotationStep = 'createSecret' | 'setSecret' | 'testSecret' | 'finishSecret';

export interface RotationEvent {
  readonly SecretId: string;
  /** Version id of the version being made. */
  readonly ClientRequestToken: string;
  readonly Step: RotationStep;
}

/** The stages of a secret's versions, as a rotation reads and moves them. */
export interface RotatingSecret {
  /** Version id -> stages. Throws `Fault('secrets')`. */
  stages(secretId: string): Promise<ReadonlyMap<string, readonly string[]>>;
  /** null: there is no such version or stage yet. */
  read(
    secretId: string,
    version: { readonly stage: string } | { readonly id: string; readonly stage: string },
  ): Promise<string | null>;
  putPending(secretId: string, versionId: string, value: string): Promise<void>;
  promote(secretId: string, versionId: string, from: string | null): Promise<void>;
}

/** What is rotated: how the next value is made, published and tried. */
export interface Rotated {
  make(current: string | null): Promise<string>;
  /** Before the value is put in force: whoever must know of it beforehand is told. */
  publish(pending: string): Promise<void>;
  /** Throws where the value does not work. */
  test(pending: string): Promise<void>;
}

/** Runs one step; each may be repeated without harm, as Secrets Manager does after a failure. */
export async function rotate(event: RotationEvent, secret: RotatingSecret, rotated: Rotated): Promise<void> {
  const { SecretId: id, ClientRequestToken: version } = event;
  const stages = await secret.stages(id);
  const own = stages.get(version);
  if (own === undefined) throw new Fault('secrets', 'the version to rotate to is not one of the secret');
  if (own.includes('AWSCURRENT')) return;
  if (!own.includes('AWSPENDING')) throw new Fault('secrets', 'the version to rotate to is not pending');
  switch (event.Step) {
    case 'createSecret':
      if ((await secret.read(id, { id: version, stage: 'AWSPENDING' })) !== null) return;
      return secret.putPending(id, version, await rotated.make(await secret.read(id, { stage: 'AWSCURRENT' })));
    case 'setSecret':
      return rotated.publish(await readPending(event, secret));
    case 'testSecret':
      return rotated.test(await readPending(event, secret));
    case 'finishSecret':
      return secret.promote(id, version, currentVersion(stages));
  }
}

async function readPending(
  { SecretId: id, ClientRequestToken: version }: RotationEvent,
  secret: RotatingSecret,
): Promise<string> {
  const pending = await secret.read(id, { id: version, stage: 'AWSPENDING' });
  if (pending === null) throw new Fault('secrets', 'the pending version has no value');
  return pending;
}

function currentVersion(stages: ReadonlyMap<string, readonly string[]>): string | null {
  for (const [version, names] of stages) if (names.includes('AWSCURRENT')) return version;
  return null;
}

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Input, invalid, operations, required, text } from './secret-operations.ts';
import { beginRotation, SecretError, type SecretStore, secretStore } from './secret-store.ts';
import { type Endpoint, readText, serve } from './server.ts';

/** Runs the four steps of a rotation. False: one of them failed, which the function's log explains. Never rejects. */
export type Rotator = (secretArn: string, versionId: string) => Promise<boolean>;

function begin(store: SecretStore, secretId: string, token: string | undefined) {
  const secret = store.find(secretId, 'refuse');
  return { arn: secret.arn, name: secret.name, id: beginRotation(secret, token ?? randomUUID()) };
}

/** Begins a rotation as Secrets Manager does: a pending version, then the function's four steps, after the answer. */
function rotateSecret(store: SecretStore, input: Input, rotator: Rotator | null): object {
  if (rotator === null) throw new SecretError('InvalidRequestException', 'No rotation function is set up here.');
  const { arn, name, id } = begin(store, required(input, 'SecretId'), text(input, 'ClientRequestToken'));
  void rotator(arn, id);
  return { ARN: arn, Name: name, VersionId: id };
}

function perform(store: SecretStore, target: string | undefined, body: string, rotator: Rotator | null): object {
  const name = target?.split('.')[1] ?? '';
  const operation = operations[name];
  if (operation === undefined && name !== 'RotateSecret')
    throw new SecretError('InvalidRequestException', `Not served by the local stack: ${target}`);
  const input: unknown = JSON.parse(body === '' ? '{}' : body);
  if (typeof input !== 'object' || input === null) throw invalid('The body is not a JSON object.');
  return operation === undefined ? rotateSecret(store, { ...input }, rotator) : operation(store, { ...input });
}

async function answer(
  store: SecretStore,
  rotator: Rotator | null,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': randomUUID() };
  const target = request.headers['x-amz-target'];
  try {
    const result = perform(store, typeof target === 'string' ? target : undefined, await readText(request), rotator);
    response.writeHead(200, headers).end(JSON.stringify(result));
  } catch (error) {
    const code = error instanceof SecretError ? error.code : 'InvalidRequestException';
    const message = error instanceof SecretError ? error.message : 'The request cannot be read.';
    response.writeHead(400, headers).end(JSON.stringify({ __type: code, Message: message }));
  }
}

export interface SecretsManager extends Endpoint {
  /** From now on RotateSecret is served, by this function. */
  rotateWith(rotator: Rotator): void;
  /** RotateSecret, and what came of it. */
  rotate(name: string): Promise<boolean>;
}

/** AWS Secrets Manager in memory, without signatures, policies, rotation schedules or KMS. Empty at every start. */
export async function startSecretsManager(preferredPort: number): Promise<SecretsManager> {
  const store = secretStore();
  let rotator: Rotator | null = null;
  const endpoint = await serve(preferredPort, (request, response) => void answer(store, rotator, request, response));
  return {
    ...endpoint,
    rotateWith(given) {
      rotator = given;
    },
    rotate(name) {
      const { arn, id } = begin(store, name, undefined);
      return rotator === null ? Promise.resolve(false) : rotator(arn, id);
    },
  };
}

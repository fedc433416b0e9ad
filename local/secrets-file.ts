import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  type SecretsManagerClient,
  TagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import { parseDocument } from 'yaml';
import { z } from 'zod';

/** A secret for the local Secrets Manager; `host` becomes its tag `token-broker:host`. */
export interface LocalSecret {
  readonly name: string;
  readonly value: string;
  readonly host: string | null;
}

export type SecretsFile =
  | { readonly ok: true; readonly secrets: readonly LocalSecret[] }
  | { readonly ok: false; readonly problems: readonly string[] };

const HOST_TAG = 'token-broker:host';

const schema = z.record(
  z.string().regex(/^[\w/+=.@-]{1,512}$/),
  z.union([z.string().min(1), z.strictObject({ value: z.string().min(1), host: z.string().min(1) })]),
);

const lineOf = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;

/**
 * Reads `secrets.yaml` of a configuration folder: name to string, or to `{value, host}`. No file: no secrets. Problems
 * never repeat a value.
 */
export function readSecretsFile(folder: string): SecretsFile {
  const path = join(folder, 'secrets.yaml');
  if (!existsSync(path)) return { ok: true, secrets: [] };
  const text = readFileSync(path, 'utf8');
  const document = parseDocument(text, { uniqueKeys: true });
  if (document.errors.length > 0) {
    // The library's messages quote the file.
    return { ok: false, problems: document.errors.map(({ pos, code }) => `${path}:${lineOf(text, pos[0])}: ${code}`) };
  }
  const parsed = schema.safeParse(document.toJS() ?? {});
  if (!parsed.success) {
    const names = new Set(parsed.error.issues.map(({ path: [name] }) => String(name)));
    const problem = 'must be a string, or {value, host}, under a name of A-Z a-z 0-9 _ / + = . @ -';
    return { ok: false, problems: [...names].map((name) => `${path}: ${name}: ${problem}`) };
  }
  const secrets = Object.entries(parsed.data).map(([name, secret]) =>
    typeof secret === 'string' ? { name, value: secret, host: null } : { name, ...secret },
  );
  return { ok: true, secrets };
}

/** Creates each secret, or gives an existing one (in an outside Secrets Manager) this value, if it has another. */
export async function fillSecrets(client: SecretsManagerClient, secrets: readonly LocalSecret[]): Promise<void> {
  for (const { name, value, host } of secrets) {
    const tags = host === null ? [] : [{ Key: HOST_TAG, Value: host }];
    try {
      await client.send(new CreateSecretCommand({ Name: name, SecretString: value, Tags: tags }));
    } catch (error) {
      if (!(error instanceof ResourceExistsException)) throw error;
      if ((await storedValue(client, name)) !== value) {
        await client.send(new PutSecretValueCommand({ SecretId: name, SecretString: value }));
      }
      if (tags.length > 0) await client.send(new TagResourceCommand({ SecretId: name, Tags: tags }));
    }
  }
}

/** What the secret holds; null: there is none. */
export async function storedValue(client: SecretsManagerClient, name: string): Promise<string | null> {
  try {
    return (await client.send(new GetSecretValueCommand({ SecretId: name }))).SecretString ?? null;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return null;
    throw error;
  }
}

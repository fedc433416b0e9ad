import type { KeyObject } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { errorMessage } from '../../error-message.ts';
import type { Presented, ProofContext, ProofKind } from './proof.ts';

/**
 * `client:NAME`: a client of the broker, by the secret in TOKEN_BROKER_CLIENT_SECRET or in the file of
 * TOKEN_BROKER_CLIENT_SECRET_FILE, or by the private key (PKCS#8, PEM) in the file of TOKEN_BROKER_CLIENT_KEY_FILE.
 * `auto` takes the client that TOKEN_BROKER_CLIENT names.
 */
export const client: ProofKind = {
  operand: 'NAME',
  operandIs: 'required',
  offered: ({ env }) => (env['TOKEN_BROKER_CLIENT'] ? 'TOKEN_BROKER_CLIENT names a client' : null),
  source: (operand, context) => {
    const name = operand || context.env['TOKEN_BROKER_CLIENT'] || '';
    return {
      name: `client:${name}`,
      identity: async () => `client:${name}`,
      present: () => presented(name, context),
    };
  },
};

async function presented(name: string, { env, cwd }: ProofContext): Promise<Presented> {
  const keyFile = env['TOKEN_BROKER_CLIENT_KEY_FILE'];
  const secretFile = env['TOKEN_BROKER_CLIENT_SECRET_FILE'];
  const secret = env['TOKEN_BROKER_CLIENT_SECRET'];
  const given = [keyFile, secretFile, secret].filter((each) => each !== undefined && each !== '');
  if (given.length > 1) {
    throw new Error('a client has one of TOKEN_BROKER_CLIENT_SECRET, …_SECRET_FILE and …_KEY_FILE: unset the others');
  }
  if (keyFile) {
    const scope = env['TOKEN_BROKER_CLIENT_SCOPE'] || null;
    return { kind: 'client-key', client: name, key: await readKey(resolve(cwd, keyFile)), scope };
  }
  if (secretFile) return { kind: 'client-secret', client: name, secret: secretIn(resolve(cwd, secretFile)) };
  if (secret) return { kind: 'client-secret', client: name, secret };
  throw new Error(
    `client ${name} has no secret here: set TOKEN_BROKER_CLIENT_SECRET_FILE, TOKEN_BROKER_CLIENT_SECRET or TOKEN_BROKER_CLIENT_KEY_FILE`,
  );
}

/** Editors begin a file with a byte order mark and end it with a line end, which are none of the secret's. */
const lineOf = (text: string): string => text.replace(/^\ufeff/, '').replace(/\r?\n$/, '');

function secretIn(path: string): string {
  const secret = lineOf(readSecretFile(path));
  if (secret === '') throw new Error(`the secret of the client, ${path}, is empty: no secret is there`);
  return secret;
}

function readSecretFile(path: string): string {
  try {
    // On Windows a file's mode says nothing of who reads it.
    if (process.platform !== 'win32' && (statSync(path).mode & 0o004) !== 0) {
      throw new Error('everybody on this machine can read it: chmod 600 it');
    }
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`the secret of the client, ${path}, is not used: ${errorMessage(error)}`);
  }
}

async function readKey(path: string): Promise<KeyObject> {
  const pem = readSecretFile(path);
  const { createPrivateKey } = await import('node:crypto');
  try {
    return createPrivateKey(pem);
  } catch {
    // What the parser says may quote what it read.
    throw new Error(`${path} holds no private key as PKCS#8 in PEM (-----BEGIN PRIVATE KEY-----) without a passphrase`);
  }
}

import { isJsonObject, type JsonObject } from '../json.ts';
import { Fault } from '../outcome.ts';
import type { AuthorizationRequest } from './sign-ins.ts';

/** An authorization request as the state table keeps it. */
export const authorizationJson = (request: AuthorizationRequest): JsonObject => ({ ...request });

/** Reads what `authorizationJson` made. Throws `Fault('sign-ins')` for anything else: only this broker writes there. */
export function authorizationOf(value: unknown): AuthorizationRequest {
  if (!isJsonObject(value)) throw broken();
  const { client, redirectUri, scopes, state, codeChallenge } = value;
  if (typeof client !== 'string' || typeof redirectUri !== 'string' || typeof codeChallenge !== 'string') {
    throw broken();
  }
  if (!Array.isArray(scopes) || (typeof state !== 'string' && state !== null)) throw broken();
  const names = scopes.filter((scope): scope is string => typeof scope === 'string');
  return { client, redirectUri, scopes: names, state: state ?? null, codeChallenge };
}

const broken = (): Fault => new Fault('sign-ins', 'a kept authorization request cannot be read');

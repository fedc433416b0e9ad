import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import { Fault } from '../outcome.ts';
import { epochSeconds } from '../time.ts';
import type { AskingDevice, AuthorizationRequest } from './sign-ins.ts';

/** An authorization request as the state table keeps it. */
export const authorizationJson = ({ device, ...request }: AuthorizationRequest): JsonObject => ({
  ...request,
  ...(device === undefined ? {} : { device: { ...device } }),
});

/** Reads what `authorizationJson` made. Throws `Fault('sign-ins')` for anything else: only this broker writes there. */
export function authorizationOf(value: unknown): AuthorizationRequest {
  if (!isJsonObject(value)) throw broken();
  // One that an earlier version kept has no targets and no response mode.
  const { client, redirectUri, responseMode, scopes, targets = [], state, codeChallenge } = value;
  if (typeof client !== 'string' || typeof redirectUri !== 'string' || typeof codeChallenge !== 'string') {
    throw broken();
  }
  if (typeof state !== 'string' && state !== null) throw broken();
  return {
    ...{ client, redirectUri, state, codeChallenge },
    responseMode: responseMode === 'fragment' ? 'fragment' : 'query',
    scopes: textsOf(scopes),
    targets: textsOf(targets),
    ...(value['device'] === undefined ? {} : { device: askingOf(value['device']) }),
  };
}

function askingOf(value: JsonValue): AskingDevice {
  if (!isJsonObject(value)) throw broken();
  const { userCode, name = null, sourceIp, device, expires } = value;
  if (typeof userCode !== 'string' || typeof sourceIp !== 'string' || typeof device !== 'string') throw broken();
  if (typeof expires !== 'number' || (typeof name !== 'string' && name !== null)) throw broken();
  return { userCode, name, sourceIp, device, expires: epochSeconds(expires) };
}

function textsOf(value: JsonValue | undefined): readonly string[] {
  if (!Array.isArray(value) || !value.every((each) => typeof each === 'string')) throw broken();
  return value;
}

const broken = (): Fault => new Fault('sign-ins', 'a kept authorization request cannot be read');

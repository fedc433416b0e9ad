import { isJsonObject, type JsonObject } from '../../json.ts';
import { Fault } from '../../outcome.ts';
import type { DeviceRequest } from './devices.ts';

/** A request as the state table keeps it. */
export const deviceJson = ({ client, connection, scopes, targets, name, sourceIp }: DeviceRequest): JsonObject => ({
  ...{ client, connection, scopes, targets, name, sourceIp },
});

/** Reads what `deviceJson` made. Throws `Fault('sign-ins')` for anything else: only this broker writes there. */
export function deviceOf(value: unknown): DeviceRequest {
  if (!isJsonObject(value)) throw broken();
  const { client, connection, scopes, targets, name, sourceIp } = value;
  if (typeof client !== 'string' || typeof sourceIp !== 'string') throw broken();
  if (typeof connection !== 'string' && connection !== null) throw broken();
  if (typeof name !== 'string' && name !== null) throw broken();
  return { client, connection, name, sourceIp, scopes: textsOf(scopes), targets: textsOf(targets) };
}

function textsOf(value: unknown): readonly string[] {
  if (!Array.isArray(value) || !value.every((each) => typeof each === 'string')) throw broken();
  return value;
}

const broken = (): Fault => new Fault('sign-ins', 'a kept request of a device cannot be read');

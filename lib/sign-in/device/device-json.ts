import { isJsonObject, type JsonObject } from '../../json.ts';
import { Fault } from '../../outcome.ts';
import { isReason } from '../../refusals/registry.ts';
import { principalJson, principalOf } from '../principal-json.ts';
import type { DeviceRefusal, DeviceRequest } from './devices.ts';

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

export const deviceRefusalJson = ({ reason, principal }: DeviceRefusal): JsonObject => ({
  reason,
  principal: principal === null ? null : principalJson(principal),
});

/** Reads what `deviceRefusalJson` made. Throws as `deviceOf` does. */
export function deviceRefusalOf(value: unknown): DeviceRefusal {
  if (!isJsonObject(value) || !isReason(value['reason'])) throw broken();
  const { reason, principal } = value;
  return { reason, principal: principal === null ? null : principalOf(principal) };
}

function textsOf(value: unknown): readonly string[] {
  if (!Array.isArray(value) || !value.every((each) => typeof each === 'string')) throw broken();
  return value;
}

const broken = (): Fault => new Fault('sign-ins', 'a kept request of a device cannot be read');

import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Clock, Random } from '../../ports/host.ts';
import { POLL_INTERVAL } from '../../sign-in/device/begin-device.ts';
import { deviceJson, deviceOf, deviceRefusalJson, deviceRefusalOf } from '../../sign-in/device/device-json.ts';
import type { DeviceRefusal, Devices, Polled } from '../../sign-in/device/devices.ts';
import { makeSecret } from '../../sign-in/secret.ts';
import { epochSeconds, seconds, toEpochSeconds } from '../../time.ts';
import { read } from './sign-ins.ts';
import { conditionHeld, keyOf, type StateTable, stateKey } from './state-table.ts';

export interface DevicesOptions extends StateTable {
  readonly clock: Clock;
  readonly random: Random;
}

/** How long a device code is known for one that has ended. */
const KEPT_BEYOND_SECONDS = 3_600;
/** RFC 8628 section 3.5: what each poll that comes too soon adds. */
const SLOWER_SECONDS = 5;

const keyFor = (userCode: string): Record<string, AttributeValue> => keyOf(stateKey('device', [userCode]));
const number = (value: number) => ({ N: String(value) });

/**
 * Programs that wait, one item each under its user code; the device code is kept as its hash. Each step is one
 * conditional write, which its own second arrival meets too: `by` is new with every step. `next`: before that second a
 * poll comes too soon.
 */
export function dynamoDevices(options: DevicesOptions): Devices {
  const { client, table, clock, random } = options;
  const now = () => Math.floor(toEpochSeconds(clock.now()));
  const update = (userCode: string, set: string, condition: string, values: Record<string, AttributeValue>) => ({
    TableName: table,
    Key: keyFor(userCode),
    UpdateExpression: `SET ${set}`,
    ConditionExpression: condition,
    ExpressionAttributeValues: values,
  });
  return {
    begin: async (pending, signal) => {
      const input = {
        TableName: table,
        Item: {
          ...keyFor(pending.userCode),
          device: { S: pending.device },
          request: { S: JSON.stringify(deviceJson(pending)) },
          ends: number(pending.expires),
          expires: number(pending.expires + KEPT_BEYOND_SECONDS),
          next: number(now()),
          pause: number(POLL_INTERVAL),
        },
        // One that has ended gives way; a write may arrive twice.
        ConditionExpression: 'attribute_not_exists(pk) OR ends <= :now OR device = :device',
        ExpressionAttributeValues: { ':now': number(now()), ':device': { S: pending.device } },
      };
      return conditionHeld(client.call('PutItem', input, signal), 'sign-ins');
    },
    find: async (userCode, signal) => {
      const item = await read(options, keyFor(userCode), signal);
      if (item === null || item['decision'] !== undefined || Number(item['ends']?.N) <= now()) return null;
      const request = deviceOf(JSON.parse(item['request']?.S ?? 'null'));
      return { ...request, userCode, device: item['device']?.S ?? '', expires: epochSeconds(Number(item['ends']?.N)) };
    },
    decide: async (userCode, decision, signal) => {
      const [set, made] =
        decision === 'allowed'
          ? ['decision = :decision', { ':decision': { S: decision } }]
          : ['decision = :decision, refused = :refused', refusedValues(decision)];
      const condition = 'attribute_exists(pk) AND ends > :now AND (attribute_not_exists(decision) OR decidedBy = :by)';
      const values = { ...made, ':now': number(now()), ':by': { S: makeSecret(random) } };
      const input = update(userCode, `${set}, decidedBy = :by`, condition, values);
      return conditionHeld(client.call('UpdateItem', input, signal), 'sign-ins');
    },
    poll: async (userCode, device, signal): Promise<Polled> => {
      const item = await read(options, keyFor(userCode), signal);
      if (item === null || item['device']?.S !== device) return { state: 'unknown' };
      if (item['decision']?.S === 'denied') return { state: 'refused', ...refusedIn(item) };
      const at = now();
      if (Number(item['ends']?.N) <= at) return { state: 'expired' };
      const [next, pause] = [Number(item['next']?.N), Number(item['pause']?.N)];
      const by = { S: makeSecret(random) };
      const values = { ':at': number(at), ':device': { S: device }, ':next': number(at + pause), ':by': by };
      const condition = 'device = :device AND (#next <= :at OR polledBy = :by)';
      const inTime = update(userCode, '#next = :next, polledBy = :by', condition, values);
      const ExpressionAttributeNames = { '#next': 'next' };
      if (next <= at) {
        const call = client.call('UpdateItem', { ...inTime, ExpressionAttributeNames }, signal);
        if (await conditionHeld(call, 'sign-ins')) return { state: 'pending' };
      }
      const slower = pause + SLOWER_SECONDS;
      const later = { ':device': { S: device }, ':pause': number(slower), ':next': number(at + slower) };
      const input = update(userCode, 'pause = :pause, #next = :next', 'device = :device', later);
      await conditionHeld(client.call('UpdateItem', { ...input, ExpressionAttributeNames }, signal), 'sign-ins');
      return { state: 'too-soon', interval: seconds(slower) };
    },
  };
}

const refusedValues = (refused: DeviceRefusal) => ({
  ':decision': { S: 'denied' },
  ':refused': { S: JSON.stringify(deviceRefusalJson(refused)) },
});

/** An earlier version kept that the person said no, and not who. */
const DENIED_BEFORE = JSON.stringify({ reason: 'device_denied', principal: null });

const refusedIn = (item: Readonly<Record<string, AttributeValue>>) => ({
  request: deviceOf(JSON.parse(item['request']?.S ?? 'null')),
  refused: deviceRefusalOf(JSON.parse(item['refused']?.S ?? DENIED_BEFORE)),
});

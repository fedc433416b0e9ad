import { accept, type Outcome, type Refusal, refuse } from '../../outcome.ts';
import { refusalEntry } from '../../refusals/registry.ts';
import { toEpochSeconds } from '../../time.ts';
import { codeUsedAgain, type RedeemableCode, type RedeemPorts } from '../redeem.ts';
import { hashOf, isSecret } from '../secret.ts';
import type { DeviceRefusal, DeviceRequest, Devices } from './devices.ts';

export type RedeemDevicePorts = RedeemPorts & { readonly devices: Devices };

/** What a program polls with (RFC 8628 section 3.4). */
export interface PresentedDevice {
  readonly client: string;
  readonly deviceCode: string;
  /** null: those that the person allowed. */
  readonly scopes: readonly string[] | null;
}

/**
 * What the person at the browser allowed, for a device code: once, as an authorization code is. Until then refuses with
 * device_pending, device_slow_down (the time between two polls is kept, and grows by 5 s) and device_code_expired; with
 * device_code_unknown, code_client_mismatch, code_scope_mismatch and replayed for what is no good. Where nothing comes
 * of it any more, with device_denied and device_refused; of somebody who is known it is `refused`, for its record.
 */
export async function redeemableDevice(
  ports: RedeemDevicePorts,
  { client, deviceCode, scopes }: PresentedDevice,
  signal: AbortSignal,
): Promise<Outcome<RedeemableCode>> {
  const [userCode = '', secret = ''] = deviceCode.split('.');
  if (!isSecret(secret) || deviceCode !== `${userCode}.${secret}`) return refuse('device_code_unknown');
  const device = hashOf(deviceCode);
  const allowed = await ports.codes.find(device, signal);
  if (allowed === null) return notAllowed(ports, { client, userCode, device }, signal);
  const { authorization, principal, redeemed, expires } = allowed;
  if (authorization.client !== client) return refuse('code_client_mismatch');
  if (scopes?.some((scope) => !authorization.scopes.includes(scope)) ?? false) return refuse('code_scope_mismatch');
  if (redeemed !== null) {
    await codeUsedAgain(ports, device, signal);
    return refuse('replayed');
  }
  if (toEpochSeconds(ports.clock.now()) >= expires) return refuse('device_code_expired');
  const issuer = `${ports.issuer}/oauth2/device_authorization`;
  const reuse = { reuse: 'once', issuer, tokenId: device, until: expires } as const;
  const { targets } = authorization;
  return accept({ principal: { ...principal, reuse }, scopes: scopes ?? authorization.scopes, targets });
}

async function notAllowed(
  { devices }: RedeemDevicePorts,
  { client, userCode, device }: { readonly client: string; readonly userCode: string; readonly device: string },
  signal: AbortSignal,
): Promise<Outcome<RedeemableCode>> {
  const polled = await devices.poll(userCode, device, signal);
  switch (polled.state) {
    case 'pending':
      return refuse('device_pending');
    case 'too-soon':
      return refuse('device_slow_down', { detail: `Wait ${polled.interval} seconds between two requests.` });
    case 'refused':
      if (polled.request.client !== client) return refuse('code_client_mismatch');
      return refusedAtBrowser(polled.request, polled.refused);
    case 'expired':
      return refuse('device_code_expired');
    case 'unknown':
      return refuse('device_code_unknown');
  }
}

function refusedAtBrowser(
  { scopes, targets }: DeviceRequest,
  { reason, principal }: DeviceRefusal,
): Outcome<RedeemableCode> {
  const refused = { reason };
  if (principal === null) return { ok: false, refusal: toldDevice(refused) };
  return accept({ principal: { ...principal, reuse: null }, scopes, targets, refused });
}

/** What the device hears, and whoever looks at it: the reason of the browser's page. */
export function toldDevice({ reason, ...refusal }: Refusal): Refusal {
  if (reason === 'device_denied') return { ...refusal, reason };
  const detail = `At the browser: ${reason}. ${refusalEntry(reason).says}`;
  return { ...refusal, reason: 'device_refused', detail, log: { ...refusal.log, found: reason } };
}

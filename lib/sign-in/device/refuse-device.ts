import type { Principal } from '../../identity/principal.ts';
import type { Outcome, Refusal } from '../../outcome.ts';
import type { RefusalClass } from '../../refusals/kinds.ts';
import { type Reason, refusalEntry } from '../../refusals/registry.ts';
import type { PendingSignIn } from '../sign-ins.ts';
import type { Devices } from './devices.ts';

/** Whoever signs in again meets the same. */
const FINAL: ReadonlySet<RefusalClass> = new Set(['proof', 'scope', 'target']);

/** Nothing about the person: another step of this sign-in, or somebody else's, which beginning again puts right. */
const NOT_FINAL: ReadonlySet<Reason> = new Set([
  ...(['sign_in_unknown', 'sign_in_other_browser', 'sign_in_issuer_mismatch', 'sign_in_nonce_mismatch'] as const),
  ...(['replayed', 'saml_in_response_to', 'not_yet_valid'] as const),
]);

export const isFinal = ({ reason }: Refusal): boolean =>
  FINAL.has(refusalEntry(reason).class) && !NOT_FINAL.has(reason);

/**
 * Hands on the refusal of a sign-in, and lets the device that waits for it know where it is final: then it does not
 * poll until its code ends. Of an outage it hears nothing: the person may type the code again. `principal`: null where
 * nobody was named. Throws `Fault('sign-ins')`.
 */
export async function refuseDevice(
  { devices }: { readonly devices: Devices },
  { authorization }: Pick<PendingSignIn, 'authorization'>,
  { refusal, principal }: { readonly refusal: Refusal; readonly principal: Principal | null },
  signal: AbortSignal,
): Promise<Outcome<never>> {
  const device = authorization?.device;
  if (device === undefined || !isFinal(refusal)) return { ok: false, refusal };
  const told = await devices.decide(device.userCode, { reason: refusal.reason, principal }, signal);
  return { ok: false, refusal: told ? { ...refusal, told: 'device' } : refusal };
}

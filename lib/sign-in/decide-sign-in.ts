import { accept, type Outcome, refuse } from '../outcome.ts';
import type { Clock, Random } from '../ports/host.ts';
import { epochSeconds, toEpochSeconds } from '../time.ts';
import type { Devices } from './device/devices.ts';
import { hashOf, makeSecret } from './secret.ts';
import type { AnsweredSignIn, AskingDevice, AuthorizationCodes, AuthorizationRequest, SignIns } from './sign-ins.ts';

export interface DecidePorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly signIns: SignIns;
  readonly codes: AuthorizationCodes;
  readonly devices: Devices;
}

export interface DecisionForm {
  readonly requestId: string;
  readonly secret: string;
  readonly decision: 'allow' | 'deny';
  /** The browser's cookie, or null. */
  readonly browser: string | null;
}

interface Decided {
  readonly authorization: AuthorizationRequest;
  /** Where the person signed in. */
  readonly connection: string;
  /** null: the person said no, or a device polls for it. */
  readonly code: string | null;
}

/** RFC 6749 section 4.1.2 recommends at most ten minutes; a program on the same machine needs no more than this. */
export const CODE_SECONDS = 60;

/**
 * What the person decided, once. Cookie and form secret must both be those of the sign-in, so that no other site's
 * form decides for anybody. Refuses with sign_in_unknown, sign_in_other_browser and user_code_unknown.
 */
export async function decideSignIn(
  ports: DecidePorts,
  form: DecisionForm,
  signal: AbortSignal,
): Promise<Outcome<Decided>> {
  if (form.browser === null) return refuse('sign_in_other_browser');
  const consent = { browser: hashOf(form.browser), secret: form.secret };
  const answered = await ports.signIns.take(form.requestId, consent, signal);
  if (answered === null) return refuse('sign_in_unknown');
  const { authorization, principal, connection } = answered;
  const { device } = authorization;
  if (device !== undefined) return decideForDevice(ports, answered, device, form.decision, signal);
  if (form.decision === 'deny') return accept({ authorization, connection, code: null });
  const code = makeSecret(ports.random);
  const expires = epochSeconds(toEpochSeconds(ports.clock.now()) + CODE_SECONDS);
  await ports.codes.put(code, { authorization, principal, expires }, signal);
  return accept({ authorization, connection, code });
}

/** What was allowed is there before anybody is told that it is; a device that polls finds it under its own code. */
async function decideForDevice(
  { codes, devices }: DecidePorts,
  { authorization, principal, connection }: AnsweredSignIn,
  { userCode, device, expires }: AskingDevice,
  decision: DecisionForm['decision'],
  signal: AbortSignal,
): Promise<Outcome<Decided>> {
  const denied = { reason: 'device_denied', principal } as const;
  const decided = await devices.decide(userCode, decision === 'allow' ? 'allowed' : denied, signal);
  if (!decided) return refuse('user_code_unknown');
  if (decision === 'allow') await codes.put(device, { authorization, principal, expires }, signal);
  return accept({ authorization, connection, code: null });
}

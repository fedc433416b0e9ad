import { accept, type Outcome, refuse } from '../outcome.ts';
import type { Clock, Random } from '../ports.ts';
import { epochSeconds, toEpochSeconds } from '../time.ts';
import { hashOf, makeSecret } from './secret.ts';
import type { AuthorizationCodes, AuthorizationRequest, SignIns } from './sign-ins.ts';

export interface DecidePorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly signIns: SignIns;
  readonly codes: AuthorizationCodes;
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
  /** null: the person said no. */
  readonly code: string | null;
}

/** RFC 6749 section 4.1.2 recommends at most ten minutes; a program on the same machine needs no more than this. */
const CODE_SECONDS = 60;

/**
 * What the person decided, once. Cookie and form secret must both be those of the sign-in, so that no other site's
 * form decides for anybody. Refuses with sign_in_unknown and sign_in_other_browser.
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
  const { authorization, principal } = answered;
  if (form.decision === 'deny') return accept({ authorization, code: null });
  const code = makeSecret(ports.random);
  const expires = epochSeconds(toEpochSeconds(ports.clock.now()) + CODE_SECONDS);
  await ports.codes.put(code, { authorization, principal, expires }, signal);
  return accept({ authorization, code });
}

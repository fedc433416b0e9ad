import { ask, Unreachable } from '../../caller/http.ts';
import { type Finding, ok, shown, skipped, wrong } from './finding.ts';

export interface BrokerLook {
  readonly findings: readonly Finding[];
  /** The issuer that the broker names itself; null: there is no broker to ask. */
  readonly issuer: string | null;
}

const TIMEOUT_MS = 10_000;
/** The broker's own tolerance of clocks. */
const TOLERANCE_SECONDS = 60;
const NOBODY: readonly Finding[] = [
  skipped('issuer', 'no broker was reached'),
  skipped('clock', 'no broker was reached'),
];

/** Looks at the address: whether a broker is there, whether it goes by that name, and whose clock is off. */
export async function lookAtBroker(origin: string): Promise<BrokerLook> {
  const began = Date.now();
  const url = `${origin}/.well-known/oauth-authorization-server`;
  try {
    const { status, body, dateMs } = await ask(url, { method: 'GET', signal: AbortSignal.timeout(TIMEOUT_MS) });
    const { issuer } = body;
    if (status !== 200 || typeof issuer !== 'string') {
      const stranger = wrong(
        'broker',
        `${origin} answers ${status} and is no broker`,
        'ask who runs it for its issuer',
      );
      return { findings: [stranger, ...NOBODY], issuer: null };
    }
    const ms = Date.now() - began;
    const there = ok('broker', `${origin} answers in ${ms} ms`);
    return { findings: [there, lookAtIssuer(origin, issuer), lookAtClock(dateMs, began + ms / 2)], issuer };
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    const fix = error.mayPass
      ? 'look at the name and port, DNS, routes, security groups and proxies between here and there'
      : 'mend that first: what is sent there has to be safe';
    return { findings: [wrong('broker', error.message, fix), ...NOBODY], issuer: null };
  }
}

function lookAtIssuer(origin: string, issuer: string): Finding {
  if (issuer === origin) return ok('issuer', `it goes by ${issuer}: the audience of proofs`);
  return wrong(
    'issuer',
    `it is asked at ${origin} and goes by ${shown(issuer)}`,
    `use ${shown(issuer)}: proofs for another audience are refused`,
  );
}

function lookAtClock(thereMs: number | null, atMs: number): Finding {
  if (thereMs === null) return skipped('clock', 'the broker did not say what time it is');
  const seconds = Math.round((atMs - thereMs) / 1000);
  if (Math.abs(seconds) <= TOLERANCE_SECONDS) return ok('clock', `${Math.abs(seconds)} s from the broker's`);
  return wrong(
    'clock',
    `this machine is ${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'} the broker`,
    'set it (timedatectl set-ntp true, chronyc makestep): proofs made here are refused',
  );
}

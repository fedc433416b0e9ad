import { isJsonObject } from '../../../lib/json.ts';
import { isBrokerIssuer } from '../../../lib/loopback.ts';
import { shown } from '../../broker/ask.ts';
import { type Finding, ok, skipped, wrong } from './finding.ts';

export interface BrokerLook {
  readonly findings: readonly Finding[];
  /** The issuer that the broker names itself; null: there is no broker to ask. */
  readonly issuer: string | null;
}

const TIMEOUT_MS = 10_000;
/** The broker's own tolerance of clocks. */
const TOLERANCE_SECONDS = 60;

/** Looks at the address: whether a broker is there, whether it goes by that name, and whose clock is off. */
export async function lookAtBroker(address: string | undefined): Promise<BrokerLook> {
  const missing = [skipped('issuer', 'no broker was reached'), skipped('clock', 'no broker was reached')];
  if (address === undefined || address === '') {
    const fix = 'give --broker URL, or set TOKEN_BROKER_URL';
    return { findings: [wrong('broker', 'nobody said where it is', fix), ...missing], issuer: null };
  }
  const origin = address.replace(/\/$/, '');
  if (!isBrokerIssuer(origin)) {
    const fix = 'an https origin without a path, such as https://broker.example.com; http for this machine only';
    return {
      findings: [wrong('broker', `${shown(address)} is no address of a broker`, fix), ...missing],
      issuer: null,
    };
  }
  const began = Date.now();
  const answer = await askMetadata(origin);
  if ('status' in answer) return { findings: [answer, ...missing], issuer: null };
  const ms = Date.now() - began;
  return {
    findings: [
      ok('broker', `${origin} answers in ${ms} ms`),
      lookAtIssuer(origin, answer.issuer),
      lookAtClock(answer.date, began + ms / 2),
    ],
    issuer: answer.issuer,
  };
}

async function askMetadata(
  origin: string,
): Promise<Finding | { readonly issuer: string; readonly date: string | null }> {
  const url = `${origin}/.well-known/oauth-authorization-server`;
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (response.status >= 300 && response.status < 400) {
      const target = response.headers.get('location') ?? 'elsewhere';
      return wrong('broker', `${origin} redirects to ${shown(target)}`, 'give the address that it leads to');
    }
    const body: unknown = await response.json().catch(() => null);
    const issuer = isJsonObject(body) ? body['issuer'] : undefined;
    if (response.status === 200 && typeof issuer === 'string') return { issuer, date: response.headers.get('date') };
    return wrong('broker', `${origin} answers ${response.status} and is no broker`, 'ask who runs it for its issuer');
  } catch (error) {
    return unreachable(origin, error);
  }
}

/** Node's own codes of what fetch could not do, and what mends each. */
const FIXES: readonly (readonly [codes: RegExp, what: string, fix: string])[] = [
  [/^(?:ENOTFOUND|EAI_)/, 'has no address', 'look at the name, and at the DNS of this network'],
  [/^ECONNREFUSED$/, 'refuses connections', 'look at the port; is it running?'],
  [
    /CERT|^ERR_TLS|SIGNATURE|VERIFY/,
    'has a certificate that this machine does not trust',
    'a proxy in between? Give Node.js its authority with NODE_EXTRA_CA_CERTS; never switch the check off',
  ],
  [
    /TIMEDOUT|TIMEOUT|ABORT/i,
    'does not answer within ten seconds',
    'look at routes, security groups and HTTPS_PROXY (with NODE_USE_ENV_PROXY=1)',
  ],
];

function unreachable(origin: string, error: unknown): Finding {
  const code = codeOf(error);
  const known = FIXES.find(([codes]) => codes.test(code));
  if (known !== undefined) return wrong('broker', `${origin} ${known[1]} (${code})`, known[2]);
  return wrong('broker', `${origin} cannot be reached (${code})`, 'look at the network between here and there');
}

function codeOf(error: unknown): string {
  const cause = Object(Object(error).cause);
  const [code, name] = [cause.code, Object(error).name];
  if (typeof code === 'string') return code;
  return typeof name === 'string' ? name : 'unknown';
}

function lookAtIssuer(origin: string, issuer: string): Finding {
  if (issuer === origin) return ok('issuer', `it goes by ${issuer}: the audience of proofs`);
  return wrong(
    'issuer',
    `it is asked at ${origin} and goes by ${shown(issuer)}`,
    `use ${shown(issuer)}: proofs for another audience are refused`,
  );
}

function lookAtClock(date: string | null, at: number): Finding {
  const there = Date.parse(date ?? '');
  if (Number.isNaN(there)) return skipped('clock', 'the broker did not say what time it is');
  const seconds = Math.round((at - there) / 1000);
  if (Math.abs(seconds) <= TOLERANCE_SECONDS) return ok('clock', `${Math.abs(seconds)} s from the broker's`);
  return wrong(
    'clock',
    `this machine is ${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'} the broker`,
    'set it (timedatectl set-ntp true, chronyc makestep): proofs made here are refused',
  );
}

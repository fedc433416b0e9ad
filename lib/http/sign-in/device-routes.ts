import { accept, type Outcome, refuse } from '../../outcome.ts';
import { type Devices, type PendingDevice, readUserCode } from '../../sign-in/device/devices.ts';
import type { AuthorizationRequest } from '../../sign-in/sign-ins.ts';
import type { Seconds } from '../../time.ts';
import { readForm } from '../form.ts';
import { missingParameter } from '../parameters.ts';
import type { Route, RouteAnswer, RouteRequest } from '../route.ts';
import { PAGE_ROUTE } from './page-route.ts';
import { chooseConnectionPage, comparePage, deviceCodePage } from './pages/device-pages.ts';
import { type ProviderRedirectPorts, redirectToProvider } from './provider-redirect.ts';

export interface DevicePagePorts extends ProviderRedirectPorts {
  readonly devices: Devices;
  /** Codes that nobody waits under, by address (RFC 8628 section 5.1). */
  readonly wrongCodes: {
    /** null: more may be tried from there. */
    blockedFor(name: string, address: string): Seconds | null;
    count(name: string, address: string): Promise<Seconds | null>;
  };
}

const FORM = { maxBytes: 4 * 1024 };
/** All codes are one thing to guess. */
const COUNTER = 'user code';

/**
 * `/device` (RFC 8628 section 3.3): a form for the code, and what its POST finds: which machine asks, to be compared,
 * with the way to the identity provider, once the person has chosen one where the program names none. The code of
 * `verification_uri_complete` is filled in and nothing more.
 */
export const deviceRoute = (ports: DevicePagePorts): Route => ({
  ...PAGE_ROUTE,
  name: 'device',
  paths: ['/device'],
  methods: ['GET', 'POST'],
  handle: async (request, { signal }) =>
    request.method === 'GET'
      ? accept({ answer: deviceCodePage(readUserCode(request.query.one('user_code') ?? ''), request.id) })
      : compare(ports, request, signal),
});

async function compare(
  ports: DevicePagePorts,
  request: RouteRequest,
  signal: AbortSignal,
): Promise<Outcome<RouteAnswer>> {
  const form = readForm(request, FORM);
  if (!form.ok) return form;
  const typed = form.value.one('user_code');
  if (typed === null) return missingParameter('user_code');
  const blocked = ports.wrongCodes.blockedFor(COUNTER, request.sourceIp);
  if (blocked !== null) return refuse('user_code_attempts_exceeded', { retryAfter: blocked });
  const code = readUserCode(typed);
  const pending = code === null ? null : await ports.devices.find(code, signal);
  if (pending === null) {
    const wait = await ports.wrongCodes.count(COUNTER, request.sourceIp);
    return wait === null ? refuse('user_code_unknown') : refuse('user_code_attempts_exceeded', { retryAfter: wait });
  }
  const connection = pending.connection ?? form.value.one('connection');
  if (connection === null) {
    const connections = await (await ports.configurations.current(signal)).signInConnections(signal);
    return accept({ answer: chooseConnectionPage(pending, connections, request.id) });
  }
  const begun = await redirectToProvider(
    ports,
    request,
    { connection, authorization: authorizationOf(pending) },
    signal,
  );
  if (!begun.ok) return begun;
  const { headers, cookies } = begun.value.answer;
  const page = comparePage(pending, { connection, location: String(headers?.['location'] ?? '') }, request.id);
  return accept({ answer: { ...page, ...(cookies === undefined ? {} : { cookies }) } });
}

/** There is no redirect, and no verifier: the device polls with a secret of its own. */
const authorizationOf = (pending: PendingDevice): AuthorizationRequest => {
  const { client, scopes, targets, userCode, name, sourceIp, device, expires } = pending;
  return {
    ...{ client, redirectUri: '', responseMode: 'query', scopes, targets, state: null, codeChallenge: '' },
    device: { userCode, name, sourceIp, device, expires },
  };
};

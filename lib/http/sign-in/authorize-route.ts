import { APPROVALS_CLIENT } from '../../approval/sign-in.ts';
import { accept, type Outcome, refuse } from '../../outcome.ts';
import { CODE_SECONDS, type DecidePorts, decideSignIn } from '../../sign-in/decide-sign-in.ts';
import { type TrustPorts, trustClient } from '../../sign-in/trust-client.ts';
import { setCookie } from '../approvals/cookies.ts';
import { missingParameter } from '../parameters.ts';
import type { Handling, Route, RouteAnswer, RouteRequest } from '../route.ts';
import { readAuthorize, readDecision, readRedirect, readResponseMode, readState } from './authorize-request.ts';
import { readBrowserCookie } from './browser-cookie.ts';
import { PAGE_ROUTE } from './page-route.ts';
import { connectionsPage } from './pages/connections-page.ts';
import { decidedPage } from './pages/device-pages.ts';
import { type ProviderRedirectPorts, redirectToProvider } from './provider-redirect.ts';
import { codeRedirect, errorRedirect } from './redirect.ts';

export type AuthorizePorts = ProviderRedirectPorts & DecidePorts & TrustPorts;

/**
 * `GET /oauth2/authorize` (RFC 6749 section 4.1.1) and the POST of its page. Until the redirect URI is trusted a
 * refusal is a page; from then on refusals and outages go there.
 */
export const authorizeRoute = (ports: AuthorizePorts): Route => ({
  ...PAGE_ROUTE,
  name: 'authorize',
  paths: ['/oauth2/authorize'],
  methods: ['GET', 'POST'],
  handle: (request, handling) =>
    request.method === 'GET' ? authorize(ports, request, handling) : decide(ports, request, handling),
});

async function authorize(
  ports: AuthorizePorts,
  request: RouteRequest,
  { signal, refuseAs }: Handling,
): Promise<Outcome<RouteAnswer>> {
  const asked = readRedirect(request);
  if (!asked.ok) return asked;
  const { client, redirectUri, query } = asked.value;
  const configuration = await ports.configurations.current(signal);
  const trusted = await trustClient(ports, { client, redirectUri }, configuration, signal);
  if (!trusted.ok) return trusted;
  refuseAs(
    errorRedirect({ redirectUri, state: readState(query), responseMode: readResponseMode(query) }, ports.issuer),
  );
  const parsed = readAuthorize(asked.value);
  if (!parsed.ok) return parsed;
  const { connection, authorization } = parsed.value;
  if (connection !== null) return redirectToProvider(ports, request, { connection, authorization }, signal);
  const connections = await configuration.signInConnections(signal);
  if (connections.length === 0) return missingParameter('connection');
  return accept({ answer: connectionsPage(connections, authorization, request.rawQuery, request.id) });
}

async function decide(
  ports: AuthorizePorts,
  request: RouteRequest,
  { signal, refuseAs }: Handling,
): Promise<Outcome<RouteAnswer>> {
  const form = readDecision(request, readBrowserCookie(request, ports.issuer));
  if (!form.ok) return form;
  const decided = await decideSignIn(ports, form.value, signal);
  if (!decided.ok) return decided;
  const { code, authorization, connection } = decided.value;
  if (authorization.device !== undefined) return accept({ answer: decidedPage(form.value.decision, request.id) });
  refuseAs(errorRedirect(authorization, ports.issuer));
  if (code === null) return refuse('sign_in_declined');
  // The page of the approver is this broker's own, and needs no address to be handed it by.
  if (authorization.client === APPROVALS_CLIENT) {
    const cookie = setCookie('code', code, ports.issuer, CODE_SECONDS);
    return accept({ answer: codeRedirect(authorization, [], ports.issuer, request.id, [cookie]) });
  }
  // Its person may have chosen on the broker's own list, and chooses no more next time.
  const more = authorization.client === 'console' ? ([['connection', connection]] as const) : [];
  return accept({ answer: codeRedirect(authorization, [['code', code], ...more], ports.issuer, request.id) });
}

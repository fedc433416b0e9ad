import { accept, type Outcome } from '../../outcome.ts';
import type { OidcAnswerPorts, ReturnedAnswer } from '../../sign-in/oidc/answer-oidc-sign-in.ts';
import { missingParameter, repeatedParameter } from '../parameters.ts';
import type { Route, RouteRequest } from '../route.ts';
import { readBrowserCookie } from './browser-cookie.ts';
import { PAGE_ROUTE } from './page-route.ts';
import { signedInAnswer } from './pages/signed-in-answer.ts';
import { type ProviderRedirectPorts, redirectToProvider } from './provider-redirect.ts';

const connectionOf = ({ pathParameters }: RouteRequest): string => pathParameters['connection'] ?? '';

/** A sign-in for its own sake, which ends with a page that says who the person is here. */
export const oidcLoginRoute = (ports: ProviderRedirectPorts): Route => ({
  ...PAGE_ROUTE,
  name: 'oidc-login',
  paths: ['/oidc/{connection}/login'],
  methods: ['GET'],
  handle: (request, { signal }) =>
    redirectToProvider(
      ports,
      request,
      { connection: connectionOf(request), type: 'oidc', authorization: null },
      signal,
    ),
});

/** The issuer's answer, by way of the browser: its code stands in the query (RFC 6749 section 4.1.2). */
export const oidcCallbackRoute = (ports: OidcAnswerPorts): Route => ({
  ...PAGE_ROUTE,
  name: 'oidc-callback',
  paths: ['/oidc/{connection}/callback'],
  methods: ['GET'],
  receives: 'code',
  handle: async (request, { signal }) => {
    const returned = readReturned(request, readBrowserCookie(request, ports.issuer));
    if (!returned.ok) return returned;
    const { answerOidcSignIn } = await import('../../sign-in/oidc/answer-oidc-sign-in.ts');
    const signedIn = await answerOidcSignIn(ports, returned.value, signal);
    return signedIn.ok ? accept({ answer: signedInAnswer(signedIn.value, request.id) }) : signedIn;
  },
});

const READ = ['state', 'iss', 'code', 'error'] as const;
const ERROR = /^[A-Za-z0-9_.:/-]{1,64}$/;

function readReturned(request: RouteRequest, browser: string | null): Outcome<ReturnedAnswer> {
  const { query, id, sourceIp } = request;
  const twice = READ.find((name) => query.all(name).length > 1);
  if (twice !== undefined) return repeatedParameter(twice);
  const [state, issuer, code, error] = READ.map((name) => query.one(name));
  if (typeof state !== 'string') return missingParameter('state');
  const common = { connection: connectionOf(request), state, issuer: issuer ?? null, browser, id, sourceIp };
  if (typeof error === 'string')
    return accept({ ...common, result: { error: ERROR.test(error) ? error : 'unreadable' } });
  return typeof code === 'string' ? accept({ ...common, result: { code } }) : missingParameter('code');
}

import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { signInPorts } from '../lib/composition/sign-in.ts';
import type { HttpRequest } from '../lib/http/http-request.ts';
import { type Route, type RouteAnswer, type RoutePorts, routeHandler } from '../lib/http/route-handler.ts';
import { readAuthorize, readDecision, readRedirect, readState } from '../lib/http/sign-in/authorize-request.ts';
import { browserCookie, readBrowserCookie } from '../lib/http/sign-in/browser-cookie.ts';
import { consentPage } from '../lib/http/sign-in/pages/consent-page.ts';
import { refusalPage } from '../lib/http/sign-in/pages/refusal-page.ts';
import { signedInPage } from '../lib/http/sign-in/pages/signed-in-page.ts';
import { type Callback, codeRedirect, errorRedirect, redirectTo } from '../lib/http/sign-in/redirect.ts';
import { readSamlResponse } from '../lib/http/sign-in/saml-response.ts';
import { metadataAnswer, signInRoute } from '../lib/http/sign-in/saml-routes.ts';
import { accept, type Outcome, refuse } from '../lib/outcome.ts';
import { type AnswerPorts, answerSignIn } from '../lib/sign-in/answer-sign-in.ts';
import { type BeginPorts, beginSignIn } from '../lib/sign-in/begin-sign-in.ts';
import { type DecidePorts, decideSignIn } from '../lib/sign-in/decide-sign-in.ts';
import { publishedMetadata } from '../lib/sign-in/published-metadata.ts';
import { hashOf, makeSecret } from '../lib/sign-in/secret.ts';
import type { AuthorizationRequest } from '../lib/sign-in/sign-ins.ts';
import { trustClient } from '../lib/sign-in/trust-client.ts';

export type SignInPorts = RoutePorts & BeginPorts & AnswerPorts & DecidePorts;

/** An identity provider's metadata may have to be fetched; API Gateway waits 30 s. */
const BUDGET_MS = 10_000;

const page: Pick<Route, 'budgetMs' | 'refuse'> = {
  budgetMs: BUDGET_MS,
  refuse: (refusal, request, headers) => refusalPage(refusal, request.id, headers),
};

/** `GET /oauth2/authorize` (RFC 6749 section 4.1.1) and the POST of its page. Once the redirect URI is trusted, refusals and outages go there too. */
function authorizeHandler(ports: SignInPorts) {
  const callbacks = new WeakMap<HttpRequest, Callback>();
  const handle = (request: HttpRequest, signal: AbortSignal) =>
    request.method === 'GET' ? authorize(ports, request, callbacks, signal) : decide(ports, request, callbacks, signal);
  return routeHandler(
    {
      name: 'authorize',
      methods: ['GET', 'POST'],
      budgetMs: BUDGET_MS,
      handle,
      refuse: (refusal, request, headers) => {
        const callback = callbacks.get(request);
        if (callback === undefined) return refusalPage(refusal, request.id, headers);
        return errorRedirect(callback, refusal, ports.issuer, request.id);
      },
    },
    ports,
  );
}

async function authorize(
  ports: SignInPorts,
  request: HttpRequest,
  callbacks: WeakMap<HttpRequest, Callback>,
  signal: AbortSignal,
): Promise<Outcome<RouteAnswer>> {
  const asked = readRedirect(request);
  if (!asked.ok) return asked;
  const { client, redirectUri, query } = asked.value;
  const configuration = await ports.configurations.current(signal);
  const trusted = await trustClient(client, redirectUri, configuration, signal);
  if (!trusted.ok) return trusted;
  callbacks.set(request, { redirectUri, state: readState(query) });
  const parsed = readAuthorize(asked.value);
  if (!parsed.ok) return parsed;
  const { connection, authorization } = parsed.value;
  return begin(ports, request, connection, authorization, signal);
}

/** Remembers the sign-in with the browser's cookie and sends the browser to the identity provider. */
async function begin(
  ports: SignInPorts,
  request: HttpRequest,
  connection: string,
  authorization: AuthorizationRequest | null,
  signal: AbortSignal,
): Promise<Outcome<RouteAnswer>> {
  const browser = readBrowserCookie(request, ports.issuer) ?? makeSecret(ports.random);
  const configuration = await ports.configurations.current(signal);
  const signIn = { connection, browser: hashOf(browser), authorization };
  const location = await beginSignIn(ports, signIn, configuration, signal);
  if (!location.ok) return location;
  const cookie = browserCookie(browser, ports.issuer);
  return accept({ answer: redirectTo(location.value, request.id, 302, [cookie]) });
}

async function decide(
  ports: SignInPorts,
  request: HttpRequest,
  callbacks: WeakMap<HttpRequest, Callback>,
  signal: AbortSignal,
): Promise<Outcome<RouteAnswer>> {
  const form = readDecision(request, readBrowserCookie(request, ports.issuer));
  if (!form.ok) return form;
  const decided = await decideSignIn(ports, form.value, signal);
  if (!decided.ok) return decided;
  const { code, authorization } = decided.value;
  callbacks.set(request, authorization);
  if (code === null) return refuse('sign_in_declined');
  return accept({ answer: codeRedirect(authorization, code, ports.issuer, request.id) });
}

/** `GET /saml/{connection}/login`: a sign-in for its own sake, which ends with a page that says who the person is here. */
const loginHandler = (ports: SignInPorts) =>
  routeHandler(
    {
      ...page,
      name: 'saml-login',
      methods: ['GET'],
      handle: (request, signal) => begin(ports, request, connectionOf(request), null, signal),
    },
    ports,
  );

/** `POST /saml/{connection}/acs`: the identity provider's answer, by way of the browser. */
const acsHandler = (ports: SignInPorts) =>
  routeHandler(
    {
      ...page,
      name: 'saml-acs',
      methods: ['POST'],
      handle: async (request, signal) => {
        const document = readSamlResponse(request);
        if (!document.ok) return document;
        const browser = readBrowserCookie(request, ports.issuer);
        const posted = { connection: connectionOf(request), document: document.value, browser, id: request.id };
        const signedIn = await answerSignIn(ports, posted, signal);
        if (!signedIn.ok) return signedIn;
        const { principal, question } = signedIn.value;
        const answer =
          question === null ? signedInPage(principal, request.id) : consentPage(signedIn.value, question, request.id);
        return accept({ answer });
      },
    },
    ports,
  );

/** `GET /saml/{connection}/metadata`: this broker as that connection's service provider. */
const metadataHandler = (ports: SignInPorts) =>
  routeHandler(
    {
      ...page,
      name: 'saml-metadata',
      methods: ['GET', 'HEAD'],
      handle: async (request, signal) => {
        const document = await publishedMetadata(ports, connectionOf(request), signal);
        return document.ok ? accept({ answer: metadataAnswer(document.value, request.id) }) : document;
      },
    },
    ports,
  );

const connectionOf = ({ parameters }: HttpRequest): string => parameters['connection'] ?? '';

/** Signing in at a browser: one function, four routes. */
export function signInHandler(ports: SignInPorts) {
  const handlers = {
    authorize: authorizeHandler(ports),
    metadata: metadataHandler(ports),
    login: loginHandler(ports),
    acs: acsHandler(ports),
  };
  return (event: APIGatewayProxyEventV2, context: Context) => handlers[signInRoute(event.rawPath)](event, context);
}

export const handler = signInHandler(signInPorts());

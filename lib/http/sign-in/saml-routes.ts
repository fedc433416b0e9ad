import { accept } from '../../outcome.ts';
import { type AnswerPorts, answerSignIn } from '../../sign-in/answer-sign-in.ts';
import { type PublishPorts, publishedMetadata } from '../../sign-in/published-metadata.ts';
import { commonHeaders, type HttpAnswer } from '../http-answer.ts';
import type { Route, RouteRequest } from '../route.ts';
import { readBrowserCookie } from './browser-cookie.ts';
import { PAGE_ROUTE } from './page-route.ts';
import { signedInAnswer } from './pages/signed-in-answer.ts';
import { type ProviderRedirectPorts, redirectToProvider } from './provider-redirect.ts';
import { readSamlResponse } from './saml-response.ts';

const connectionOf = ({ pathParameters }: RouteRequest): string => pathParameters['connection'] ?? '';

/** A sign-in for its own sake, which ends with a page that says who the person is here. */
export const loginRoute = (ports: ProviderRedirectPorts): Route => ({
  ...PAGE_ROUTE,
  name: 'saml-login',
  paths: ['/saml/{connection}/login'],
  methods: ['GET'],
  handle: (request, { signal }) =>
    redirectToProvider(
      ports,
      request,
      { connection: connectionOf(request), type: 'saml', authorization: null },
      signal,
    ),
});

/** The identity provider's answer, by way of the browser. */
export const acsRoute = (ports: AnswerPorts): Route => ({
  ...PAGE_ROUTE,
  name: 'saml-acs',
  paths: ['/saml/{connection}/acs'],
  methods: ['POST'],
  handle: async (request, { signal }) => {
    const document = readSamlResponse(request);
    if (!document.ok) return document;
    const browser = readBrowserCookie(request, ports.issuer);
    const posted = { connection: connectionOf(request), document: document.value, browser, ...idAndAddress(request) };
    const signedIn = await answerSignIn(ports, posted, signal);
    if (!signedIn.ok) return signedIn;
    return accept({ answer: signedInAnswer(signedIn.value, request.id) });
  },
});

const idAndAddress = ({ id, sourceIp }: RouteRequest) => ({ id, sourceIp });

/** This broker as that connection's service provider. */
export const metadataRoute = (ports: PublishPorts): Route => ({
  ...PAGE_ROUTE,
  name: 'saml-metadata',
  paths: ['/saml/{connection}/metadata'],
  methods: ['GET', 'HEAD'],
  handle: async (request, { signal }) => {
    const document = await publishedMetadata(ports, connectionOf(request), signal);
    return document.ok ? accept({ answer: metadataAnswer(document.value, request.id) }) : document;
  },
});

const METADATA_MAX_AGE_SECONDS = 3_600;

/** The same for everybody (SAML metadata appendix A: its media type). */
const metadataAnswer = (document: string, requestId: string): HttpAnswer => ({
  statusCode: 200,
  headers: {
    ...commonHeaders(requestId),
    'content-type': 'application/samlmetadata+xml',
    'cache-control': `public, max-age=${METADATA_MAX_AGE_SECONDS}`,
  },
  body: document,
});

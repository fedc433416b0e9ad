import { signInPorts } from '../lib/composition/sign-in.ts';
import { type RoutePorts, routeHandler } from '../lib/http/route-handler.ts';
import { type AuthorizePorts, authorizeRoute } from '../lib/http/sign-in/authorize-route.ts';
import { acsRoute, loginRoute, metadataRoute } from '../lib/http/sign-in/saml-routes.ts';
import type { AnswerPorts } from '../lib/sign-in/answer-sign-in.ts';

export type SignInPorts = RoutePorts & AuthorizePorts & AnswerPorts;

/** Signing in at a browser: one function, four routes. */
export const signInHandler = (ports: SignInPorts) =>
  routeHandler([authorizeRoute(ports), loginRoute(ports), acsRoute(ports), metadataRoute(ports)], ports);

export const handler = signInHandler(signInPorts());

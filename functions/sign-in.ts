import { signInPorts } from '../lib/composition/sign-in.ts';
import { type RoutePorts, routeHandler } from '../lib/http/route-handler.ts';
import { type AuthorizePorts, authorizeRoute } from '../lib/http/sign-in/authorize-route.ts';
import { deviceAuthorizationRoute } from '../lib/http/sign-in/device-request.ts';
import { type DevicePagePorts, deviceRoute } from '../lib/http/sign-in/device-routes.ts';
import { oidcCallbackRoute, oidcLoginRoute } from '../lib/http/sign-in/oidc-routes.ts';
import { acsRoute, loginRoute, metadataRoute } from '../lib/http/sign-in/saml-routes.ts';
import type { AnswerPorts } from '../lib/sign-in/answer-sign-in.ts';
import type { OidcAnswerPorts } from '../lib/sign-in/oidc/answer-oidc-sign-in.ts';

export type SignInPorts = RoutePorts & AuthorizePorts & AnswerPorts & OidcAnswerPorts & DevicePagePorts;

/** Signing in at a browser: one function, all of its routes. */
export const signInHandler = (ports: SignInPorts) =>
  routeHandler(
    [
      authorizeRoute(ports),
      loginRoute(ports),
      acsRoute(ports),
      metadataRoute(ports),
      oidcLoginRoute(ports),
      oidcCallbackRoute(ports),
      deviceAuthorizationRoute(ports),
      deviceRoute(ports),
    ],
    ports,
  );

export const handler = signInHandler(signInPorts());

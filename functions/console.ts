import { consolePorts } from '../lib/composition/console.ts';
import { type ConsolePorts, consoleRoutes } from '../lib/http/console-routes.ts';
import { type RoutePorts, routeHandler } from '../lib/http/route-handler.ts';

/** `GET /console`: the operators' page. What it shows comes of the API, for the token of whoever signed in there. */
export const consoleHandler = (ports: RoutePorts & ConsolePorts) => routeHandler(consoleRoutes(ports), ports);

export const handler = consoleHandler(consolePorts());

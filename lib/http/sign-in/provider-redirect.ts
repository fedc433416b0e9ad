import { accept, type Outcome } from '../../outcome.ts';
import type { Configurations } from '../../ports/configuration.ts';
import { type Begin, type BeginPorts, beginSignIn } from '../../sign-in/begin-sign-in.ts';
import { makeSecret } from '../../sign-in/secret.ts';
import type { RouteAnswer, RouteRequest } from '../route.ts';
import { browserCookie, readBrowserCookie } from './browser-cookie.ts';
import { redirectTo } from './redirect.ts';

export interface ProviderRedirectPorts extends BeginPorts {
  readonly configurations: Configurations;
}

/** Begins the sign-in, bound to the browser by its cookie, and sends the browser to the identity provider. */
export async function redirectToProvider(
  ports: ProviderRedirectPorts,
  request: RouteRequest,
  asked: Omit<Begin, 'browser'>,
  signal: AbortSignal,
): Promise<Outcome<RouteAnswer>> {
  const browser = readBrowserCookie(request, ports.issuer) ?? makeSecret(ports.random);
  const configuration = await ports.configurations.current(signal);
  const location = await beginSignIn(ports, { ...asked, browser }, configuration, signal);
  if (!location.ok) return location;
  const cookie = browserCookie(browser, ports.issuer);
  return accept({ answer: redirectTo(location.value, request.id, 302, [cookie]) });
}

import type { IssuePorts } from '../issue.ts';
import { issuePorts } from './issue.ts';
import { type LiveRoutePorts, routePorts } from './route.ts';
import { samlAuthenticator } from './saml-authenticator.ts';

/** The ports of `POST /sts`: what /v1/credentials has, and SAML. */
export function stsPorts(): LiveRoutePorts & IssuePorts {
  const ports = issuePorts();
  return { ...routePorts(), ...ports, authenticators: { ...ports.authenticators, saml: samlAuthenticator } };
}

import type { IssuePorts } from '../issue.ts';
import { liveIssuePorts } from './live.ts';
import { samlAuthenticator } from './saml-authenticator.ts';

/** The ports of /sts: what /v1/credentials has, and SAML. */
export function liveStsPorts(): IssuePorts {
  const ports = liveIssuePorts();
  return { ...ports, authenticators: { ...ports.authenticators, saml: samlAuthenticator } };
}

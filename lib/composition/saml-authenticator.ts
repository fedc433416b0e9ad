import type { Authenticators } from '../issuance/authenticate.ts';

/**
 * The verifier of SAML documents for the functions that take them: its code and its dependencies are loaded with the
 * first one.
 */
export const samlAuthenticator: NonNullable<Authenticators['saml']> = async ({ document, at }, context) => {
  const { liveSaml, verifySaml } = await import('./saml.ts');
  return verifySaml(document, at, liveSaml().context(context));
};

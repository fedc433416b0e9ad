/** How a provider departs from RFC 6749, where a preset names it. */
export interface ProviderDialect {
  /** Between the scopes of an answer. */
  readonly scopeSeparator: ' ' | ',';
  /** Values of `token_type` that mean Bearer, lower case. */
  readonly bearerTypes: readonly string[];
  /** Where the scope of a JWT bearer grant is read: from the form, or from the assertion. */
  readonly scopeOfAssertion: 'form' | 'claim';
  /** Header parameter that names the key of a client assertion. */
  readonly keyHeader: 'kid' | 'x5t#S256';
}

const STANDARD: ProviderDialect = {
  scopeSeparator: ' ',
  bearerTypes: ['bearer'],
  scopeOfAssertion: 'form',
  keyHeader: 'kid',
};

const DIALECTS: Readonly<Record<string, Partial<ProviderDialect>>> = {
  // developers.google.com, "Using OAuth 2.0 for Server to Server Applications": `scope` is a claim of the assertion.
  google: { scopeOfAssertion: 'claim' },
  // docs.slack.dev, "oauth.v2.access".
  slack: { scopeSeparator: ',', bearerTypes: ['bearer', 'bot', 'user'] },
  // learn.microsoft.com, "Microsoft identity platform application authentication certificate credentials": the key is
  // named by its certificate.
  'entra-id': { keyHeader: 'x5t#S256' },
};

export const dialectOf = (preset: string | null): ProviderDialect => ({
  ...STANDARD,
  ...(preset === null ? {} : DIALECTS[preset]),
});

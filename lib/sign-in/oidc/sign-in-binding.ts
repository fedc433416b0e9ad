import { createHash, createHmac } from 'node:crypto';

/**
 * What ties an OpenID Connect sign-in to the browser that began it: made of the secret in its cookie, so that the table
 * keeps neither, and another browser can redeem no code (RFC 7636) and fits no ID token (OpenID Connect Core section
 * 3.1.2.1). 256 bits each, as base64url. Secret but for what the challenge says.
 */
const derived = (browser: string, requestId: string, use: 'nonce' | 'code verifier'): string =>
  createHmac('sha256', browser).update(`${use} ${requestId}`).digest('base64url');

export const nonceOf = (browser: string, requestId: string): string => derived(browser, requestId, 'nonce');

export const codeVerifierOf = (browser: string, requestId: string): string =>
  derived(browser, requestId, 'code verifier');

/** S256 (RFC 7636 section 4.2). */
export const challengeOf = (verifier: string): string => createHash('sha256').update(verifier).digest('base64url');

/** Where an issuer sends the browser back to: an address for each connection, so that none can answer for another. */
export const callbackUrl = (issuer: string, connection: string): string => `${issuer}/oidc/${connection}/callback`;

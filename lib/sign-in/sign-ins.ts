import type { Principal } from '../identity/principal.ts';
import type { EpochSeconds } from '../time.ts';

/**
 * Where the answer's parameters stand in the redirect (OAuth 2.0 Multiple Response Type Encoding Practices, section
 * 2.1). A fragment goes to the page's script and to no server: to none of its logs, and into no referrer.
 */
export type ResponseMode = 'query' | 'fragment';

/**
 * What a program asked for at the authorization endpoint (RFC 6749 section 4.1.1, RFC 7636), once client and redirect
 * URI are trusted.
 */
export interface AuthorizationRequest {
  readonly client: string;
  readonly redirectUri: string;
  readonly responseMode: ResponseMode;
  /** None until somebody has signed in, where a resource is named in their place: then those that they may have. */
  readonly scopes: readonly string[];
  /**
   * `resource` and `audience` (RFC 8707 section 2): what the code gives is for these and nothing else; empty: none
   * named.
   */
  readonly targets: readonly string[];
  /** Passed back as it came; null: none was sent. */
  readonly state: string | null;
  /** S256: base64url of SHA-256 of the verifier. */
  readonly codeChallenge: string;
  /** Only of the device grant (RFC 8628): there is no redirect, and these are shown before anybody decides. */
  readonly device?: AskingDevice;
}

/** A machine that waits for somebody's decision at a browser elsewhere. */
export interface AskingDevice {
  /** Eight letters. */
  readonly userCode: string;
  /** The machine in its program's own words, or null. */
  readonly name: string | null;
  readonly sourceIp: string;
  /** `hashOf` the device code: what is allowed is put under it. */
  readonly device: string;
  readonly expires: EpochSeconds;
}

/** A person on the way to an identity provider. */
export interface PendingSignIn {
  /** ID of the AuthnRequest; the answer's InResponseTo. */
  readonly requestId: string;
  readonly connection: string;
  /** SHA-256 (hex) of the secret in the cookie of the browser that began. */
  readonly browser: string;
  /** null: a sign-in for its own sake; it ends with a page and hands nothing over. */
  readonly authorization: AuthorizationRequest | null;
  readonly expires: EpochSeconds;
}

/** The identity provider has answered; the person has yet to say yes. */
export interface AnsweredSignIn {
  readonly connection: string;
  readonly authorization: AuthorizationRequest;
  readonly principal: Principal;
}

/** What only the browser with the page and the cookie knows: both are needed to decide. */
export interface Consent {
  readonly browser: string;
  /** The secret in the page's form. */
  readonly secret: string;
}

/**
 * Sign-ins under way. Every step can be taken once, of any number of callers at once by one. Throws
 * `Fault('sign-ins')`.
 */
export interface SignIns {
  begin(signIn: PendingSignIn, signal: AbortSignal): Promise<void>;
  /** null: there is none of this id, it has ended, or it was answered. */
  find(requestId: string, signal: AbortSignal): Promise<PendingSignIn | null>;
  /**
   * The answer's principal, to be decided on with `secret`, of what `pending` asks for. False: it was answered before.
   */
  answer(pending: PendingSignIn, principal: Principal, secret: string, signal: AbortSignal): Promise<boolean>;
  /** Takes an answered sign-in, to be decided on; null: no such sign-in, other secrets, ended, or taken before. */
  take(requestId: string, consent: Consent, signal: AbortSignal): Promise<AnsweredSignIn | null>;
}

/** What an authorization code stands for. */
export interface AuthorizationCode {
  readonly authorization: AuthorizationRequest;
  readonly principal: Principal;
  readonly expires: EpochSeconds;
  /** What the code was redeemed for; null: not yet. */
  readonly redeemed: RedeemedCode | null;
}

export interface RedeemedCode {
  readonly issuance: string;
  /** When what was issued ends. */
  readonly until: EpochSeconds;
}

/**
 * Authorization codes, kept as hashes and beyond their end, so that one that is used again is known for it. Throws
 * `Fault('sign-ins')`.
 */
export interface AuthorizationCodes {
  put(code: string, kept: Omit<AuthorizationCode, 'redeemed'>, signal: AbortSignal): Promise<void>;
  /** Also a code that has ended: `expires` is for the caller to look at. */
  find(code: string, signal: AbortSignal): Promise<AuthorizationCode | null>;
  /** Says what it was redeemed for. True: somebody had used it again by then. */
  redeemed(code: string, redeemed: RedeemedCode, signal: AbortSignal): Promise<boolean>;
  /** The code was used again: what it was redeemed for so far, or null. */
  usedAgain(code: string, signal: AbortSignal): Promise<RedeemedCode | null>;
}

/**
 * What sort of refusal a reason is. Each protocol maps the class to its own status and code, in one exhaustive switch
 * (`lib/http/`); nothing else decides a status.
 */
export type RefusalClass =
  /** The request is malformed; nobody was authenticated. */
  | 'request'
  /** The proof names nobody here. */
  | 'proof'
  /** The proof was good and its time is over. */
  | 'expired-proof'
  /** The key of a bound token, or of one to be bound, was not proven (RFC 9449). */
  | 'key-proof'
  /** The client did not authenticate. */
  | 'client'
  /** The client is known and may not use this grant type or endpoint. */
  | 'unauthorized-client'
  /** The scope is unknown, disabled or not allowed: all answer alike. */
  | 'scope'
  /** Somebody has yet to approve (RFC 8628 section 3.5): ask again. */
  | 'pending'
  /** A person said no, or may not say yes. */
  | 'declined'
  /** The target (audience, resource, role) is not the grant's, or the target refuses the broker. */
  | 'target'
  /** The grant type, response type or token type is not served. */
  | 'unsupported'
  /** A limit is reached. */
  | 'limit'
  /** Something of the broker's own can't be reached: retry. */
  | 'outage'
  /** An identity provider can't be reached: retry. */
  | 'idp-outage'
  /**
   * Whether the proof is good cannot be said before keys are looked for again: retry. No outage, because anybody who
   * makes a proof up is told so.
   */
  | 'not-yet'
  /** A provider that mints for the broker (STS, another authorization server) can't be reached or throttles: retry. */
  | 'provider-outage'
  /** A provider that mints for the broker answered something that is no use; retrying may not help. */
  | 'provider';

export interface RefusalEntry {
  readonly class: RefusalClass;
  /** One ASCII sentence for any caller, also for one that proved nothing. */
  readonly says: string;
}

/** What an answer needs of each reason. Its cause and fix stand in `explained/`, which no function loads. */
export const registry = <K extends string>(
  entries: Readonly<Record<K, RefusalEntry>>,
): Readonly<Record<K, RefusalEntry>> => entries;

import type { SamlConnection } from '../configuration/documents/connections.ts';
import type { Principal } from '../identity/principal.ts';
import { checkRequirement } from '../identity/requirement.ts';
import { viewClaims } from '../identity/saml/claims.ts';
import { principalOf } from '../identity/saml/principal-of.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import type { Outcome } from '../outcome.ts';
import type { CompiledConnection } from '../policy/connection.ts';
import { type EpochSeconds, epochSeconds } from '../time.ts';

/** How long an assertion lasts. */
const LIFETIME = 300;

/**
 * An assertion with these claims, and how rules see it: attributes by their own name or by the connection's alias, and
 * `nameId`, `nameIdFormat`, `sessionIndex`, `authnContext`, `issuer`.
 */
export function samlClaims(given: JsonObject, connection: SamlConnection, now: EpochSeconds) {
  const text = (name: string): string | null => (typeof given[name] === 'string' ? given[name] : null);
  const attributes = Object.entries(given)
    .filter(([name]) => !DERIVED.has(name))
    .map(([name, value]): [string, readonly string[]] => [connection.claims[name] ?? name, texts(value)]);
  const authn = {
    instant: now,
    sessionIndex: text('sessionIndex'),
    sessionNotOnOrAfter: null,
    contextClass: text('authnContext'),
  };
  const assertion = {
    ...{ id: 'assertion', issueInstant: now, signature: null, confirmations: [], audiences: [] },
    ...{ notBefore: null, notOnOrAfter: null, unusable: new Set<string>() },
    issuer: text('issuer') ?? connection.connection,
    nameId: text('nameId') ?? 'subject',
    nameIdFormat: text('nameIdFormat'),
    authn: [authn],
    attributes: new Map(attributes),
  };
  return { assertion, claims: viewClaims(assertion, connection) };
}

/** Whom an assertion with these claims would name. */
export function samlPrincipal(
  given: JsonObject,
  connection: CompiledConnection<SamlConnection>,
  now: EpochSeconds,
): Outcome<Principal> {
  const { assertion, claims } = samlClaims(given, connection, now);
  const required = checkRequirement(connection, claims);
  if (!required.ok) return required;
  const idp = { entityId: assertion.issuer };
  const expires = epochSeconds(now + LIFETIME);
  return principalOf(assertion, claims, { connection, idp }, { bytes: new Uint8Array(), expires });
}

const DERIVED: ReadonlySet<string> = new Set([
  ...['nameId', 'nameIdFormat', 'sessionIndex', 'authnContext', 'authnInstant', 'issuer'],
]);

const texts = (value: JsonValue): readonly string[] => (Array.isArray(value) ? value : [value]).map(String);

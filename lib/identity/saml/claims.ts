import type { SamlConnection } from '../../configuration/documents/connections.ts';
import type { JsonValue } from '../../json.ts';
import type { Reason } from '../../refusals/registry.ts';
import { toRfc3339 } from '../../time.ts';
import type { Claims } from '../principal.ts';
import type { AssertionShape } from './assertion.ts';

/**
 * The claims of a verified assertion: attributes by their exact name, shadowed by the connection's aliases and by the
 * derived names nameId, nameIdFormat, sessionIndex, authnContext, authnInstant (RFC 3339; of the first AuthnStatement)
 * and issuer, present or not. One value is a string, several are a list, none is absent. What nobody may use is
 * unavailable with saml_control_character.
 */
export function viewClaims(assertion: AssertionShape, connection: SamlConnection): Claims {
  const values = new Map<string, JsonValue>();
  const unavailable = new Map<string, Reason>();
  const set = (name: string, value: JsonValue | undefined): void => {
    unavailable.delete(name);
    if (value === undefined) values.delete(name);
    else values.set(name, value);
  };
  const setAttribute = (name: string, attribute: string): void => {
    set(name, attributeValue(assertion, attribute));
    if (assertion.unusable.has(attribute)) unavailable.set(name, 'saml_control_character');
  };
  for (const name of [...assertion.attributes.keys(), ...assertion.unusable]) setAttribute(name, name);
  for (const [alias, name] of Object.entries(connection.claims)) setAttribute(alias, name);
  const [authn] = assertion.authn;
  set('nameId', assertion.nameId ?? undefined);
  set('nameIdFormat', assertion.nameIdFormat ?? undefined);
  set('sessionIndex', authn?.sessionIndex ?? undefined);
  set('authnContext', authn?.contextClass ?? undefined);
  set('authnInstant', authn === undefined ? undefined : toRfc3339(authn.instant));
  set('issuer', assertion.issuer);
  return { values, unavailable };
}

function attributeValue({ attributes }: AssertionShape, name: string): JsonValue | undefined {
  const values = attributes.get(name) ?? [];
  return values.length > 1 ? values : values[0];
}

import type { SamlConnection } from '../../configuration/documents.ts';
import type { JsonValue } from '../../json.ts';
import { toRfc3339 } from '../../time.ts';
import type { Claims } from '../principal.ts';
import type { AssertionShape } from './assertion.ts';

/**
 * The claims of a genuine assertion: attributes by their exact name, shadowed by the connection's aliases and by the derived names nameId,
 * nameIdFormat, sessionIndex, authnContext, authnInstant (RFC 3339) and issuer, present or not. One value is a string, several are a list, none is absent.
 */
export function viewClaims(assertion: AssertionShape, connection: SamlConnection): Claims {
  const values = new Map<string, JsonValue>();
  const set = (name: string, value: JsonValue | undefined): void => {
    if (value === undefined) values.delete(name);
    else values.set(name, value);
  };
  for (const name of assertion.attributes.keys()) set(name, attributeValue(assertion, name));
  for (const [alias, name] of Object.entries(connection.claims)) set(alias, attributeValue(assertion, name));
  const { authn } = assertion;
  set('nameId', assertion.nameId);
  set('nameIdFormat', assertion.nameIdFormat);
  set('sessionIndex', authn?.sessionIndex ?? undefined);
  set('authnContext', authn?.contextClass ?? undefined);
  set('authnInstant', authn === null ? undefined : toRfc3339(authn.instant));
  set('issuer', assertion.issuer);
  return { values, unavailable: new Map() };
}

function attributeValue({ attributes }: AssertionShape, name: string): JsonValue | undefined {
  const values = attributes.get(name) ?? [];
  return values.length > 1 ? values : values[0];
}

import type { AwsIamConnection } from '../../configuration/documents.ts';
import { Fault, type Outcome } from '../../outcome.ts';
import { claimsLookup } from '../../policy/lookup.ts';
import { compileTemplate, renderTemplate, type Template } from '../../policy/template.ts';
import { PRINCIPAL_LABEL } from '../../policy/template-places.ts';
import type { Claims } from '../principal.ts';

const compiledOf = new WeakMap<AwsIamConnection, Template>();

/** The principal's label; `principal_invalid` where a value is missing or not plain text. Throws `Fault` for a template that does not compile. */
export function labelOf(connection: AwsIamConnection, claims: Claims): Outcome<string> {
  return renderTemplate(compiledFor(connection), claimsLookup(claims, connection.connection));
}

function compiledFor(connection: AwsIamConnection): Template {
  const known = compiledOf.get(connection);
  if (known !== undefined) return known;
  const compiled = compileTemplate(connection.principal, PRINCIPAL_LABEL);
  if (!('template' in compiled)) {
    throw new Fault('configuration', `principal of ${connection.connection} does not compile`);
  }
  compiledOf.set(connection, compiled.template);
  return compiled.template;
}

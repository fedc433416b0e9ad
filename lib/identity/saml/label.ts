import type { SamlConnection } from '../../configuration/documents.ts';
import type { Claims } from '../principal.ts';

/** The label that the connection's `principal` template makes of the claims; null where a claim is missing, empty or no plain string. */
export function labelOf(connection: SamlConnection, claims: Claims): string | null {
  let complete = true;
  const label = connection.principal.replace(/\$\{claims\.([^}]+)\}/g, (_all, name: string) => {
    const value = claims.values.get(name);
    if (typeof value === 'string' && value !== '') return value;
    complete = false;
    return '';
  });
  return complete ? label : null;
}

import type { OidcConnection } from '../../configuration/documents.ts';
import type { Claims } from '../principal.ts';

/** Until the compiled conditions of lib/policy are wired in: StringEquals only, everything else does not hold. */
export function requirementHolds(connection: OidcConnection, claims: Claims): boolean {
  return connection.require.every((conditions) =>
    Object.entries(conditions).every(
      ([operator, keys]) =>
        operator === 'StringEquals' &&
        Object.entries(keys).every(([key, values]) => {
          const value = claims.values.get(key.replace(/^claims\./, ''));
          return typeof value === 'string' && values.includes(value);
        }),
    ),
  );
}

export function labelOf(connection: OidcConnection, claims: Claims): string | null {
  let complete = true;
  const label = connection.principal.replace(/\$\{claims\.([^}]+)\}/g, (_all, name: string) => {
    const value = claims.values.get(name);
    if (typeof value === 'string' && value !== '') return value;
    complete = false;
    return '';
  });
  return complete ? label : null;
}

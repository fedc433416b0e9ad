import { nearest } from '../../nearest.ts';
import type { Client } from '../documents/clients.ts';
import type { Connection, OidcConnection } from '../documents/connections.ts';
import { ANY_TEXT, type Claim, type ClaimTable, claim, oneOf } from '../presets/claims.ts';
import type { Preset } from '../presets/preset.ts';
import { presets } from '../presets/table.ts';
import { parseUrl } from '../web-address.ts';

/** What is known of the claims of those whom a connection or a client names. */
export interface KnownClaims {
  /** For people: `GitHub Actions`, `the client bot`. */
  readonly of: string;
  /** `closed`: there are no others. */
  readonly names: 'closed' | 'open';
  /** Claims that conditions and templates can name, aliases among them. */
  readonly claims: ReadonlyMap<string, Claim>;
  readonly prefixes: readonly string[];
  /** Names that the provider's preset would give: what to write for them. */
  readonly hints?: ReadonlyMap<string, string>;
}

const AWS_IAM = ['account', 'partition', 'arn', 'roleName', 'roleId', 'sessionName', 'userName', 'userId'];

const IAM_FORMS: Readonly<Record<string, Claim>> = { partition: claim(oneOf('aws', 'aws-cn', 'aws-us-gov')) };

/** The provider's claims: its preset's, also where the connection names its issuer by hand. */
export function tableOf(
  connection: Connection,
): { readonly table: ClaimTable; readonly names: 'closed' | 'open' } | null {
  if (connection.type !== 'oidc') return null;
  const urls = connection.issuers.flatMap(({ issuer }) => parseUrl(issuer) ?? []);
  const isOf = (table: ClaimTable) => urls.length > 0 && urls.every((url) => table.isIssuer(url));
  const named = connection.preset === null ? null : presets[connection.preset].claims;
  const table = named ?? Object.values<Preset>(presets).find(({ claims }) => isOf(claims))?.claims ?? null;
  if (table === null) return null;
  // Other installations of the provider's software have claims of other versions, and of their own.
  return { table, names: isOf(table) ? table.names : table.elsewhere };
}

/** What tokens of the connection can hold, as conditions name it. */
export function claimsOf(connection: Connection): KnownClaims {
  const aliases = Object.keys(connection.type === 'aws-iam' ? {} : connection.claims);
  const plain = new Map<string, Claim>(aliases.map((name) => [name, claim(ANY_TEXT)]));
  if (connection.type === 'aws-iam') {
    const names = connection.ecsRoles.length === 0 ? AWS_IAM : [...AWS_IAM, 'taskId'];
    const claims = new Map(names.map((name) => [name, IAM_FORMS[name] ?? claim(ANY_TEXT)]));
    return { of: 'AWS IAM', names: 'closed', claims, prefixes: [] };
  }
  const known = tableOf(connection);
  if (known === null || connection.type !== 'oidc')
    return { of: `the connection ${connection.connection}`, names: 'open', claims: plain, prefixes: [] };
  const { table, names } = known;
  const claims = new Map([...Object.entries(table.claims), ...plain]);
  return { of: table.provider, names, claims, prefixes: table.prefixes, hints: hintsOf(connection, table) };
}

/** Names of the preset's own for deeper members, where a connection to its issuer does not name the preset. */
function hintsOf({ preset }: OidcConnection, table: ClaimTable): ReadonlyMap<string, string> {
  const [name, known] = Object.entries<Preset>(presets).find(([, { claims }]) => claims === table) ?? [];
  if (preset !== null || known === undefined) return new Map();
  const { aliases } = known.facts({}, () => {});
  return new Map(Object.keys(aliases).map((alias) => [alias, `preset: ${name} gives claims.${alias}`]));
}

/** The claims that the file of a client gives it: there are no others. */
export const claimsOfClient = ({ client, claims }: Client): KnownClaims => ({
  of: `the client ${client}`,
  names: 'closed',
  claims: new Map(Object.keys(claims).map((name) => [name, claim(ANY_TEXT)])),
  prefixes: [],
});

/** True where a proof could have the claim. */
export const canHave = ({ names, claims, prefixes }: KnownClaims, name: string): boolean =>
  names === 'open' || claims.has(name) || prefixes.some((prefix) => name.startsWith(prefix));

/** What was meant by a claim that none of them has; null where nothing is near. */
export function meantClaim(known: readonly KnownClaims[], name: string): string | null {
  const hint = known.map(({ hints }) => hints?.get(name)).find((each) => each !== undefined);
  if (hint !== undefined) return hint;
  const near = nearest(name, new Set(known.flatMap(({ claims }) => [...claims.keys()])));
  return near === null ? null : `did you mean claims.${near}?`;
}

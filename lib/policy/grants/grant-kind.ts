import type { Seconds } from '../../time.ts';
import type { GrantTemplates } from './grant-templates.ts';

/**
 * How a grant is asked for. `token-exchange`: RFC 8693 at the token endpoint; `token`: any other grant type there;
 * `credentials`: /v1/credentials; `sts`: /sts.
 */
export type GrantRoute = 'token-exchange' | 'token' | 'credentials' | 'sts';

/**
 * The facts of one kind of grant, whose documents are `G` and whose templates compile to `T`. Data only: who makes one
 * is in `lib/credential/`.
 */
export interface GrantKind<G, T> {
  /** The routes that hand it out; anywhere else it cannot be had. */
  readonly routes: readonly GrantRoute[];
  /** The `requested_token_type` values that it answers to; the first is what it issues unless somebody else says. */
  readonly tokenTypes: readonly [string, ...string[]];
  /** Where others mint, `started` is recorded before they are asked. */
  readonly mintedBy: 'broker' | 'others';
  /** Whether a caller's policy can narrow what is granted; what cannot be narrowed refuses one. */
  readonly narrowedBy: 'policy' | 'nothing';
  /** What `audience`, `resource` or `RoleArn` of a request may name. */
  targets(grant: G): readonly string[];
  /** The SAML provider that `PrincipalArn` of a request must name; null: any. */
  principalArn(grant: G): string | null;
  /** How long it lasts unless asked otherwise; null: somebody else decides. */
  duration(grant: G): Seconds | null;
  /** Whether scopes with these two grants may be granted as one. */
  together(one: G, other: G): boolean;
  /** Parses the templates of the members that may have some. Every member that is not in the result may have none. */
  compile(grant: G, templates: GrantTemplates): T;
}

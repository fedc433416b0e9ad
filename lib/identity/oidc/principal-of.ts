import { createHash } from 'node:crypto';
import type { OidcConnection } from '../../configuration/documents/connections.ts';
import { accept, type Outcome } from '../../outcome.ts';
import { type CompiledConnection, renderPrincipal } from '../../policy/connection.ts';
import { type EpochSeconds, epochSeconds } from '../../time.ts';
import type { ForClient, Principal, ProofReuse } from '../principal.ts';
import { viewClaims } from './claims-view.ts';
import type { ParsedJwt } from './jwt.ts';
import type { TokenNames } from './names.ts';

interface Verified {
  readonly jwt: ParsedJwt;
  readonly issuer: string;
  readonly connection: CompiledConnection<OidcConnection>;
  readonly names: TokenNames;
  readonly expires: EpochSeconds;
  readonly forClient: ForClient | null;
  readonly boundTo: string | null;
}

/**
 * The principal that a token names, all of whose checks have passed; `principal_invalid` where its label can't be
 * written.
 */
export function principalOf(verified: Verified): Outcome<Principal> {
  const { jwt, issuer, connection, names, expires, forClient, boundTo } = verified;
  const claims = viewClaims(jwt.unverified, connection);
  const name = renderPrincipal(connection, claims);
  if (!name.ok) return name;
  return accept({
    source: { kind: 'connection', name: connection.connection },
    subject: names.subject,
    name: name.value,
    claims,
    proof: {
      kind: 'oidc',
      issuer,
      tokenId: names.tokenId,
      sha256: createHash('sha256').update(jwt.compact).digest('hex'),
      expires,
    },
    reuse: reuseOf(issuer, connection, names, expires),
    record: connection.record,
    mayAct: jwt.unverified['may_act'],
    lineage: null,
    ...(forClient === null ? {} : { forClient }),
    ...(boundTo === null ? {} : { boundTo }),
  });
}

/** The claim outlives the token by the tolerance, within which the token is still accepted. */
function reuseOf(
  issuer: string,
  connection: OidcConnection,
  { tokenId }: TokenNames,
  expires: EpochSeconds,
): ProofReuse | null {
  if (connection.reuse === 'allow' || tokenId === null) return null;
  const until = epochSeconds(Math.ceil(expires + connection.clockTolerance));
  return { reuse: connection.reuse, issuer, tokenId, until };
}

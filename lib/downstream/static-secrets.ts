import type { DownstreamClient, OauthTokenGrant } from '../configuration/documents/oauth-token-grant.ts';
import type { Scope } from '../configuration/documents/scopes.ts';
import { hostTagOf } from './host-tag.ts';

/** What the broker is known by at another authorization server. */
export interface DownstreamCredential {
  readonly scope: string;
  readonly provider: OauthTokenGrant['provider'];
  /** With its port if not 443: what the secret's tag must say. */
  readonly host: string;
  /** Its id there; null: the grant names no client. */
  readonly client: string | null;
  /**
   * `shared-secret`: both sides hold it. `private-key`: only the broker does, and it lasts until somebody replaces it.
   * `broker-key`: the broker's own, which rotates by itself. `aws-identity`: the token of the broker's role. `proof`:
   * the caller's own.
   */
  readonly kind: 'shared-secret' | 'private-key' | 'broker-key' | 'aws-identity' | 'proof';
  /** Name of the static secret in Secrets Manager; null: there is none. */
  readonly secret: string | null;
}

/**
 * Everything that the scopes with `oauth-token` grants rest on, in their order: which providers still hold a static
 * secret, and which need none.
 */
export function downstreamCredentials(scopes: readonly Scope[]): readonly DownstreamCredential[] {
  return scopes.flatMap(({ scope, grant }) => {
    if (grant.type !== 'oauth-token') return [];
    const common = { scope, provider: grant.provider, host: hostTagOf(grant.tokenEndpoint) };
    return [...clientOf(grant), ...grantOf(grant)].map((each) => ({ ...common, ...each }));
  });
}

type Held = Pick<DownstreamCredential, 'client' | 'kind' | 'secret'> & Partial<Pick<DownstreamCredential, 'host'>>;

function clientOf(grant: OauthTokenGrant): readonly Held[] {
  if (grant.provider === 'github-app') return [{ client: grant.appId, kind: 'private-key', secret: grant.privateKey }];
  return grant.client === null ? [] : heldBy(grant.client);
}

function heldBy({ clientId: client, authentication, secret }: DownstreamClient): readonly Held[] {
  switch (authentication) {
    case 'client_secret_basic':
    case 'client_secret_post':
      return [{ client, kind: 'shared-secret', secret }];
    case 'private_key_jwt':
      return [{ client, kind: 'private-key', secret }];
    case 'aws-web-identity':
      return [{ client, kind: 'aws-identity', secret: null }];
  }
}

/** What the grant itself is made of, beside the client's authentication. */
function grantOf(grant: OauthTokenGrant): readonly Held[] {
  if (grant.provider === 'token-exchange') {
    return [{ client: null, kind: grant.forward === 'proof' ? 'proof' : 'broker-key', secret: null }];
  }
  if (grant.provider === 'id-jag') {
    const { client, tokenEndpoint } = grant.identityProvider;
    const exchanged: Held = { client: null, kind: 'proof', secret: null };
    return [...heldBy(client), exchanged].map((each) => ({ ...each, host: hostTagOf(tokenEndpoint) }));
  }
  if (grant.provider !== 'jwt-bearer') return [];
  const { signer } = grant;
  return signer.kind === 'broker'
    ? [{ client: null, kind: 'broker-key', secret: null }]
    : [{ client: signer.issuer, kind: 'private-key', secret: signer.secret }];
}

import { brokerTokenGranter } from '../credential/broker-token.ts';
import { oauthTokenGranter } from '../credential/oauth-token.ts';
import type { DownstreamTokens } from '../downstream/tokens.ts';
import { CLIENT_ASSERTION_ALGORITHMS } from '../identity/client/client-assertion.ts';
import type { TokenStatusPorts } from '../introspect.ts';
import type { IssuePorts } from '../issue.ts';
import type { CodePorts } from '../sign-in/issue-by-code.ts';
import { milliseconds } from '../time.ts';
import { dynamoAuthorizationCodes } from './authorization-codes.ts';
import { liveIssuePorts } from './live.ts';
import { dynamoReplays } from './replays.ts';
import { dynamoRevocations } from './revocations.ts';
import { samlAuthenticator } from './saml-authenticator.ts';
import { tokenSigner } from './token-signer.ts';
import { liveConfigurations, world } from './world.ts';

const NOT_REVOKED_FOR = milliseconds(3_000);

/** The ports of the token endpoint: what /v1/credentials has, and the broker's own tokens. */
export function liveTokenPorts(): IssuePorts & CodePorts {
  const { settings, secrets, dynamoDb, revocations, table } = world();
  const { issuer, signingKeysSecret } = settings;
  const signer = tokenSigner(secrets, signingKeysSecret);
  const ports = liveIssuePorts();
  let downstream: Promise<DownstreamTokens> | null = null;
  const loadDownstream = async (): Promise<DownstreamTokens> => {
    const { liveDownstreamTokens } = await import('./live-downstream.ts');
    return liveDownstreamTokens(world(), await secrets(), signer);
  };
  return {
    ...ports,
    issuer,
    codes: dynamoAuthorizationCodes({ client: dynamoDb, table: table('state') }),
    revocations,
    authenticators: { ...ports.authenticators, saml: samlAuthenticator },
    granters: {
      ...ports.granters,
      'broker-token': brokerTokenGranter({ issuer, signer }),
      'oauth-token': oauthTokenGranter(() => {
        downstream ??= loadDownstream();
        return downstream;
      }),
    },
  };
}

/** The ports of introspection and revocation. */
export async function liveTokenStatusPorts(): Promise<TokenStatusPorts> {
  const { settings, clock, dynamoDb, keySets, ownKeys, secrets, table } = world();
  const state = { client: dynamoDb, table: table('state'), clock };
  return {
    issuer: settings.issuer,
    clock,
    configurations: liveConfigurations(),
    secrets: await secrets(),
    keySets,
    replays: dynamoReplays(state),
    ownKeys,
    revocations: dynamoRevocations({ ...state, notRevokedFor: NOT_REVOKED_FOR }),
  };
}

export function liveMetadataPorts() {
  const { settings, ownKeys } = world();
  return { issuer: settings.issuer, ownKeys, assertionAlgorithms: CLIENT_ASSERTION_ALGORITHMS };
}
